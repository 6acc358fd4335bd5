import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "./environment.ts";
import { startMark } from "./host.ts";
import { machineNow, switchTimes } from "./lease-switch.ts";
import type { FromChild, ToChild } from "./messages.ts";
import type { LeaseClock, RunEvent } from "./run.ts";
import type { Logger, RunnerConfig } from "./runner.ts";
import { killSession, settleSession } from "./session.ts";

const ENTRY = fileURLToPath(new URL("./child/main.ts", import.meta.url));
const PROGRAMS = fileURLToPath(new URL("../programs/program.ts", import.meta.url));

/**
 * What a child is before it is a child: readable by its user alone in all that it writes, without core dumps, which would hold
 * its sessions, and polite from its first instruction on. The service must stay responsive while runs work; where the kernel shares
 * time among sessions (sched(7), autogroup) a niceness counts only within one, so the session itself gives way, too, as far as it can: at 10
 * the service still waited for up to 50 ms to be let on a core that runs had.
 */
const BECOME = 'umask 077; ulimit -c 0; { echo 19 > /proc/self/autogroup; } 2> /dev/null; exec nice -n 10 "$0" "$@"';

/** How the engine's plugins get to leave by themselves once the CLI has gone; measured: under 50 ms. */
const PLUGINS_LEAVE_MS = 2_000;
const STDERR_KEPT = 4_000;

/** How a run in a child ended: with its own word, or without one because the process died. */
export type Ending = Extract<FromChild, { type: "result" | "recovered" | "failure" }> | Died;
interface Died {
  readonly type: "died";
  readonly how: string;
}

export interface ChildHooks {
  readonly onEvent: (event: RunEvent) => void;
  readonly onEngine: (pid: number) => Promise<void>;
  readonly stop: AbortSignal;
  readonly graceMs: number;
  readonly lease?: LeaseClock;
}

/** How a run came to its end. */
export interface Ended {
  readonly ending: Ending;
  /** The child was given the run. */
  readonly begun: boolean;
  /** Something had to be killed for it. */
  readonly killed: boolean;
}

type RunMessage = Omit<Extract<ToChild, { type: "run" }>, "type" | "leaseUntil">;

/** One run child and its session: born with a clean environment, serving runs one after another, ended with everything it started. */
export class RunChild {
  readonly #process: ChildProcess;
  readonly folder: string;
  readonly #logger: Logger;
  readonly ready: Promise<void>;
  /** Settles to how the process ended, once nothing of its session lives any more. */
  readonly #gone: Promise<string>;
  #listener: ((message: Exclude<FromChild, { type: "ready" }> | Died) => void) | undefined;
  #alive = true;
  #stderr = "";
  runs = 0;
  rssBytes = 0;

