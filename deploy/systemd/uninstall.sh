#!/bin/sh
# Takes NodeGuard's agent off this host, with everything that it or install.sh wrote.
set -eu

program=/usr/local/bin/nodeguard
unit=/etc/systemd/system/nodeguard-agent.service

fail() {
  echo "uninstall.sh: $*" >&2
  exit 1
}

[ "$(id -u)" -eq 0 ] || fail "removes a system service, so it must be run as root; found uid $(id -u)"

if [ -e "$unit" ]; then
  if [ -d /run/systemd/system ]; then
    systemctl --quiet stop nodeguard-agent.service || fail "the agent does not stop; see: systemctl status nodeguard-agent.service"
  fi
  systemctl --quiet disable nodeguard-agent.service
fi

# After the agent: a running one would write its drop-ins again.
if [ -x "$program" ]; then
  "$program" release || fail "the drop-ins could not be taken away; nothing else was removed. Mend what is said above and run this again"
fi
left=$(grep -ls '^# Written by NodeGuard' /etc/systemd/networkd.conf.d/zz-nodeguard.conf /run/systemd/networkd.conf.d/zz-nodeguard.conf \
  /etc/systemd/network/*.network.d/zz-nodeguard.conf /run/systemd/network/*.network.d/zz-nodeguard.conf \
  /etc/systemd/system/*.service.d/zz-nodeguard.conf /run/systemd/system/*.service.d/zz-nodeguard.conf \
  /etc/needrestart/conf.d/nodeguard.conf /etc/needrestart/conf.d/zz-nodeguard-hold.conf /etc/apt/apt.conf.d/00nodeguard-gate || true)
[ -z "$left" ] || fail "still there, though $program release should have removed it: $left"

rm -f "$unit" "$program" "$unit.new" "$program.new"
rm -rf /etc/systemd/system/nodeguard-agent.service.d /var/lib/nodeguard /run/nodeguard /etc/nodeguard
# Made by install.sh where it was missing; kept where somebody uses it.
rmdir /etc/systemd/networkd.conf.d 2>/dev/null || true
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl reset-failed nodeguard-agent.service 2>/dev/null || true
fi
echo "NodeGuard is removed."
