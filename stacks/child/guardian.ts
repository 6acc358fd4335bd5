import { spawn } from "node:child_process";

// When a run child is killed, its engine and the plugins would go on: with a lock, with calls to AWS in flight, and with
// nobody who knows their lease. If the service is killed in the same moment nobody is left to end them. So each child has a
// guardian: a shell of 1 MB, in a session of its own, that reads from a pipe which only the child holds. The pipe's end is
// the child's, however it came.

/**
 * Once the child has gone, ends its session $1 and removes its folder $2, in which the sessions of its run's accounts stand. From
 * /proc, or ps where there is none. In plain sh: nothing else is sure to exist.
 */
const SCRIPT = `
trap '' HUP INT TERM
sid=$1
folder=$2
while read -r line; do :; done
rounds=0
while [ "$rounds" -lt 200 ]; do
  rounds=$((rounds + 1))
  found=
  if [ -r /proc/self/stat ]; then
    for file in /proc/[0-9]*/stat; do
      { read -r text < "$file"; } 2> /dev/null || continue
      set -- \${text##*) }
      [ "$4" = "$sid" ] || continue
      case $1 in Z | X) continue ;; esac
      kill -9 "\${text%% *}" 2> /dev/null && found=1
    done
  else
    for pid in $(ps -A -o pid=,sess=,stat= | awk -v sid="$sid" '$2 == sid && $3 !~ /^Z/ { print $1 }'); do
      kill -9 "$pid" 2> /dev/null && found=1
    done
  fi
  [ -n "$found" ] || break
  sleep 0.02
done
case $folder in */child-*) rm -rf "$folder" ;; esac
`;

const RESTART_MS = 200;

/** Starts the guardian of this process's session and folder, and another should it be ended. */
export function startGuardian(folder: string): void {
  const guardian = spawn("/bin/sh", ["-c", SCRIPT, "guardian", `${process.pid}`, folder], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guardian.stdin?.on("error", () => undefined);
  // No process could be started: neither can the engine.
  guardian.on("error", () => setTimeout(startGuardian, RESTART_MS, folder).unref());
  guardian.on("exit", () => startGuardian(folder));
  guardian.unref();
  (guardian.stdin as { unref?: () => void } | null)?.unref?.();
}