  private constructor(child: ChildProcess, folder: string, logger: Logger) {
    this.#process = child;
    this.folder = folder;
    this.#logger = logger;
    const started = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<string>();
    this.ready = started.promise;
    this.#gone = gone.promise;
    // Whoever awaits `ready` learns of it; a child that dies while nobody waits must not end the service.
    this.ready.catch(() => undefined);
    this.#gone.catch(() => undefined);
    const ended = (how: string): void => {
      if (!this.#alive) return;
      this.#alive = false;
      // At once: later the kernel may have given the session's id to somebody else.
      gone.resolve(this.pid === undefined ? how : killSession(this.pid).then(() => how));
      started.reject(new Error(`starting a run child: ${how}${this.#stderr && `: ${this.#stderr.trim()}`}`));
      this.#listener?.({ type: "died", how });
    };
    child.on("error", (error) => ended(error.message));
    child.on("exit", (code, signal) => ended(signal === null ? `ended with code ${code}` : `was ended by ${signal}`));
    child.on("message", (message: FromChild) => {
      if (message.type === "ready") started.resolve();
      else this.#listener?.(message);
    });
    // What a program prints belongs to nobody; what a dying process prints last may explain its end.
    child.stderr?.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
  }

  /** Starts a child that has `folder` for itself. */
  static start(config: RunnerConfig, folder: string): RunChild {
    const environment = childEnvironment({ ...config, service: config.environment, folder });
    const cache = config.codeCache === undefined ? [] : [config.codeCache];
    const child = spawn("/bin/sh", ["-c", BECOME, config.node, ENTRY, config.programs ?? PROGRAMS, ...cache], {
      cwd: folder,
      env: environment,
      detached: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    return new RunChild(child, folder, config.logger);
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Process id, which is the session's id too; undefined when the process could not be started. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** The kernel's mark of the process, for a `RunIdentity`; undefined when it does not live. */
  get startedAt(): string | undefined {
    return this.pid === undefined || !this.#alive ? undefined : startMark(this.pid);
  }

  /**
   * Does one run. Resolves when the run has ended and nothing that it started lives any more, but for what the kernel does
   * not let go of (a process in uninterruptible sleep), which the log tells.
   * `stop` asks the engine to finish what is in flight and end; when it has not after `graceMs`, the session is killed.
   * With a lease the session is killed before that has run out; the child sees to it by itself too.
   */
  async run(message: RunMessage, hooks: ChildHooks): Promise<Ended> {
    const ended = Promise.withResolvers<Ending>();
    let begun = false;
    let killed = false;
    this.#listener = (from) => {
      if (from.type === "event") hooks.onEvent(from.event);
      else if (from.type === "engine") void this.#makeKnown(from.pid, hooks);
      else ended.resolve(from);
    };
    const kill = (): void => {
      killed = true;
      this.#kill().catch((error: Error) =>
        this.#logger.warn({ session: this.pid, error: error.message }, "killing a run"),
      );
    };
    const stop = (): void => {
      this.#send({ type: "cancel" });
      // A child that is still loading has nothing in flight.
      const timer = setTimeout(kill, begun ? hooks.graceMs : 0);
      void ended.promise.finally(() => clearTimeout(timer));
    };
    hooks.stop.addEventListener("abort", stop, { once: true });
    let letGo = (): void => undefined;
    try {
      if (hooks.stop.aborted) return { ending: { type: "died", how: "was not asked to run" }, begun, killed };
      await this.ready.catch((error: Error) => ended.resolve({ type: "died", how: error.message }));
      if (!this.#alive) return { ending: { type: "died", how: await this.#ended() }, begun, killed };
      if (hooks.lease !== undefined && hooks.lease.validUntil() <= machineNow()) {
        return {
          ending: { type: "died", how: "was not asked to run: the lease on the stack has run out" },
          begun,
          killed,
        };
      }
      this.runs++;
      begun = true;
      letGo = this.#handOver(message, hooks.lease, kill);
      const ending = await ended.promise;
      if (ending.type === "result" || ending.type === "recovered") this.rssBytes = ending.rssBytes;
      if (ending.type === "died") await this.#ended();
      else if (await this.#settle()) killed = true;
      if (ending.type === "died" && !hooks.stop.aborted) {
        this.#logger.warn({ how: ending.how, stderr: this.#stderr.trim() }, "a run child died");
      }
      return { ending, begun, killed };
    } finally {
      letGo();
      hooks.stop.removeEventListener("abort", stop);
      this.#listener = undefined;
    }
  }

  /** Hands the run over, and from then on every renewal of its lease; `kill` is called when that is about to run out. */
  #handOver(message: RunMessage, lease: LeaseClock | undefined, kill: () => void): () => void {
    if (lease === undefined) {
      this.#send({ type: "run", ...message });
      return () => undefined;
    }
    let timer: NodeJS.Timeout | undefined;
    let length = 0;
    const hold = (): number => {
      const until = lease.validUntil();
      const left = until - machineNow();
      length = Math.max(length, left);
      clearTimeout(timer);
      timer = setTimeout(kill, Math.max(0, switchTimes(left, length).killAt));
      return until;
    };
    this.#send({ type: "run", ...message, leaseUntil: hold() });
    const unsubscribe = lease.onRenewed(() => this.#send({ type: "lease", until: hold() }));
    return () => {
      unsubscribe();
      clearTimeout(timer);
    };
  }

  async #makeKnown(pid: number, { onEngine }: ChildHooks): Promise<void> {
    const refused = await onEngine(pid).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    this.#send({ type: "engine-known", pid, ...(refused === undefined ? {} : { refused }) });
  }

  /** How the process ended, once its session is empty; or that it is not. */
  #ended(): Promise<string> {
    return this.#gone.catch((error: Error) => {
      this.#logger.warn({ session: this.pid, error: error.message }, "ending a run");
      return error.message;
    });
  }

  /** Resolves to whether a process of the run had to be killed after its end. */
  async #settle(): Promise<boolean> {
    if (this.pid === undefined) return false;
    const killed = await settleSession(this.pid, [this.pid], PLUGINS_LEAVE_MS);
    if (killed > 0) this.#logger.warn({ killed, session: this.pid }, "processes outlived their run and were ended");
    return killed > 0;
  }

  async #kill(): Promise<void> {
    if (this.#alive && this.pid !== undefined) {
      // First by what Node knows of its own child: that is sure to end it, whatever is told of sessions here.
      this.#process.kill("SIGKILL");
      await killSession(this.pid);
    }
    await this.#gone;
  }

  #send(message: ToChild): void {
    // A child that died meanwhile is told by its exit; the send's own error adds nothing.
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }

  /** Ends the child and all that it started, and removes its folder. Safe to call twice. */
  async end(): Promise<void> {
    if (this.#alive && this.#process.connected) this.#process.disconnect();
    await Promise.race([this.#gone.catch(() => undefined), delay(PLUGINS_LEAVE_MS, undefined, { ref: false })]);
    await this.#kill();
    // The guardian removes it too.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
