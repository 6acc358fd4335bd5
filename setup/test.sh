#!/usr/bin/env bash
# Type check, lint, then every test (or those named). One part that fails does not hide the others.
#
# The tests are groups, each a process of mocha. Four of them run at the same time, since each spends much of its time waiting; more
# would only slow each other down. Each report is printed when its group ends; until then a line tells how far
# they are.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
readonly bin=node_modules/.bin
readonly reports=.bulwark/test-reports
readonly at_once=4
status=0

say() { printf '[%4ds]  %s\n' "$SECONDS" "$*"; }

check() {
  local name=$1
  shift
  if "$@"; then say "$name: passed"; else say "$name: FAILED"; status=1; fi
}

passed() { grep -cE '^ +✔ ' "$reports/$1.log" 2>/dev/null; }
count() { sed -nE "s/^ +([0-9]+) $2( .*)?\$/\1/p" "$reports/$1.log" | tail -n 1; }

# The test files of a group: what shares one sandbox and one service of every feature, the parts that are tested alone, what kills, what is
# responded to, what drives the engine, what shares a sandbox of few features, and what recovers. Those that take longest begin first.
readonly groups=(end-to-end parts torture response engine few-features recovery)
files_of() {
  case $1 in
    engine) find test/engine test/plugins test/stacks -name '*.test.ts' ;;
    end-to-end) grep -LE 'quickOrganization|respondingOrganization' test/e2e/*.test.ts ;;
    response) grep -l respondingOrganization test/e2e/*.test.ts ;;
    few-features) grep -l quickOrganization test/e2e/*.test.ts ;;
    torture) find test/torture -name '*.test.ts' ;;
    recovery) find test/recovery test/secrets test/sandbox -name '*.test.ts' ;;
    parts) find test -name '*.test.ts' | grep -vE '^test/(engine|plugins|stacks|e2e|torture|recovery|secrets|sandbox)/' ;;
  esac | sort
}

# Starts mocha for a group and leaves its report, its CPU seconds and its exit code in files.
start() {
  local group=$1 files TIMEFORMAT='%U s of user and %S s of system time'
  mapfile -t files < <(files_of "$group")
  rm -f "$reports/$group.code"
  (
    { time "$bin/mocha" --no-color --exit "${files[@]}" >"$reports/$group.log" 2>&1; } 2>"$reports/$group.cpu"
    echo $? >"$reports/$group.code"
  ) &
}

if [ $# -gt 0 ]; then
  exec "$bin/mocha" "$@"
fi

check 'type check' "$bin/tsc" --noEmit
check 'lint' "$bin/biome" check --log-level=warn .

mkdir -p "$reports"
pending=("${groups[@]}")
running=()
told=$SECONDS
total_passed=0
total_failed=0
while [ ${#pending[@]} -gt 0 ] || [ ${#running[@]} -gt 0 ]; do
  while [ ${#pending[@]} -gt 0 ] && [ ${#running[@]} -lt $at_once ]; do
    start "${pending[0]}"
    running+=("${pending[0]}")
    pending=("${pending[@]:1}")
  done
  sleep 1
  still=()
  for group in "${running[@]}"; do
    if [ ! -f "$reports/$group.code" ]; then still+=("$group"); continue; fi
    printf '\n== %s\n' "$group"
    cat "$reports/$group.log"
    [ "$(cat "$reports/$group.code")" = 0 ] || status=1
    good=$(count "$group" passing) bad=$(count "$group" failing)
    total_passed=$((total_passed + ${good:-0}))
    total_failed=$((total_failed + ${bad:-0}))
    say "$group: ${good:-0} passed, ${bad:-0} failed, $(cat "$reports/$group.cpu")"
  done
  running=("${still[@]}")
  if [ ${#running[@]} -gt 0 ] && [ $((SECONDS - told)) -ge 20 ]; then
    told=$SECONDS
    say "tests so far: $(for group in "${running[@]}"; do printf '%s %s  ' "$group" "$(passed "$group")"; done)"
  fi
done
say "done; reports in $reports"
# Again at the end, where a reader of a long log looks first: what failed, and how.
for group in "${groups[@]}"; do
  if [ "$(cat "$reports/$group.code")" != 0 ]; then
    printf '\n== what failed in %s\n' "$group"
    sed -nE '/^ +[0-9]+ failing/,$p' "$reports/$group.log" | head -n 120
  fi
done
printf '%d passed, %d failed\n' "$total_passed" "$total_failed"
exit "$status"
