import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { isDead, parseStat } from "./host.ts";

/** What /proc counts memory in, on all but a few machines; on those a run looks smaller than it is. */
const PAGE_BYTES = 4096;

// A run is a POSIX session: the engine starts its plugins in process groups of their own, so a signal to the run's group
// would miss them; the session id is the one thing that all of them keep.

/** A process that lives; zombies do not. */
export interface LiveProcess {
  readonly pid: number;
  readonly session: number;
  readonly residentBytes: number;
}

/** Processes of a run that SIGKILL does not end: in uninterruptible sleep, or not this user's to end. */
export class SurvivorsError extends Error {
  constructor(sid: number, survivors: readonly number[]) {
    super(`ending the processes of run session ${sid}: ${survivors.join(", ")} still alive after 10 s`);
    this.name = "SurvivorsError";
  }
}

/** Every process of this machine. On Linux from /proc, elsewhere from ps. */
export async function liveProcesses(): Promise<LiveProcess[]> {
  return process.platform === "linux" ? processesFromProc() : processesFromPs();
}

/** Processes of the session `sid`. */
export async function sessionMembers(sid: number): Promise<number[]> {
  return (await liveProcesses()).flatMap(({ pid, session }) => (session === sid ? [pid] : []));
}

/** Bytes of memory that a session's processes have; what they share counts for each. */
export async function sessionBytes(sid: number): Promise<number> {
  const members = (await liveProcesses()).filter(({ session }) => session === sid);
  return members.reduce((sum, { residentBytes }) => sum + residentBytes, 0);
}

/** How many processes are read before others get a turn: less than a millisecond of work. */
const READ_AT_ONCE = 64;

/**
 * Files of /proc are memory: reading 98 of them takes 1 ms of CPU this way and 10 ms by way of the thread pool, and it is
 * done several times in each run.
 */
async function processesFromProc(): Promise<LiveProcess[]> {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const found: LiveProcess[] = [];
  for (const [index, id] of ids.entries()) {
    if (index % READ_AT_ONCE === READ_AT_ONCE - 1) await nextTurn();
    const line = statOf(id);
    if (line === undefined) continue;
    const { state, session, residentPages } = parseStat(line);
    if (!isDead(state)) found.push({ pid: Number(id), session, residentBytes: residentPages * PAGE_BYTES });
  }
  return found;
}

/** Undefined where the process has ended meanwhile. */
function statOf(id: string): string | undefined {
  try {
    return readFileSync(`/proc/${id}/stat`, "utf8");
  } catch {
    return undefined;
  }
}

async function processesFromPs(): Promise<LiveProcess[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,sess=,rss=,stat="]);
  return stdout.split("\n").flatMap((line) => {
    const [pid, session, kilobytes, state] = line.trim().split(/\s+/);
    return isDead(state)
      ? []
      : [{ pid: Number(pid), session: Number(session), residentBytes: Number(kilobytes) * 1024 }];
  });
}

/**
 * Ends every process of session `sid` but those in `spare` with SIGKILL and waits until none lives: one that forks while
 * it is being killed is met in the next round. Resolves to the number of processes that had to be killed. Throws a
 * `SurvivorsError` when something survives for 10 s.
 */
export async function killSession(sid: number, spare: readonly number[] = []): Promise<number> {
  const killed = new Set<number>();
  let alive: number[] = [];
  for (let round = 0; round < 500; round++) {
    alive = (await sessionMembers(sid)).filter((pid) => !spare.includes(pid));
    if (alive.length === 0) return killed.size;
    for (const pid of alive) {
      killed.add(pid);
      signal(pid, "SIGKILL");
    }
    await delay(20);
  }
  throw new SurvivorsError(sid, alive);
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
