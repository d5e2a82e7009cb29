#!/usr/bin/env bash
# Makes the base root file system of one lab suite, once: scripts/lab-rootfs.sh bullseye|bookworm|trixie|sid
# Prints its path on stdout. Steps go to stderr, and only when there is work to do.
set -euo pipefail

suite=${1:-}
lab_dir=${NODEGUARD_LAB_DIR:-/var/cache/nodeguard-lab}
mirror=${NODEGUARD_LAB_MIRROR:-http://deb.debian.org/debian}
archive=http://archive.debian.org/debian
base_packages=systemd,systemd-sysv,udev,dbus,iproute2,libsystemd0,apt,ca-certificates
here=$(cd "$(dirname "$0")" && pwd)

say() { printf 'lab-rootfs %s: %s\n' "$suite" "$*" >&2; }
fail() { say "$*"; exit 1; }

case $suite in
    bullseye | bookworm | trixie | sid) ;;
    *) echo "usage: lab-rootfs.sh bullseye|bookworm|trixie|sid" >&2; exit 64 ;;
esac
[ "$(id -u)" = 0 ] || fail "root is needed to make a root file system (debootstrap makes device nodes and chroots); run it as root"

target=$lab_dir/$suite
# Whatever changes in this file changes the rootfs, so its hash is the recipe's identity.
recipe=$(sha256sum "$here/lab-rootfs.sh" | cut -c1-16)

current() { [ "$(cat "$target.recipe" 2>/dev/null)" = "$recipe" ] && [ -x "$target/usr/bin/apt-get" ]; }

install_needs() {
    local need=() pair
    for pair in debootstrap:debootstrap systemd-nspawn:systemd-container ip:iproute2 nsenter:util-linux; do
        command -v "${pair%%:*}" >/dev/null || need+=("${pair##*:}")
    done
    [ ${#need[@]} -eq 0 ] && return
    say "installing ${need[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}"; } >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; fail "apt-get could not install ${need[*]}; install them by hand"; }
}

# The suite that the mirror still has; bullseye moves to the archive one day.
choose_mirror() {
    local url
    for url in "$mirror" "$archive"; do
        if curl -fsI --max-time 20 "$url/dists/$suite/Release" >/dev/null 2>&1 ||
            wget -q --spider --timeout=20 "$url/dists/$suite/Release" 2>/dev/null; then
            echo "$url"
            return
        fi
    done
    fail "neither $mirror nor $archive has $suite; set NODEGUARD_LAB_MIRROR to a Debian mirror that does"
}

in_root() { DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot "$work" "$@" >>"$log" 2>&1; }

# What the tests need: netplan where it is tested, a DHCP server, the .deb files that `apt-get install --reinstall systemd`
# takes from the cache, since a container has no network, and unattended-upgrades where updates are tested.
add_packages() {
    local extra=(dnsmasq-base)
    [ "$suite" = trixie ] && extra+=(netplan.io)
    case $suite in bookworm | trixie) extra+=(unattended-upgrades) ;; esac
    # A frozen mirror's sid is older than its Valid-Until; signatures are still checked.
    in_root apt-get update -q -o Acquire::Check-Valid-Until=false || return 1
    in_root apt-get install -y -q --no-install-recommends "${extra[@]}" || return 1
    in_root apt-get clean || return 1
    in_root apt-get install -y -q --reinstall --download-only systemd || return 1
}

quiet_boot() {
    local unit
    for unit in getty.target console-getty.service systemd-logind.service apt-daily.timer apt-daily-upgrade.timer \
        dpkg-db-backup.timer fstrim.timer e2scrub_all.timer e2scrub_reap.service systemd-tmpfiles-clean.timer \
        systemd-update-utmp.service systemd-update-utmp-runlevel.service systemd-journal-flush.service \
        systemd-networkd-wait-online.service systemd-resolved.service systemd-timesyncd.service \
        unattended-upgrades.service ldconfig.service systemd-hwdb-update.service systemd-modules-load.service; do
        ln -sf /dev/null "$work/etc/systemd/system/$unit"
    done
    # udev is needed (networkd waits for it), but only for links: /sys is the host's.
    mkdir -p "$work/etc/systemd/system/systemd-udev-trigger.service.d"
    cat >"$work/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf" <<'CONF'
[Service]
ExecStart=
ExecStart=-/bin/udevadm trigger --type=devices --action=add --subsystem-match=net
CONF
    mkdir -p "$work/etc/systemd/network" "$work/etc/systemd/system/multi-user.target.wants" "$work/etc/systemd/system/sockets.target.wants"
    ln -sf /lib/systemd/system/systemd-networkd.service "$work/etc/systemd/system/multi-user.target.wants/"
    ln -sf /lib/systemd/system/systemd-networkd.socket "$work/etc/systemd/system/sockets.target.wants/"
    ln -sf /lib/systemd/system/systemd-networkd.service "$work/etc/systemd/system/dbus-org.freedesktop.network1.service"
    cat >"$work/etc/systemd/network/10-host0.network" <<'CONF'
[Match]
Name=host0

[Network]
Address=10.77.0.2/24
Gateway=10.77.0.1
Address=2001:db8:77::2/64
LinkLocalAddressing=ipv6
IPv6AcceptRA=no
CONF
    rm -f "$work/etc/resolv.conf" "$work/etc/machine-id"
    : >"$work/etc/resolv.conf"
    # A fixed id: an empty one makes systemd think of a first boot and run presets, which takes seconds.
    echo "6e6f64656775617264206c6162202020" >"$work/etc/machine-id"
    printf 'lab\n' >"$work/etc/hostname"
}

build() {
    local url
    install_needs
    url=$(choose_mirror) || exit 1
    rm -rf --one-file-system "$lab_dir/.new.$suite".*
    work=$(mktemp -d "$lab_dir/.new.$suite.XXXXXX")
    chmod 755 "$work"
    trap 'rm -rf --one-file-system "$work"' EXIT
    local keyring=() key=/usr/share/keyrings/debian-archive-keyring.gpg
    [ -f $key ] && keyring=(--keyring="$key")
    local script=()
    [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=(/usr/share/debootstrap/scripts/sid)
    say "debootstrap from $url (a minute or less)"
    debootstrap --variant=minbase --include="$base_packages" "${keyring[@]}" "$suite" "$work" "$url" "${script[@]}" >"$log" 2>&1 ||
        { tail -n 20 "$log" >&2; fail "debootstrap failed; its whole log is $log"; }
    say "adding packages for the trigger tests"
    add_packages || { tail -n 20 "$log" >&2; fail "apt-get in the new rootfs failed; its whole log is $log"; }
    quiet_boot
    # Containers are overlays on the old rootfs; a rename leaves those that run on their old inodes.
    rm -f "$target.recipe"
    if [ -e "$target" ]; then mv "$target" "$work.old"; fi
    mv "$work" "$target"
    echo "$recipe" >"$target.recipe"
    rm -rf --one-file-system "$work.old"
    trap - EXIT
    say "ready: systemd $(chroot "$target" dpkg-query -W systemd | cut -f2)"
}

mkdir -p "$lab_dir"
if ! current; then
    log=$lab_dir/$suite.log
    exec 9>"$lab_dir/.lock.$suite"
    flock 9
    current || build
fi
echo "$target"
