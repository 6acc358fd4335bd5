import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What a command and everything below it has used, as `supervisor.py` counts it. */
export interface Mark {
  /** User and system seconds since the command's start, of what lives and of what has ended. */
  readonly cpuSeconds: number;
  /** Greatest proportional set size of all its processes together since the mark before. */
  readonly pssBytes: number;
  /** Greatest resident set of the command's own process since the mark before. */
  readonly rssBytes: number;
}

/** A command that is being measured. */
export interface Supervised {
  mark(): Promise<Mark>;
  /** Resolves when the command itself has ended; what it left may live on a little. */
  readonly exited: Promise<number>;
  /** Resolves when nothing of it lives any more. */
  readonly ended: Promise<{ readonly code: number; readonly mark: Mark }>;
  /** Asks it to end, and waits until it has. */
  stop(): Promise<void>;
}

export interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Receives what it prints. */
  readonly logPath: string;
  /** Whether marks tell the memory of all processes, as they do unless told otherwise, or of the command's own alone, which disturbs nobody. */
  readonly memory?: "all" | "own";
}

type Line =
  | { readonly started: number }
  | { readonly exited: number }
  | { readonly ended: number; readonly mark: Mark }
  | { readonly mark: Mark };

/** Starts a command under the supervisor. `python` needs nothing but its standard library. */
export function supervise(python: string, command: Command): Supervised {
  const script = join(import.meta.dirname, "supervisor.py");
  const supervisor = spawn(python, [script, command.memory ?? "all", command.logPath, ...command.argv], {
    cwd: command.cwd,
    env: command.env,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const waiting: ((mark: Mark) => void)[] = [];
  const exited = Promise.withResolvers<number>();
  const ended = Promise.withResolvers<{ code: number; mark: Mark }>();
  for (const promise of [exited.promise, ended.promise]) promise.catch(() => undefined);
  createInterface({ input: supervisor.stdout }).on("line", (text) => {
    const line = JSON.parse(text) as Line;
    if ("ended" in line) ended.resolve({ code: line.ended, mark: line.mark });
    else if ("exited" in line) exited.resolve(line.exited);
    else if ("mark" in line) waiting.shift()?.(line.mark);
  });
  const failed = (how: string) => {
    const error = new Error(`measuring ${command.argv.join(" ")}: the supervisor ${how}; see ${command.logPath}`);
    exited.reject(error);
    ended.reject(error);
  };
  supervisor.on("error", ({ message }) => failed(message));
  supervisor.on("exit", (code) => failed(`ended with ${code}`));
  supervisor.stdin.on("error", () => undefined);
  return {
    exited: exited.promise,
    ended: ended.promise,
    mark() {
      const { promise, resolve } = Promise.withResolvers<Mark>();
      waiting.push(resolve);
      supervisor.stdin.write("mark\n");
      return Promise.race([promise, ended.promise.then(({ mark }) => mark)]);
    },
    async stop() {
      if (supervisor.exitCode !== null) return;
      supervisor.stdin.write("stop\n");
      if (supervisor.exitCode === null) await once(supervisor, "exit");
    },
  };
}
