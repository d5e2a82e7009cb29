# shellcheck shell=bash
# What the verbs of build.sh need from the host; sourced by it.
# shellcheck disable=SC2154 # the constants of build.sh

# need_packages [COMMAND=]PACKAGE...: a package counts as there when its command is, or when dpkg has it.
need_packages() {
  local entry missing=()
  for entry in "$@"; do
    PATH="$PATH:/usr/sbin:/sbin" command -v "${entry%%=*}" >/dev/null || missing+=("${entry##*=}")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null ||
    die "missing: ${missing[*]} (Debian package names), and this host has no apt-get. Install what provides them."
  is_root || die "missing Debian packages: ${missing[*]}. Run as root, or: sudo apt-get install ${missing[*]}"
  step apt "installing ${missing[*]}" install_packages "${missing[@]}"
}

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y --no-install-recommends "$@" ||
    { apt-get update && apt-get install -y --no-install-recommends "$@"; }
}

need_dotnet() {
  local wanted
  wanted=$(sed -n 's/.*"version": *"\([0-9.]*\)".*/\1/p' global.json)
  command -v dotnet >/dev/null || PATH="${DOTNET_ROOT:-/usr/share/dotnet}:$HOME/.dotnet:$PATH"
  export PATH
  command -v dotnet >/dev/null ||
    die "missing: the .NET SDK $wanted or a later 10.0. Install package dotnet-sdk-10.0 from Microsoft's Debian" \
      "repository, or run https://dot.net/v1/dotnet-install.sh --channel 10.0, and put dotnet on PATH."
  dotnet --version >/dev/null 2>&1 ||
    die "the .NET SDK here does not satisfy global.json ($wanted or a later 10.0);" \
      "found: $(cd / && dotnet --list-sdks | cut -d' ' -f1 | tr '\n' ' '). Install dotnet-sdk-10.0."
}

need_lab() {
  is_root || die "the lab boots containers with a real systemd-networkd, which needs root. Run with sudo."
  need_packages debootstrap curl systemd-nspawn=systemd-container ip=iproute2
}

# Both are taken out of their package instead of installing it: the package would start a Prometheus server.
need_prometheus() {
  local tools="$artifacts/tools"
  export PATH="$PATH:$tools"
  command -v promtool >/dev/null && command -v prometheus >/dev/null && return 0
  command -v apt-get >/dev/null || die "missing: prometheus and promtool (Debian package prometheus). Put them on PATH."
  step prometheus "fetching prometheus and promtool" fetch_prometheus "$tools"
}

fetch_prometheus() {
  local work status=0
  work=$(mktemp -d)
  {
    (cd "$work" && { apt-get download prometheus || { is_root && apt-get update && apt-get download prometheus; }; }) &&
      dpkg-deb -x "$work"/prometheus_*.deb "$work/root" &&
      install -D -m 0755 -t "$1" "$work/root/usr/bin/promtool" "$work/root/usr/bin/prometheus"
  } || status=$?
  rm -rf "$work"
  return "$status"
}

# The API tests run the real kubectl. One that is too old for the API is not one: Debian 12 has 1.20.
need_kubectl() {
  local tools="$artifacts/tools" found
  [[ -z ${NODEGUARD_KUBECTL:-} ]] || kubectl_is_new "$NODEGUARD_KUBECTL" ||
    die "NODEGUARD_KUBECTL is '$NODEGUARD_KUBECTL', which is no kubectl of 1.30 or later."
  for found in "${NODEGUARD_KUBECTL:-}" kubectl "$tools/kubectl"; do
    if kubectl_is_new "$found"; then
      NODEGUARD_KUBECTL=$(command -v "$found")
      export NODEGUARD_KUBECTL
      return
    fi
  done
  command -v apt-get >/dev/null || die "missing: kubectl 1.30 or later. Put it on PATH, or its path into NODEGUARD_KUBECTL."
  step kubectl "fetching kubectl" fetch_kubectl "$tools"
  export NODEGUARD_KUBECTL="$tools/kubectl"
}

# kubectl_is_new PROGRAM: there, and 1.30 or later.
kubectl_is_new() {
  [[ -n $1 ]] && command -v "$1" >/dev/null || return 1
  local minor
  minor=$("$1" version --client 2>/dev/null | sed -n 's/^Client Version: v1\.\([0-9]*\)\..*/\1/p')
  [[ -n $minor && $minor -ge 30 ]]
}

# Taken out of Debian's package, as prometheus is: of this suite, or of trixie where this one's is too old. From 1.32 on
# kubernetes-client only depends on package kubectl.
fetch_kubectl() {
  local work status=0 candidate
  work=$(mktemp -d)
  candidate=$(apt-cache policy kubernetes-client | sed -n 's/^ *Candidate: *//p')
  {
    if [[ -n $candidate ]] && dpkg --compare-versions "$candidate" ge 1.30; then
      (cd "$work" && apt-get download kubectl)
    else
      download_from_trixie "$work" kubectl
    fi &&
      dpkg-deb -x "$work"/kubectl_*.deb "$work/root" &&
      install -D -m 0755 "$work/root/usr/bin/kubectl" "$1/kubectl" &&
      kubectl_is_new "$1/kubectl"
  } || status=$?
  rm -rf "$work"
  return "$status"
}

# download_from_trixie DIRECTORY PACKAGE: by lists of its own, so that the host's stay as they are; apt checks the signatures.
download_from_trixie() {
  local lists="$1/lists" keys=/usr/share/keyrings/debian-archive-keyring.gpg
  [[ -f $keys ]] || { echo "$keys is missing: install debian-archive-keyring"; return 1; }
  mkdir -p "$lists/partial"
  echo "deb [signed-by=$keys] ${NODEGUARD_LAB_MIRROR:-http://deb.debian.org/debian} trixie main" >"$1/sources.list"
  # As if nothing was installed: a kubectl from elsewhere is no candidate. And apt's own user may not write here.
  local options=(-o "Dir::Etc::SourceList=$1/sources.list" -o Dir::Etc::SourceParts=/dev/null -o "Dir::State::Lists=$lists"
    -o Dir::State::Status=/dev/null -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update && (cd "$1" && apt-get "${options[@]}" download "$2")
}

# need_platform_packs PROJECT RID: the runtime and host packs of a platform are packages; not every registry has those of all platforms.
need_platform_packs() {
  local project=$1 rid=$2 log="$logs/restore-$1-$2.log" missing
  mkdir -p "$logs"
  dotnet restore "src/$project" -r "$rid" >"$log" 2>&1 </dev/null && return
  missing=$(sed -n "s/.*NU1101: Unable to find package \(Microsoft[^ ]*\.$rid\)\..*/\1/p" "$log" | sort -u | paste -sd ' ')
  [[ -z $missing ]] || die "$rid cannot be published from here: the package registry in use lacks $missing." \
    "Use a registry that has them, for example https://api.nuget.org/v3/index.json."
  tail -n 20 "$log" >&2
  die "the packages for $rid could not be restored; the log is $log"
}
