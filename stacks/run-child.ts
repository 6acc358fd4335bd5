import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "./environment.ts";
import type { FromChild, ToChild } from "./messages.ts";
import type { RunEvent } from "./run.ts";
import type { Logger, RunnerConfig } from "./runner.ts";
import { killSession, settleSession } from "./session.ts";

const ENTRY = fileURLToPath(new URL("./child/main.ts", import.meta.url));
const PROGRAMS = fileURLToPath(new URL("../programs/program.ts", import.meta.url));

/** How the engine's plugins get to leave by themselves once the CLI has gone; measured: under 50 ms. */
const PLUGINS_LEAVE_MS = 2_000;
const STDERR_KEPT = 4_000;

/** How a run in a child ended: with its own word, or without one because the process died. */
export type Ending = Exclude<FromChild, { type: "ready" | "event" }> | { readonly type: "died"; readonly how: string };

type Listener = (message: Exclude<FromChild, { type: "ready" }> | { type: "died"; how: string }) => void;

/** One run child and its session: born with a clean environment, serving runs one after another, ended with everything it started. */
export class RunChild {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #logger: Logger;
  readonly ready: Promise<void>;
  /** Settles to how the process ended, once nothing of its session lives any more. */
  readonly #gone: Promise<string>;
  #listener: Listener | undefined;
  #alive = true;
  #stderr = "";
  runs = 0;
  rssBytes = 0;

  private constructor(child: ChildProcess, folder: string, logger: Logger) {
    this.#process = child;
    this.#folder = folder;
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

  /** Starts a child in a folder of its own under `config.tmpDir`. */
  static async start(config: RunnerConfig): Promise<RunChild> {
    const folder = await mkdtemp(join(config.tmpDir, "child-"));
    const environment = childEnvironment({ ...config, service: config.environment, folder });
    const child = spawn(config.node, [ENTRY, config.programs ?? PROGRAMS], {
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

  /**
   * Does one run. Resolves when the run has ended and nothing that it started lives any more; rejects only when the
   * kernel does not let go of a process.
   * `stop` asks the engine to finish what is in flight and end; when it has not after `graceMs`, the session is killed.
   */
  async run(
    message: Extract<ToChild, { type: "run" }>,
    hooks: { readonly onEvent: (event: RunEvent) => void; readonly stop: AbortSignal; readonly graceMs: number },
  ): Promise<Ending> {
    const ended = Promise.withResolvers<Ending>();
    let handedOver = false;
    this.#listener = (from) => (from.type === "event" ? hooks.onEvent(from.event) : ended.resolve(from));
    const kill = (): void => {
      this.#kill().catch((error: Error) =>
        this.#logger.warn({ session: this.pid, error: error.message }, "killing a run"),
      );
    };
    const stop = (): void => {
      this.#send({ type: "cancel" });
      // A child that is still loading has nothing in flight.
      const timer = setTimeout(kill, handedOver ? hooks.graceMs : 0);
      void ended.promise.finally(() => clearTimeout(timer));
    };
    hooks.stop.addEventListener("abort", stop, { once: true });
    try {
      if (hooks.stop.aborted) return { type: "died", how: "was not asked to run" };
      await this.ready.catch((error: Error) => ended.resolve({ type: "died", how: error.message }));
      if (!this.#alive) return { type: "died", how: await this.#gone };
      this.runs++;
      handedOver = true;
      this.#send(message);
      const ending = await ended.promise;
      if (ending.type === "result") this.rssBytes = ending.rssBytes;
      if (ending.type === "died") await this.#gone;
      else await this.#settle();
      if (ending.type === "died" && !hooks.stop.aborted) {
        this.#logger.warn({ how: ending.how, stderr: this.#stderr.trim() }, "a run child died");
      }
      return ending;
    } finally {
      hooks.stop.removeEventListener("abort", stop);
      this.#listener = undefined;
    }
  }

  async #settle(): Promise<void> {
    if (this.pid === undefined) return;
    const killed = await settleSession(this.pid, [this.pid], PLUGINS_LEAVE_MS);
    if (killed > 0) this.#logger.warn({ killed, session: this.pid }, "processes outlived their run and were ended");
  }

  async #kill(): Promise<void> {
    if (this.#alive && this.pid !== undefined) await killSession(this.pid);
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
    await rm(this.#folder, { recursive: true, force: true });
  }
}
