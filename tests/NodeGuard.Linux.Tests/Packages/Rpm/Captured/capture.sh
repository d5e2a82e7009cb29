#!/bin/bash
# Inside a root that has rpm and TOOL (dnf, dnf5 or zypper), with /srv/rpm served on 127.0.0.1:8765: puts the root into each state
# and writes what the tools answer, one file for each, to $2.
set -u
tool=$1 out=$2
mkdir -p "$out"; rm -f "$out"/*
export LC_ALL=C
row='pkg|%{name}|%{epoch}|%{version}|%{release}|%{arch}|%{repoid}\n'
installed='pkg|%{NAME}|%{EPOCHNUM}|%{VERSION}|%{RELEASE}|%{ARCH}\n'

repos() {
    rm -f /etc/yum.repos.d/* /etc/zypp/repos.d/*
    for r in "$@"; do
        printf '[%s]\nname=%s\nbaseurl=http://127.0.0.1:8765/%s\nenabled=1\ngpgcheck=0\n' "$r" "$r" "$r" | tee "/etc/yum.repos.d/$r.repo" >"/etc/zypp/repos.d/$r.repo"
    done
}
fetch() {
    case $tool in
        zypper) zypper --non-interactive --no-gpg-checks refresh ;;
        *) "$tool" -q makecache ;;
    esac >/dev/null 2>&1
}
fresh() { # repository ...
    rm -rf /var/lib/rpm /var/cache/dnf /var/cache/libdnf5 /var/lib/dnf /usr/lib/sysimage/libdnf5 /var/cache/zypp /etc/zypp/locks /etc/dnf/versionlock.toml /run/reboot-needed
    mkdir -p /etc/rpm /etc/dnf/plugins /etc/yum.repos.d /etc/zypp/repos.d /var/lib/rpm
    echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros
    printf '[main]\nenabled = false\n' >/etc/dnf/plugins/local.conf
    printf '[main]\ngpgcheck=0\ninstallonly_limit=3\nbest=True\nskip_if_unavailable=False\n' >/etc/dnf/dnf.conf
    : >/etc/dnf/plugins/versionlock.list
    rpm --initdb
    rpm -i --nodeps --ignorearch --nosignature /srv/rpm/base/*.rpm 2>/dev/null
    repos "$@"
    fetch
}
ask() { # name command ...
    local name=$1 status; shift
    unshare -n "$@" >/tmp/answer 2>/tmp/complaint </dev/null; status=$?
    printf '=== %s %s %s\n' "$name" "$status" "${*:2}"; cat /tmp/answer
    if [ -s /tmp/complaint ]; then printf '=== %s complaint\n' "$name"; cat /tmp/complaint; fi
}
all() {
    ask rpm rpm -qa --qf "$installed"
    ask rpm-several rpm -q --whatprovides kernel-uname-r 'installonlypkg(kernel)' 'installonlypkg(kernel-module)' 'installonlypkg(vm)' 'multiversion(kernel)' --qf "$installed"'[provide|%{PROVIDENAME}|%{PROVIDEVERSION}\n]'
    if [ "$tool" = zypper ]; then
        export ZYPP_READONLY_HACK=1
        z=(zypper --xmlout --non-interactive --no-refresh)
        ask zypper-updates "${z[@]}" list-updates --all
        ask zypper-update "${z[@]}" update --dry-run
        ask zypper-security "${z[@]}" patch --dry-run --category security
        ask zypper-locks "${z[@]}" locks
        ask zypper-reboot "${z[@]}" needs-rebooting
        unset ZYPP_READONLY_HACK
        return
    fi
    free=--disableexcludes=all; [ "$tool" = dnf5 ] && free='--setopt=disable_excludes=*'
    ask dnf-version "$tool" --version
    if [ "$tool" = dnf5 ]; then ask dnf-repositories dnf5 -C -q repo info --json; else ask dnf-repositories dnf -C repolist -v; fi
    ask dnf-upgrades "$tool" -C -q repoquery --upgrades --latest-limit=1 --qf "$row"
    ask dnf-hidden "$tool" -C -q "$free" repoquery --upgrades --latest-limit=1 --qf "$row"
    ask dnf-security "$tool" -C -q repoquery --upgrades --security --qf "$row"
    ask dnf-upgrade "$tool" -C --assumeno --setopt=best=0 upgrade
    ask dnf-reboot "$tool" -C '--disablerepo=*' needs-restarting -r
}
write() { all >"$out/$1.txt"; }

fresh base; write nothing
fresh base updates security vendor; write everything
case $tool in
    dnf) dnf -C -q versionlock add locked ;;
    dnf5) dnf5 -C -q versionlock add locked ;;
    zypper) zypper --non-interactive addlock locked ;;
esac >/dev/null 2>&1
if [ "$tool" != zypper ]; then echo 'excludepkgs=excluded' >>/etc/dnf/dnf.conf; fi
cp /etc/dnf/plugins/versionlock.list /etc/dnf/versionlock.toml "$out/" 2>/dev/null
write held
fresh base security; write security
fresh base vendor; write third-party
fresh base updates; rm -rf /var/cache/dnf /var/cache/libdnf5 /var/cache/zypp; write no-cache
fresh base updates; repos base updates vendor; echo skip_if_unavailable=1 >>/etc/yum.repos.d/vendor.repo; write one-without-cache
fresh; write no-repositories
fresh base updates; rpm -i --nodeps --force --nosignature /srv/rpm/updates/kernel-core*.rpm 2>/dev/null; touch /run/reboot-needed; write new-kernel
fresh base updates security; rpm -i --nodeps --force --nosignature /srv/rpm/security/systemd-2*.rpm 2>/dev/null; write interrupted
fresh base updates; rpm -e --nodeps alpha epochal 2>/dev/null; rpm -i --nodeps --nosignature /srv/rpm/newer/*.rpm 2>/dev/null; write newer-than-repositories
fresh base updates; rm -f /var/lib/rpm/rpmdb.sqlite-*; dd if=/dev/urandom of=/var/lib/rpm/rpmdb.sqlite bs=4096 count=4 2>/dev/null; write corrupt-database
fresh base updates; rm -rf /var/lib/rpm; mkdir /var/lib/rpm; rpm --initdb; write no-packages
fresh base updates; echo '[torn' >/etc/yum.repos.d/torn.repo; cp /etc/yum.repos.d/torn.repo /etc/zypp/repos.d/; write torn-configuration
fresh base updates; rpm -e --nodeps needy wanting oldname 2>/dev/null; write plain
