import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { setPriority } from "node:os";
import { dirname } from "node:path";

/** A process that the demo started: the sandbox or the service. */
export interface Part {
  readonly name: string;
  readonly logPath: string;
  /** Settles when the process has ended, with what it ended with. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** How long a part may take to end after SIGTERM before it is killed: the service gives a run 60 s to stop at a whole step. */
const STOP_MS = 75_000;

/** Starts a part of the demo with exactly the environment given, at that niceness; what it prints goes to a log file. */
export async function startPart(
  name: string,
  entry: string,
  env: Readonly<Record<string, string>>,
  logPath: string,
  niceness = 0,
): Promise<Part> {
  await mkdir(dirname(logPath), { recursive: true });
  const log = createWriteStream(logPath, { flags: "a" });
  // In a session of its own, so that Ctrl-C reaches the demo alone and it can stop its parts in order.
  const child = spawn(process.execPath, [entry], { env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  if (niceness > 0 && child.pid !== undefined) giveWay(child.pid, niceness);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`));
  });
  return { name, logPath, ended, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}

/** Whether a port of 127.0.0.1 can be bound now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

/** Asks a URL until it answers with success. Throws when the part ends first, or after `timeoutMs`. */
export async function untilReady(part: Part, url: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  let end: string | undefined;
  void part.ended.then((how) => {
    end = how;
  });
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (end !== undefined)
      throw new Error(`starting the ${part.name}: it ended with ${end}; its log is ${part.logPath}`);
    if (Date.now() > deadline) {
      throw new Error(
        `starting the ${part.name}: ${url} did not answer within ${timeoutMs / 1000} s; see ${part.logPath}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Lowers the priority of a process, and of its session where the kernel shares time among sessions (sched(7), autogroup). */
function giveWay(pid: number, niceness: number): void {
  setPriority(pid, niceness);
  try {
    writeFileSync(`/proc/${pid}/autogroup`, String(niceness));
  } catch {
    // This kernel has no such groups.
  }
}
