#!/bin/sh
# Installs NodeGuard's agent on this host, or brings it up to date: install.sh BINARY
set -eu

binary=${1:-}
here=$(cd "$(dirname "$0")" && pwd)
program=/usr/local/bin/nodeguard
unit=/etc/systemd/system/nodeguard-agent.service

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

[ $# -eq 1 ] || fail "which binary? usage: install.sh BINARY, for example install.sh artifacts/linux-x64/nodeguard"
[ "$(id -u)" -eq 0 ] || fail "installs a system service, so it must be run as root; found uid $(id -u)"
if [ ! -f "$binary" ] || [ ! -x "$binary" ]; then
  fail "$binary is not an executable file; make it with ./build.sh publish"
fi
version=$("$binary" --version) || fail "$binary does not run on this host; was it published for $(uname -m)?"
command -v systemctl >/dev/null || fail "this host has no systemctl, so no systemd to run the agent"

# Renamed into place: the running agent keeps the file that it was started from.
mkdir -p "$(dirname "$program")" "$(dirname "$unit")"
cp "$binary" "$program.new"
chmod 0755 "$program.new"
mv -f "$program.new" "$program"
cp "$here/nodeguard-agent.service" "$unit.new"
chmod 0644 "$unit.new"
mv -f "$unit.new" "$unit"
# The agent's sandbox can make only existing folders writable; this one is needed where harden is set to persistent.
mkdir -p /etc/systemd/networkd.conf.d

if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl --quiet enable nodeguard-agent.service
  systemctl restart nodeguard-agent.service ||
    fail "the agent does not start; see: journalctl -u nodeguard-agent.service"
  echo "NodeGuard $version guards this host. See: nodeguard status, nodeguard doctor"
else
  systemctl --quiet enable nodeguard-agent.service
  echo "NodeGuard $version is installed and starts with systemd."
fi
