# shellcheck shell=bash
# `./build.sh test`; sourced by build.sh.
# shellcheck disable=SC2154 # the constants of build.sh

check_scripts() {
  command -v shellcheck >/dev/null || return 0
  local scripts
  mapfile -t scripts < <(find build.sh .ci/run scripts deploy tests -type f \( -name '*.sh' -o -path .ci/run \) \
    -not -path '*/bin/*' -not -path '*/obj/*' 2>/dev/null)
  step shellcheck "shellcheck" shellcheck -x "${scripts[@]}"
}

prepare_roots() {
  local suites=(bookworm trixie) suite
  [[ ${LAB_ALL:-} == 1 ]] && suites=(bullseye bookworm trixie sid)
  for suite in "${suites[@]}"; do
    step "lab-$suite" "lab root of $suite" scripts/lab-rootfs.sh "$suite" || return
  done
}

results="$artifacts/test-results"

# "PASSED FAILED" of every suite and check, a line each: lanes that run beside each other share no variables.
tally="$results/tally"

# A suite that ends without a result file (a crash, a hang) counts as one failure.
run_suite() {
  local project=$1 name trx counters from=$SECONDS status=0 now_passed now_failed
  name=$(basename "$project" .csproj)
  trx="$results/$name.trx"
  rm -f "$trx"
  NODEGUARD_BINARY="$artifacts/linux-x64/nodeguard" dotnet test "$project" -c "$configuration" --no-build \
    --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=normal" --results-directory "$results" \
    --blame-hang-timeout 15m >"$logs/$name.log" 2>&1 </dev/null || status=$?
  counters=$(grep -o '<Counters [^>]*' "$trx" 2>/dev/null || true)
  now_passed=$(counter passed "$counters")
  now_failed=$(counter failed "$counters")
  if [[ $now_failed -eq 0 && $status -ne 0 ]]; then
    now_failed=1
  elif [[ -z $counters || $(counter executed "$counters") -eq 0 ]]; then
    say "$name ran no test."
    now_failed=1
  fi
  count "$now_passed" "$now_failed"
  say "$(printf '%-34s %5d passed, %d failed  %3ds' "$name" "$now_passed" "$now_failed" $((SECONDS - from)))"
  [[ $now_failed -eq 0 ]] || show_failures "$logs/$name.log"
}

run_suites() {
  local project
  for project in "$@"; do run_suite "$project"; done
}

count() {
  echo "$1 $2" >>"$tally"
}

counter() {
  local value
  value=$(sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$2")
  echo "${value:-0}"
}

show_failures() {
  if grep -q '\[FAIL\]' "$1"; then
    grep -A 25 '\[FAIL\]' "$1" | head -n 200 >&2
  else
    tail -n 40 "$1" >&2
  fi
  say "All of it: $1"
}

test_all() {
  local what=${1:-all} project roots='' rest code_suites=() program_suites=() lab_suites=()
  [[ $what == all || $what == unit || $what == lab ]] || die "test: unknown filter '$what'; allowed: unit, lab"
  need_dotnet
  [[ $what == unit ]] || ! { is_root || [[ ${CI:-} == true ]]; } || need_lab
  [[ $what == lab ]] || need_packages dbus-daemon=dbus systemd-analyze=systemd
  [[ $what == lab ]] || need_prometheus
  need_kubectl
  ! is_root || need_packages shellcheck=shellcheck
  for project in tests/*.Tests/*.csproj; do
    case "$project" in
      *Lab.Tests*) lab_suites+=("$project") ;;
      *Api.Tests* | *Controller.Tests*) program_suites+=("$project") ;;
      *) code_suites+=("$project") ;;
    esac
  done
  [[ $what != unit ]] || lab_suites=()
  mkdir -p "$results" "$logs"
  : >"$tally"
  # The roots take minutes of network and disk on a fresh machine: they are made behind what is built first.
  if [[ ${#lab_suites[@]} -gt 0 ]] && is_root && [[ -x scripts/lab-rootfs.sh ]]; then
    prepare_roots &
    roots=$!
  fi
  # First what the lab runs: it takes longest, and its hosts are waited for most of the time. All else computes beside it.
  { build_suites "${lab_suites[@]}" && publish; } || { count 0 1; finish_tests; }
  if [[ $what != lab ]]; then
    test_code &
    rest=$!
  fi
  if [[ -n $roots ]]; then wait "$roots" || count 0 1; fi
  if [[ ${#lab_suites[@]} -gt 0 ]] && ! is_root && [[ ${CI:-} != true ]]; then
    say "The lab suites need root and did not run: sudo ./build.sh test lab"
    lab_suites=()
  fi
  run_suites "${lab_suites[@]}"
  [[ $what == lab ]] || wait "$rest" || count 0 1
  finish_tests
}

build_suites() {
  local project
  for project in "$@"; do
    step "build-$(basename "$project" .csproj)" "building $(basename "$project" .csproj)" \
      dotnet build "$project" -c "$configuration" -v quiet || return
  done
}

# All but the lab. It reads the suites that test_all has sorted; behind publish, which writes what a build and the format read.
test_code() {
  local project lane lanes=()
  build || { count 0 1; return 0; }
  check_scripts || count 0 1
  # They wait for clusters and leases two thirds of their time.
  for project in "${program_suites[@]}"; do
    run_suite "$project" &
    lanes+=($!)
  done
  run_suites "${code_suites[@]}"
  step format "checking the format" dotnet format NodeGuard.sln --no-restore --verify-no-changes || count 0 1
  for lane in "${lanes[@]}"; do wait "$lane" || count 0 1; done
}

finish_tests() {
  local passed=0 failed=0 now_passed now_failed
  while read -r now_passed now_failed; do
    passed=$((passed + now_passed))
    failed=$((failed + now_failed))
  done <"$tally"
  echo "$passed passed, $failed failed"
  [[ $failed -eq 0 && $passed -gt 0 ]]
  exit
}
