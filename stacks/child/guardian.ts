import { spawn } from "node:child_process";

// When a run child is killed, its engine and the plugins would go on: with a lock, with calls to AWS in flight, and with
// nobody who knows their lease. If the service is killed in the same moment nobody is left to end them. So each child has a
// guardian: a shell of 1 MB, in a session of its own, that reads from a pipe which only the child holds. The pipe's end is
// the child's, however it came.

/** Ends the session $1 once the child has gone. From /proc, or ps where there is none. In plain sh: nothing else is sure to exist. */
const SCRIPT = `
while read -r line; do :; done
rounds=0
while [ "$rounds" -lt 200 ]; do
  rounds=$((rounds + 1))
  found=
  if [ -r /proc/self/stat ]; then
    for file in /proc/[0-9]*/stat; do
      { read -r text < "$file"; } 2> /dev/null || continue
      set -- "$1" \${text##*) }
      [ "$5" = "$1" ] || continue
      case $2 in Z | X) continue ;; esac
      kill -9 "\${text%% *}" 2> /dev/null && found=1
    done
  else
    for pid in $(ps -A -o pid=,sess=,stat= | awk -v sid="$1" '$2 == sid && $3 !~ /^Z/ { print $1 }'); do
      kill -9 "$pid" 2> /dev/null && found=1
    done
  fi
  [ -n "$found" ] || exit 0
  sleep 0.02
done
`;

/** Starts the guardian of this process's session, and another should it be ended. */
export function startGuardian(): void {
  const guardian = spawn("/bin/sh", ["-c", SCRIPT, "guardian", `${process.pid}`], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guardian.stdin?.on("error", () => undefined);
  guardian.on("error", () => undefined);
  guardian.on("exit", startGuardian);
  guardian.unref();
  (guardian.stdin as { unref?: () => void } | null)?.unref?.();
}
