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

passed=0
failed=0

# A suite that ends without a result file (a crash, a hang) counts as one failure.
run_suite() {
  local project=$1 name results trx counters from=$SECONDS status=0 now_passed now_failed
  name=$(basename "$project" .csproj)
  results="$artifacts/test-results"
  trx="$results/$name.trx"
  mkdir -p "$results" "$logs"
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
  passed=$((passed + now_passed))
  failed=$((failed + now_failed))
  say "$(printf '%-34s %5d passed, %d failed  %3ds' "$name" "$now_passed" "$now_failed" $((SECONDS - from)))"
  [[ $now_failed -eq 0 ]] || show_failures "$logs/$name.log"
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
  local what=${1:-all} project roots='' format unit=() lab=()
  [[ $what == all || $what == unit || $what == lab ]] || die "test: unknown filter '$what'; allowed: unit, lab"
  need_dotnet
  [[ $what == unit ]] || ! { is_root || [[ ${CI:-} == true ]]; } || need_lab
  [[ $what == lab ]] || need_packages dbus-daemon=dbus systemd-analyze=systemd
  [[ $what == lab ]] || need_prometheus
  need_kubectl
  for project in tests/*.Tests/*.csproj; do
    if [[ $project == *Lab.Tests* ]]; then lab+=("$project"); else unit+=("$project"); fi
  done
  [[ $what != unit ]] || lab=()
  [[ $what != lab ]] || unit=()
  # The roots take minutes of network and disk on a fresh machine: they are made behind the build and the unit suites.
  if [[ ${#lab[@]} -gt 0 ]] && is_root && [[ -x scripts/lab-rootfs.sh ]]; then
    prepare_roots &
    roots=$!
  fi
  build || finish_tests broken
  check_scripts || failed=$((failed + 1))
  publish || failed=$((failed + 1))
  # Behind the suites and not behind publish, which writes what the format is checked with.
  step format "checking the format" dotnet format NodeGuard.sln --no-restore --verify-no-changes &
  format=$!
  for project in "${unit[@]}"; do run_suite "$project"; done
  wait "$format" || failed=$((failed + 1))
  if [[ -n $roots ]]; then wait "$roots" || failed=$((failed + 1)); fi
  if [[ ${#lab[@]} -gt 0 ]] && ! is_root && [[ ${CI:-} != true ]]; then
    say "The lab suites need root and did not run: sudo ./build.sh test lab"
    lab=()
  fi
  for project in "${lab[@]}"; do run_suite "$project"; done
  finish_tests
}

finish_tests() {
  [[ ${1:-} != broken ]] || failed=$((failed + 1))
  echo "$passed passed, $failed failed"
  [[ $failed -eq 0 && $passed -gt 0 ]]
  exit
}
