#!/bin/bash
# Unpacks the Python files of a document into a folder of its own and runs main.py within the CPU limit.
# Ends with 0 (nothing found), 10 (found), 20 (incomplete) or 194 (the agent is to reboot the host and run this again).
set -euo pipefail
umask 077
# bulwark:parameters

stop() {
  printf 'Bulwark: %s\n' "$1" >&2
  exit 20
}

# An account without a default region would make every call of the AWS CLI fail.
if [ -n "${AWS_SSM_REGION_NAME:-}" ]; then
  export AWS_DEFAULT_REGION="$AWS_SSM_REGION_NAME"
fi

work=$(mktemp -d) || stop "making a temporary folder failed; is the disk full?"
trap 'rm -rf -- "$work"' EXIT
# bulwark:files

python=
for candidate in python3 /usr/libexec/platform-python python3.13 python3.12 python3.11 python3.9 python3.8 python3.7; do
  if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 6))' >/dev/null 2>&1; then
    python=$candidate
    break
  fi
done
[ -n "$python" ] || stop "this host has no Python 3.6 or newer; install the package python3 and run the document again"

percent=${BULWARK_CPU_PERCENT:-}
run=()
cap=
if [ -n "$percent" ]; then
  run=(nice -n 19)
  if command -v ionice >/dev/null 2>&1; then
    run+=(ionice -c 3)
  fi
  # Asked with a command that does nothing: containers and hosts without systemd have the program and no manager behind it.
  if systemd-run --scope --quiet --no-ask-password -p "CPUQuota=${percent}%" true >/dev/null 2>&1; then
    run=(systemd-run --scope --quiet --no-ask-password -p "CPUQuota=${percent}%" "${run[@]}")
  elif command -v cpulimit >/dev/null 2>&1; then
    cap=yes
  fi
fi

# -E and -s keep the host's Python settings out, -B leaves no compiled files. The empty-array form is for bash 4.2.
${run[@]+"${run[@]}"} "$python" -E -s -B "$work/main.py" </dev/null &
main=$!
if [ -n "$cap" ]; then
  # It watches the process instead of starting it: the exit code of a process that it starts is lost.
  cpulimit -l "$percent" -p "$main" -i -z >/dev/null 2>&1 &
fi
trap 'kill -TERM "$main" 2>/dev/null || true' TERM INT
status=0
wait "$main" || status=$?
# A signal ends the wait before the process has ended what it began.
while kill -0 "$main" 2>/dev/null; do
  status=0
  wait "$main" || status=$?
done
case $status in
  0 | 10 | 20 | 194) ;;
  *)
    printf 'Bulwark: the script ended with %s, before its end\n' "$status" >&2
    status=20
    ;;
esac
exit "$status"
