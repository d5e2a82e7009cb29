#!/usr/bin/env bash
# Booted systemd containers in which a networkd flush is a real one.
#   lab.sh up SUITE [NAME]     boots one (NAME defaults to SUITE) and waits until networkd has configured host0
#   lab.sh down [NAME]         ends one, or all that no living test run owns
#   lab.sh shell NAME          a shell inside
#   lab.sh exec NAME CMD...    a command inside
#   lab.sh again NAME          waits until the one that reboots by itself has gone down, and boots it anew on the same files
#   lab.sh list
# A container owned by a test run (NODEGUARD_LAB_OWNER=PID) is ended by the next `up` or `down` once that process is gone.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
run_dir=/run/nodeguard-lab

say() { printf 'lab: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }
usage() { sed -n '3,8s/^#   //p' "$0" >&2; exit 64; }

# The mounts under which a container gets a cgroup of its own: cgroup v2, and on a hybrid host the v1 systemd tree.
cgroup_roots() { awk '$3 == "cgroup2" || ($3 == "cgroup" && $4 ~ /name=systemd/) { print $2 }' /proc/mounts; }

inside() {
    local leader
    leader=$(cat "$run_dir/$1/leader" 2>/dev/null) || fail "no lab container '$1' is up; lab.sh list shows those that are"
    shift
    exec nsenter --target "$leader" --mount --uts --ipc --net --pid --cgroup --root --wd -- "$@"
}

start_time() { awk '{ sub(/.*\) /, ""); print $20 }' "/proc/$1/stat" 2>/dev/null; }

owner_lives() {
    local pid started
    read -r pid started <"$run_dir/$1/owner" 2>/dev/null || return 1
    [ "$pid" = kept ] && return 0
    [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ]
}

end_container() {
    local name=$1 dir=$run_dir/$1 root group deadline=$((SECONDS + 10))
    for root in $(cgroup_roots); do
        group=$root/nodeguard-lab-$name
        [ -e "$group/cgroup.kill" ] && echo 1 >"$group/cgroup.kill" 2>/dev/null
    done
    if [ -s "$dir/leader" ]; then kill -9 "$(cat "$dir/leader")" 2>/dev/null || true; fi
    if [ -s "$dir/supervisor" ]; then kill -9 "$(cat "$dir/supervisor")" 2>/dev/null || true; fi
    ip netns del "nglab-$name" 2>/dev/null || true
    umount -l "$dir/root" 2>/dev/null || true
    umount -l "$dir/disk" 2>/dev/null || true
    for root in $(cgroup_roots); do
        group=$root/nodeguard-lab-$name
        while [ -d "$group" ] && ! find "$group" -depth -type d -exec rmdir {} + 2>/dev/null && [ $SECONDS -lt $deadline ]; do
            sleep 0.05
        done
    done
    rm -rf --one-file-system "$dir"
}

sweep() {
    local dir
    for dir in "$run_dir"/*/; do
        [ -d "$dir" ] || continue
        owner_lives "$(basename "$dir")" || end_container "$(basename "$dir")"
    done
}

start_nspawn() {
    local name=$1 dir=$run_dir/$1 root
    # In its own cgroup: containers started from one cgroup would share nspawn's "payload" and kill each other's services.
    (
        for root in $(cgroup_roots); do
            mkdir -p "$root/nodeguard-lab-$name"
            echo "$BASHPID" >"$root/nodeguard-lab-$name/cgroup.procs"
        done
        exec 8>&- 9>&-
        # Writable /sys is for udev, without which networkd never sees a foreign object; cgroup v2 is for systemd 258 and later.
        export SYSTEMD_NSPAWN_API_VFS_WRITABLE=1 SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
        setsid systemd-nspawn --quiet --register=no --keep-unit --kill-signal=SIGRTMIN+3 --machine="nglab-$name" \
            --directory="$dir/root" --private-network --console=pipe --resolv-conf=off --timezone=off --link-journal=no --boot &
        echo $! >"$dir/supervisor"
        wait $! && status=0 || status=$?
        echo "$status" >"$dir/exit"
    ) </dev/null >>"$dir/console" 2>&1 &
}

# The container's PID 1 as this host sees it, once it is systemd and no more nspawn's stub.
await_leader() {
    local dir=$run_dir/$1 pid deadline=$((SECONDS + 15))
    while [ $SECONDS -lt $deadline ] && [ ! -e "$dir/exit" ]; do
        pid=
        if [ -s "$dir/supervisor" ]; then pid=$(pgrep -P "$(cat "$dir/supervisor")" -x systemd || true); fi
        if [ -n "$pid" ]; then echo "$pid" >"$dir/leader"; return; fi
        sleep 0.02
    done
    tail -n 20 "$dir/console" >&2
    end_container "$1"
    fail "systemd-nspawn did not start systemd in '$1'; its console is above"
}

# Adds the container's link `host0` (or another) and its peer in the network namespace nglab-NAME.
add_host0() {
    local name=$1 peer=nglab-$1
    ip netns add "$peer"
    ip -n "$peer" link set lo up
    ip -n "$peer" link add peer0 type veth peer name host0 netns "$(cat "$run_dir/$name/leader")"
    ip -n "$peer" addr add 10.77.0.1/24 dev peer0
    ip -n "$peer" addr add 2001:db8:77::1/64 dev peer0 nodad
    ip -n "$peer" link set peer0 up
}

await_configured() {
    local name=$1 dir=$run_dir/$1 deadline=$((SECONDS + 60)) state
    while [ $SECONDS -lt $deadline ]; do
        state=$(inside_quietly "$name" systemctl is-system-running || true)
        if [ "$state" = running ] || [ "$state" = degraded ]; then
            inside_quietly "$name" networkctl --no-legend --no-pager list host0 | grep -qw configured && return
        fi
        sleep 0.1
    done
    inside_quietly "$name" systemctl list-jobs --no-pager >&2 || true
    inside_quietly "$name" journalctl -b --no-pager -n 30 >&2 || true
    end_container "$name"
    fail "'$name' did not come up in 60 s (systemd is '$state'); its jobs and journal are above"
}

inside_quietly() { (inside "$@") 2>/dev/null; }

up() {
    local suite=$1 name=${2:-$1} dir base
    dir=$run_dir/$name
    [ "$(id -u)" = 0 ] || fail "root is needed to boot a container; run it as root"
    base=$("$here/lab-rootfs.sh" "$suite")
    mkdir -p "$run_dir"
    exec 8>"$run_dir/.lock"
    flock 8
    sweep
    [ -e "$dir" ] && fail "'$name' is up already; lab.sh down $name ends it"
    mkdir -p "$dir/root" "$dir/disk"
    if [ -n "${NODEGUARD_LAB_OWNER:-}" ]; then
        echo "$NODEGUARD_LAB_OWNER $(start_time "$NODEGUARD_LAB_OWNER")"
    else
        echo kept
    fi >"$dir/owner"
    flock -u 8
    mount -t tmpfs -o size=2g,mode=0755 tmpfs "$dir/disk"
    mkdir "$dir/disk/upper" "$dir/disk/work"
    mount -t overlay overlay -o "lowerdir=$base,upperdir=$dir/disk/upper,workdir=$dir/disk/work" "$dir/root"
    start_nspawn "$name"
    await_leader "$name"
    add_host0 "$name"
    await_configured "$name"
    cat "$dir/leader"
}

# With --keep-unit nspawn leaves the new start to others when a container reboots, and says so by this status.
readonly reboots=133

again() {
    local name=$1 dir=$run_dir/$1 deadline=$((SECONDS + 120))
    [ -e "$dir" ] || fail "no lab container '$name' is up; lab.sh list shows those that are"
    until [ -s "$dir/exit" ]; do
        [ $SECONDS -lt $deadline ] || fail "'$name' was to reboot, and has not gone down in 120 s"
        sleep 0.1
    done
    [ "$(cat "$dir/exit")" = "$reboots" ] || fail "'$name' was to reboot, and ended with status $(cat "$dir/exit"); $reboots is a reboot"
    rm "$dir/exit" "$dir/supervisor" "$dir/leader"
    ip netns del "nglab-$name"
    start_nspawn "$name"
    await_leader "$name"
    add_host0 "$name"
    await_configured "$name"
    cat "$dir/leader"
}

down() {
    mkdir -p "$run_dir"
    if [ $# -gt 0 ]; then
        [ -e "$run_dir/$1" ] || fail "no lab container '$1' is up; lab.sh list shows those that are"
        end_container "$1"
        return
    fi
    local dir
    for dir in "$run_dir"/*/; do
        [ -d "$dir" ] || continue
        grep -q '^kept' "$dir/owner" 2>/dev/null && echo 'gone 0' >"$dir/owner"
    done
    sweep
}

list() {
    local dir
    for dir in "$run_dir"/*/; do
        [ -d "$dir" ] || continue
        printf '%s\tleader %s\n' "$(basename "$dir")" "$(cat "$dir/leader" 2>/dev/null || echo none)"
    done
}

verb=${1:-}
[ $# -gt 0 ] && shift
case $verb in
    up) [ $# -ge 1 ] || usage; up "$@" ;;
    down) down "$@" ;;
    shell)
        [ $# -eq 1 ] || usage
        inside_quietly "$1" true || (up "$1" >/dev/null)
        inside "$1" /bin/bash -l
        ;;
    exec) [ $# -ge 2 ] || usage; inside "$@" ;;
    again) [ $# -eq 1 ] || usage; again "$1" ;;
    list) list ;;
    *) usage ;;
esac
