#!/usr/bin/env bash
# Everything that people and CI run here; `./build.sh help` lists it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly artifacts="$PWD/artifacts"
readonly logs="$artifacts/logs"
readonly configuration=Release

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
export DOTNET_CLI_UI_LANGUAGE=en MSBUILDTERMINALLOGGER=off
# MSBuild nodes that outlive the script would hold memory while the lab measures.
export MSBUILDDISABLENODEREUSE=1

usage() {
  cat <<'HELP'
Usage: ./build.sh VERB [ARGUMENT...]

  demo                    a real systemd-networkd flushes 500 objects, without and with NodeGuard (root; else sandboxed)
  demo fleet              100 simulated nodes live for a day and are all recycled in time; a bad image; a node that is blocked
  test [unit|lab]         checks format and scripts, publishes, runs the suites; the last line is "N passed, N failed"
  verify                  the slow proofs of docs/proofs.md, an hour on two cores: 10,000 histories of the controller, its death at
                          each of its calls, 200 nodes rolled by replicas that are killed, paused and cut off, and (root) an
                          update of systemd that breaks real nodes
  publish [--arch ARCH]   makes nodeguard and nodeguard-sandbox in artifacts/linux-ARCH, each one self-contained file;
                          ARCH is x64 (default) or arm64
  sandbox [ARGUMENT...]   publishes, and runs nodeguard-sandbox with the arguments: a Kubernetes API with simulated nodes
                          and workloads, until Ctrl-C. With --background first, it runs on, and the lines that are printed
                          lead to it: eval "$(./build.sh sandbox --background)"; kill "$NODEGUARD_SANDBOX_PID" ends it
  bench [NAME...] [--json]
                          prints figures: gaps, restore, size and rest of the agent, as ratios against the kernel's floor
                          and the peers (root); only when named: settings (root), sandbox, cache, drain beside kubectl,
                          plan (a fleet's next steps), ttl (30 days of ageing, beside other ways), controller (5,000
                          nodes at rest, and what a recycle costs), and day (5,000 nodes recycled in one window)
  generate                writes deploy/crds from the models in src/NodeGuard.Kubernetes/Models/Fleet; the tests compare them
  format                  formats the code in place
  lab up|down|shell SUITE a booted container of bullseye, bookworm, trixie or sid (root)
  help                    this text

Each verb installs the Debian packages it needs when run as root, and names them when not.
The output of quiet steps is in artifacts/logs.
HELP
}

say() { printf '%s\n' "$*" >&2; }

die() {
  say "build.sh: $*"
  exit 1
}

is_root() { [[ ${EUID} -eq 0 ]]; }

# shellcheck source=scripts/needs.sh
source scripts/needs.sh
# shellcheck source=scripts/suites.sh
source scripts/suites.sh

# step NAME TITLE COMMAND...: runs quietly into artifacts/logs/NAME.log, which is shown when the command fails.
step() {
  local log="$logs/$1.log" title=$2 from=$SECONDS
  shift 2
  mkdir -p "$logs"
  # The SDK's programs are short lives: counting for later optimization costs them a quarter of their processor time.
  if DOTNET_TieredPGO=0 "$@" >"$log" 2>&1 </dev/null; then
    say "$(printf '%-34s ok  %3ds' "$title" $((SECONDS - from)))"
  else
    local status=$?
    say "$(printf '%-34s FAILED (exit %d), from %s:' "$title" "$status" "$log")"
    tail -n 60 "$log" >&2
    return "$status"
  fi
}

publish() {
  local arch=x64
  case "${1:-}" in
    '') ;;
    --arch) arch=${2:-} ;;
    --arch=*) arch=${1#--arch=} ;;
    *) die "publish: unknown argument '$1'; allowed: --arch x64|arm64" ;;
  esac
  [[ $arch == x64 || $arch == arm64 ]] || die "publish: --arch is '$arch'; allowed: x64, arm64"
  publish_program NodeGuard.Cli nodeguard "linux-$arch" || return
  publish_program NodeGuard.Sandbox nodeguard-sandbox "linux-$arch"
}

# publish_program PROJECT PROGRAM RID: nothing when the file is newer than all sources.
publish_program() {
  local project=$1 program=$2 rid=$3
  local file="$artifacts/$rid/$program"
  need_dotnet
  if [[ -x $file && -z $(newer_sources "$file") ]]; then
    return 0
  fi
  need_platform_packs "$project" "$rid"
  step "publish-$program-$rid" "publishing $program $rid" publish_staged "$@" || return
  say "artifacts/$rid/$program: $(($(stat -c %s "$file") / 1048576)) MiB"
}

publish_nodeguard() { publish_program NodeGuard.Cli nodeguard linux-x64; }

newer_sources() {
  find src deploy/crds deploy/rbac deploy/controller deploy/agent Directory.Build.props Directory.Packages.props global.json \
    -name bin -prune -o -name obj -prune -o -newer "$1" -print -quit
}

