#!/usr/bin/env bash
# Type check, lint, then every test (or those named): one failing does not hide the others.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=node_modules/.bin
status=0
run() {
  local started=$SECONDS
  printf '== %s\n' "$1"
  shift
  "$@" || status=1
  printf '   %ds\n' $((SECONDS - started))
}
if [ $# -eq 0 ]; then
  run 'type check' "$bin/tsc" --noEmit
  run 'lint' "$bin/biome" check .
  run 'tests' "$bin/mocha" 'test/**/*.test.ts'
else
  run 'tests' "$bin/mocha" "$@"
fi
exit $status
