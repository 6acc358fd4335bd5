import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, createReadStream, fstatSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

const entry = join(resolve(import.meta.dirname, "../.."), "api/main.ts");
const START_MS = 300_000;

/** One service process, which is started again whenever it has died, until it is stopped. */
export interface ServiceProcess {
  readonly name: string;
  /** Of the one that lives now. */
  readonly pid: number | undefined;
  readonly url: string | undefined;
  readonly logPath: string;
  /** How often it was started. */
  readonly starts: number;
  start(): Promise<void>;
  /** Asks it to end as an operating system does; it stays ended. Answers how it ended. */
  stop(): Promise<string>;
  log(): Promise<string>;
}

export interface ServiceOptions {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logPath: string;
  /** How long a dead one stays dead. */
  readonly restartAfterMs: () => number;
}

/** The log goes to a file that the process itself writes: a pipe would die with whoever reads it. */
export function createServiceProcess({ name, env, logPath, restartAfterMs }: ServiceOptions): ServiceProcess {
  let child: ChildProcess | undefined;
  let url: string | undefined;
  let starts = 0;
  let stopping = false;

  const readLog = () => readFile(logPath, "utf8").catch(() => "");

  function launch(): ChildProcess {
    const log = openSync(logPath, "a", 0o600);
    const before = fstatSync(log).size;
    const started = spawn(process.execPath, [entry], { env, stdio: ["ignore", log, log], detached: true });
    closeSync(log);
    starts += 1;
    url = undefined;
    child = started;
    started.once("exit", () => {
      url = undefined;
      if (!stopping) setTimeout(() => !stopping && launch(), restartAfterMs());
    });
    void findUrl(started, before);
    return started;
  }

  /** The file holds the lines of its predecessors, too: those are passed over. */
  async function findUrl(of: ChildProcess, before: number): Promise<void> {
    while (of.exitCode === null && of.signalCode === null) {
      const written = await text(createReadStream(logPath, { start: before })).catch(() => "");
      const found = /"url":"(http[^"]+)".*"msg":"serving"/.exec(written)?.[1];
      if (found !== undefined) {
        if (child === of) url = found;
        return;
      }
      await sleep(100);
    }
  }

  return {
    name,
    logPath,
    get pid() {
      return child?.exitCode === null && child.signalCode === null ? child.pid : undefined;
    },
    get url() {
      return url;
    },
    get starts() {
      return starts;
    },
    log: readLog,
    async start() {
      stopping = false;
      const first = launch();
      const deadline = Date.now() + START_MS;
      while (url === undefined) {
        if (first.exitCode !== null || Date.now() > deadline) {
          throw new Error(`starting ${name}: it does not serve:\n${(await readLog()).slice(-4_000)}`);
        }
        await sleep(50);
      }
    },
    async stop() {
      stopping = true;
      const ending = child;
      if (ending === undefined) return "never started";
      if (ending.exitCode === null && ending.signalCode === null) {
        const exit = once(ending, "exit");
        ending.kill("SIGTERM");
        await exit;
      }
      return ending.signalCode === null ? `exit code ${ending.exitCode}` : `signal ${ending.signalCode}`;
    },
  };
}
