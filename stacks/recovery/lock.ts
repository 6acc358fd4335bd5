import type { Host } from "../host.ts";
import type { DeadRun } from "../run.ts";

/** A lock of the state backend, as far as it can be read. */
export interface Lock {
  /** Its file or URL. */
  readonly name: string;
  /** Undefined where the content was lost, as an unsynced file's is when the power goes. */
  readonly owner?: LockOwner;
  /** When its file was last written, in milliseconds; known of folders only. */
  readonly writtenAt?: number;
}

/** What the engine writes into a lock (pkg/backend/diy/lock.go). */
export interface LockOwner {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** The latest moment in milliseconds that the timestamp may mean: the engine's messages cut it to seconds. */
  readonly at: number;
}

/** The machine that recovers. */
export interface Machine extends Host {
  /** When it was last started, in milliseconds. */
  readonly bootedAt: number;
}

/**
 * The dead run whose lock it is, or undefined where that is not proved. It is, when an engine that the run started has the lock's host
 * and process id, the lock is not older than the run, and on this machine that process is gone (`lives`); on another one the run's
 * lease has run out, and with it every process of the run. A lock without content is a dead run's when this machine was started anew
 * after the lock was written, which was not before the run began on this machine.
 */
export function deadOwner(
  lock: Lock,
  dead: readonly DeadRun[],
  machine: Machine,
  lives: (run: DeadRun, pid: number) => boolean,
): DeadRun | undefined {
  const { owner, writtenAt } = lock;
  return dead.find((run) => {
    const begunAt = Date.parse(run.begunAt);
    const restarted = run.host === machine.host && run.bootId !== machine.bootId;
    if (owner === undefined) {
      return restarted && writtenAt !== undefined && writtenAt >= begunAt && writtenAt < machine.bootedAt;
    }
    if (owner.hostname !== run.host || !run.engines.includes(owner.pid) || !(owner.at >= begunAt)) return false;
    const here = run.host === machine.host && run.bootId === machine.bootId;
    return !here || !lives(run, owner.pid);
  });
}

/** Whose a lock is, for a person. */
export function describeLock({ name, owner }: Lock): string {
  if (owner === undefined) return `${name} (unreadable)`;
  const { username, hostname, pid, at } = owner;
  return `${name} of ${username}@${hostname}, process ${pid}, ${new Date(at).toISOString()}`;
}

const LISTED = /^\s*(\S+): created by (.*)@(\S+) \(pid (\d+)\) at (\S+)\s*$/gm;

/** The locks that the engine names when it finds a stack locked; undefined where its text is about something else. */
export function locksOf(text: string): readonly Lock[] | undefined {
  if (!/the stack is currently locked by \d+ lock/.test(text)) return undefined;
  return [...text.matchAll(LISTED)].map(([, name = "", username = "", hostname = "", pid, at = ""]) => ({
    name: withoutQuery(name),
    owner: { username, hostname, pid: Number(pid), at: Date.parse(at) + 999 },
  }));
}

function withoutQuery(url: string): string {
  return url.replace(/\?.*$/, "");
}

/** A lock's content; undefined where it is not whole. */
export function lockOwner(content: string): LockOwner | undefined {
  try {
    const { pid, username, hostname, timestamp } = JSON.parse(content) as Record<string, unknown>;
    const at = Date.parse(String(timestamp));
    if (typeof pid !== "number" || typeof hostname !== "string" || Number.isNaN(at)) return undefined;
    return { pid, hostname, username: String(username), at };
  } catch {
    return undefined;
  }
}
