import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { type Host, startMark } from "./host.ts";
import type { RunIdentity } from "./run.ts";
import { killSession, liveProcesses, sessionMembers } from "./session.ts";

// Ends processes that somebody else started and that may long be gone, their numbers given to strangers. So none is
// touched without a proof: the leader's start mark, or a HOME within the run's folder, whose name is random.

/**
 * Ends what lives of a dead run, if it ran on this machine since its last start; resolves to the number of processes ended.
 * Its lease must have run out: what it does is not waited for.
 */
export async function endDeadRun(run: RunIdentity, here: Host): Promise<number> {
  if (run.host !== here.host || run.bootId !== here.bootId) return 0;
  const leader = startMark(run.session);
  // While anything of a session lives its id is nobody else's: a leader that started at another time means that all are gone.
  if (leader !== undefined && leader !== run.startedAt) return 0;
  // The run settled, only nobody wrote that down: its child lives on and may be at work for another stack.
  if (leader !== undefined && !existsSync(run.folder)) return 0;
  if (leader === undefined && !(await isProved(await sessionMembers(run.session), dirname(run.folder)))) return 0;
  return killSession(run.session);
}

async function isProved(pids: readonly number[], folder: string): Promise<boolean> {
  for (const pid of pids) if (await livesIn(pid, folder)) return true;
  return false;
}

/**
 * Ends every session of runs in `folder`: its leader has its HOME there, or has died and another process of it has. A session whose leader lives is given `patienceMs`: its
 * child knows that its service is gone, and finishes what is in flight. `signal` ends the waiting. Resolves to the number of processes that had to be
 * killed.
 */
export async function endProcessesOf(folder: string, patienceMs: number, signal?: AbortSignal): Promise<number> {
  const until = performance.now() + patienceMs;
  let ended = 0;
  while (signal?.aborted !== true) {
    const sessions = await sessionsIn(folder);
    if (sessions.length === 0) return ended;
    const late = performance.now() >= until;
    for (const session of sessions) {
      if (late || startMark(session) === undefined) ended += await killSession(session);
    }
    await delay(100);
  }
  return ended;
}

async function sessionsIn(folder: string): Promise<number[]> {
  const all = await liveProcesses();
  const living = new Set(all.map(({ pid }) => pid));
  const proved = await Promise.all(all.map(async (one) => ((await livesIn(one.pid, folder)) ? [one] : [])));
  const found = proved.flat();
  const pids = new Set(found.map(({ pid }) => pid));
  // Somebody who looks at a dead run from a shell, with its HOME, is not part of it.
  const sessions = found.map(({ session }) => session).filter((leader) => pids.has(leader) || !living.has(leader));
  return [...new Set(sessions)];
}

/** Whether HOME or TMPDIR of a process is `folder` or something in it. */
async function livesIn(pid: number, folder: string): Promise<boolean> {
  const environment = await environmentOf(pid);
  return environment.some((entry) => {
    const [, path] = /^(?:HOME|TMPDIR)=(.*)$/s.exec(entry) ?? [];
    return path === folder || path?.startsWith(`${folder}/`) === true;
  });
}

/** How often a process that has no environment is asked again, and milliseconds between. */
const EXEC_LOOKS = 20;
const EXEC_LOOK_MS = 5;

async function environmentOf(pid: number): Promise<string[]> {
  if (process.platform === "linux") return (await environmentFromProc(pid)).split("\0");
  const { stdout } = await promisify(execFile)("ps", ["eww", "-o", "command=", "-p", `${pid}`]).catch(() => ({
    stdout: "",
  }));
  return stdout.split(/\s+/);
}

/**
 * Empty where the process has ended, or is not this user's to read. For a moment within execve(2) the new program has no
 * environment yet, which is not the same as having none: a dead run's plugin that just starts would be taken for a stranger.
 */
async function environmentFromProc(pid: number): Promise<string> {
  for (let look = 1; ; look++) {
    const text = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => undefined);
    if (text === undefined) return "";
    if (text !== "" || look === EXEC_LOOKS || isKernelThread(pid)) return text;
    await delay(EXEC_LOOK_MS);
  }
}

/** Kernel threads have no memory of their own, and so no environment ever. */
function isKernelThread(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/statm`, "utf8").startsWith("0 ");
  } catch {
    return true;
  }
}
