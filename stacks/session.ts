import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

// A run is a POSIX session: the engine starts its plugins in process groups of their own, so a signal to the run's group
// would miss them; the session id is the one thing that all of them keep.

/** Processes of the session `sid` that still live, zombies not counted. On Linux from /proc, elsewhere from ps. */
export async function sessionMembers(sid: number): Promise<number[]> {
  return process.platform === "linux" ? membersFromProc(sid) : membersFromPs(sid);
}

async function membersFromProc(sid: number): Promise<number[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const members = await Promise.all(
    ids.map(async (id) => {
      const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
      // "pid (command, which may hold blanks and parentheses) state ppid pgrp session ...", proc(5).
      const [state, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(session) === sid && state !== "Z" && state !== "X" ? [Number(id)] : [];
    }),
  );
  return members.flat();
}

async function membersFromPs(sid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,sess=,stat="]);
  return stdout.split("\n").flatMap((line) => {
    const [pid, session, state] = line.trim().split(/\s+/);
    return Number(session) === sid && !state?.startsWith("Z") ? [Number(pid)] : [];
  });
}

/**
 * Ends every process of session `sid` but those in `spare` with SIGKILL and waits until none lives: one that forks while
 * it is being killed is met in the next round. Resolves to the number of processes that had to be killed. Throws an
 * `Error` when something survives for 10 s (a process in uninterruptible sleep).
 */
export async function killSession(sid: number, spare: readonly number[] = []): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < 500; round++) {
    const alive = (await sessionMembers(sid)).filter((pid) => !spare.includes(pid));
    if (alive.length === 0) return killed.size;
    for (const pid of alive) {
      killed.add(pid);
      signal(pid, "SIGKILL");
    }
    await delay(20);
  }
  throw new Error(`ending the processes of run session ${sid}: some are still alive after 10 s`);
}

/**
 * Waits up to `patienceMs` for the session to hold nobody but `spare`, which is what the engine leaves by itself, then
 * kills the rest. Resolves to the number killed.
 */
export async function settleSession(sid: number, spare: readonly number[], patienceMs: number): Promise<number> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const alive = (await sessionMembers(sid)).filter((pid) => !spare.includes(pid));
    if (alive.length === 0) return 0;
    if (Date.now() >= until) return killSession(sid, spare);
    await delay(20);
  }
}

/** Sends a signal; false when the process is gone. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
