import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

/** A Python server of the sandbox that lives as long as its stdin is open. */
export interface Child {
  /** Loopback port of its AWS API. */
  readonly port: number;
  /** Writes one JSON line to its stdin. */
  send(message: object): void;
  /** Ends it and all that it started. Resolves when it is gone. */
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly name: string;
  readonly python: string;
  readonly script: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
  /** Every JSON line after the first. */
  readonly onMessage?: (message: unknown) => void;
  /** Called once when it ends without `stop`. */
  readonly onLost: (reason: string) => void;
}

/**
 * Starts a server that prints `{"port": n}` when it listens. It is a session of its own, so that Ctrl-C in a terminal
 * reaches only the gateway, and its end takes what it started along. Rejects when it ends before it listens.
 */
export function startChild(options: ChildOptions): Promise<Child> {
  const child = spawn(options.python, [options.script], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  if (child.pid !== undefined) giveWayAlike(child.pid);
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  let stopping = false;
  child.stdin.on("error", () => {}); // The end of the child is told by `ended`.
  createInterface({ input: child.stderr }).on("line", options.log);
  return new Promise((resolve, reject) => {
    let started = false;
    createInterface({ input: child.stdout }).on("line", (line) => {
      const message: unknown = JSON.parse(line);
      if (started) return options.onMessage?.(message);
      started = true;
      resolve({
        port: (message as { port: number }).port,
        send: (outgoing) => child.stdin.write(`${JSON.stringify(outgoing)}\n`),
        async stop() {
          stopping = true;
          child.stdin.end();
          const patience = setTimeout(() => killSession(child), 2000);
          await ended;
          clearTimeout(patience);
          killSession(child);
        },
      });
    });
    ended.then((reason) => {
      if (!started)
        reject(new Error(`starting ${options.name}: it ended with ${reason}; its last lines are in the log`));
      else if (!stopping) options.onLost(`${options.name} ended with ${reason}`);
    });
  });
}

/**
 * Where the kernel shares time among sessions (sched(7), autogroup), a new session has the precedence of any other, whatever that
 * of the session it comes from: who asked the sandbox to give way means all of it.
 */
function giveWayAlike(pid: number): void {
  try {
    const [, niceness] = / nice (\d+)/.exec(readFileSync("/proc/self/autogroup", "utf8")) ?? [];
    if (niceness !== undefined && niceness !== "0") writeFileSync(`/proc/${pid}/autogroup`, niceness);
  } catch {
    // This kernel has no such groups.
  }
}

function killSession(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nothing of the session is left.
  }
}