publish_staged() {
  local project=$1 program=$2 rid=$3 warnings files
  local staging="$artifacts/.staging-$program-$rid"
  rm -rf "$staging"
  dotnet publish "src/$project" -c $configuration -r "$rid" -o "$staging" -v quiet || return
  warnings=$(grep -E 'warning IL[23][0-9]{3}' "$logs/publish-$program-$rid.log" || true)
  [[ -z $warnings ]] || { echo "The published program must have no trim or AOT warnings."; return 1; }
  rm -f "$staging"/*.xml
  files=$(cd "$staging" && ls)
  [[ $files == "$program" ]] || { echo "Expected one file named $program, found: $files"; return 1; }
  # A rename, so that a program that runs from there keeps its file.
  mkdir -p "$artifacts/$rid"
  touch "$staging/$program"
  mv -f "$staging/$program" "$artifacts/$rid/$program"
  rmdir "$staging"
}

build() { step build "building" dotnet build NodeGuard.sln -c $configuration -v quiet; }

benchmarks() {
  [[ -f tests/NodeGuard.Benchmarks/NodeGuard.Benchmarks.csproj ]] || die "tests/NodeGuard.Benchmarks is not in this checkout."
  step build-benchmarks "building the measurements" dotnet build tests/NodeGuard.Benchmarks -c $configuration -v quiet
  NODEGUARD_BINARY="$artifacts/linux-x64/nodeguard" NODEGUARD_SANDBOX_BINARY="$artifacts/linux-x64/nodeguard-sandbox" exec dotnet exec \
    "tests/NodeGuard.Benchmarks/bin/$configuration/net10.0/NodeGuard.Benchmarks.dll" "$@"
}

bench() {
  need_dotnet
  local name lab='' drain='' programs='' named=''
  for name in "$@"; do
    [[ $name != --json ]] || continue
    named=1
    case "$name" in
      plan | ttl) ;;
      sandbox | cache | controller | day) programs=1 ;;
      drain) drain=1 programs=1 ;;
      *) lab=1 programs=1 ;;
    esac
  done
  [[ -n $named ]] || lab=1 programs=1
  [[ -z $lab ]] || need_lab
  [[ -z $drain ]] || need_kubectl
  [[ -z $programs ]] || publish
  benchmarks "$@"
}

demo() {
  need_dotnet
  if [[ ${1:-} == fleet ]]; then
    benchmarks demo fleet
  fi
  if ! is_root; then
    need_packages unshare=util-linux
    publish_nodeguard
    say "Without root: a simulated networkd flushes objects in a user namespace."
    say "As root, ./build.sh demo does it with the real systemd-networkd of Debian, booted in a container."
    exec "$artifacts/linux-x64/nodeguard" drill flush --sandbox
  fi
  need_lab
  publish_nodeguard
  benchmarks demo "$@"
}

verify() {
  need_dotnet
  need_prometheus
  local proofs=(NodeGuard.Controller.Tests) project status=0
  if is_root; then
    need_lab
    need_kubectl
    proofs+=(NodeGuard.Lab.Tests)
  else
    say "The proofs of the lab need root and do not run: sudo ./build.sh verify"
  fi
  publish || return
  for project in "${proofs[@]}"; do
    step "build-verify-$project" "building $project" dotnet build "tests/$project" -c $configuration -v quiet || return
  done
  say "The proofs run; on two cores this takes an hour."
  for project in "${proofs[@]}"; do verify_suite "$project" || status=$?; done
  return "$status"
}

# Each proof with its figures, without the runner's own words.
verify_suite() {
  local project=$1 log="$logs/verify-$1.log" status=0
  NODEGUARD_VERIFY=1 NODEGUARD_HISTORIES="${NODEGUARD_HISTORIES:-10000}" NODEGUARD_BINARY="$artifacts/linux-x64/nodeguard" \
    dotnet test "tests/$project" -c $configuration --no-build --filter Category=Verify \
    --logger "console;verbosity=detailed" >"$log" 2>&1 </dev/null || status=$?
  sed -n -e "s/^  \(Passed\|Failed\) ${project//./\\.}\./\1 /p" -e '/Standard Output Messages:/,/^$/{/Standard Output Messages:/d;/^$/d;p}' "$log"
  [[ $status -eq 0 ]] || show_failures "$log"
  return "$status"
}

generate() {
  need_dotnet
  step build-generators "building the generator" dotnet build tests/NodeGuard.Generators -c $configuration -v quiet || return
  dotnet exec "tests/NodeGuard.Generators/bin/$configuration/net10.0/NodeGuard.Generators.dll" deploy/crds
}

sandbox() {
  publish
  local program="$artifacts/linux-x64/nodeguard-sandbox"
  [[ ${1:-} == --background ]] || exec "$program" "$@"
  shift
  local line log="$logs/sandbox.log" output
  # A session of its own: Ctrl-C in the terminal that it was started from is not meant for it.
  exec {output}< <(exec setsid "$program" "$@" 2>"$log" </dev/null)
  local pid=$!
  IFS= read -r line <&"$output" || die "nodeguard-sandbox has not started: $(cat "$log")"
  # shellcheck disable=SC2016 # whoever evaluates it has the PATH that is meant
  printf '%s\nexport NODEGUARD_SANDBOX_PID=%d PATH=%q:"$PATH"\n' "$line" "$pid" "$artifacts/linux-x64"
}

lab() {
  [[ $# -gt 0 ]] || die "lab: which? up SUITE, down SUITE or shell SUITE"
  need_lab
  exec scripts/lab.sh "$@"
}

main() {
  local verb=${1:-help}
  [[ $# -eq 0 ]] || shift
  case "$verb" in
    demo) demo "$@" ;;
    test) test_all "$@" ;;
    publish) publish "$@" ;;
    sandbox) sandbox "$@" ;;
    bench) bench "$@" ;;
    verify) verify ;;
    generate) generate ;;
    format) need_dotnet && step format "formatting" dotnet format NodeGuard.sln ;;
    lab) lab "$@" ;;
    help | -h | --help) usage ;;
    *)
      usage >&2
      die "unknown verb '$verb'"
      ;;
  esac
}

main "$@"
