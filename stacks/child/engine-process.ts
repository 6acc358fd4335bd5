import { spawn } from "node:child_process";
import * as errors from "@pulumi/pulumi/automation/errors.js";

/** What an engine process printed, as `PulumiCommand.run` returns it. */
export interface EngineOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  readonly err?: Error;
}

export interface EngineOrder {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly onOutput?: ((text: string) => void) | undefined;
  readonly onError?: ((text: string) => void) | undefined;
  /** Asks the engine to finish what is in flight and end. */
  readonly signal?: AbortSignal | undefined;
  /** Awaited before the engine begins. */
  readonly onStarted: (pid: number) => Promise<void>;
}

/** Keeps the engine from beginning until a line has come, then becomes the engine: the process id stays. */
const GATE = 'read -r go && exec "$0" "$@" </dev/null';
/** What a shell ends with that finds no such command. */
const NOT_FOUND = 127;

/** Marked internal in the SDK's declarations: the errors that its own commands throw, by the engine's text. */
const { createCommandError } = errors as unknown as { createCommandError(output: EngineOutput): Error };

/** Runs the pulumi CLI once. Throws what `PulumiCommand.run` throws: a `CommandError` that holds what the engine printed. */
export async function runEngine(order: EngineOrder): Promise<EngineOutput> {
  const { command, args, cwd, signal } = order;
  const gate = spawn("/bin/sh", ["-c", GATE, command, ...args], {
    cwd,
    env: { ...process.env, ...order.environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const [stdout, stderr] = [gate.stdout, gate.stderr].map((stream) => stream.setEncoding("utf8"));
  const printed = { stdout: "", stderr: "" };
  stdout?.on("data", (text: string) => {
    printed.stdout += text;
    order.onOutput?.(text);
  });
  stderr?.on("data", (text: string) => {
    printed.stderr += text;
    order.onError?.(text);
  });
  // An engine that is gone already does not read its order.
  gate.stdin.on("error", () => undefined);
  const ended = new Promise<{ code: number | null; killedBy: NodeJS.Signals | null }>((resolve, reject) => {
    gate.once("error", reject);
    gate.once("close", (code, killedBy) => resolve({ code, killedBy }));
  });
  ended.catch(() => undefined);
  const interrupt = (): void => void gate.kill("SIGINT");
  signal?.addEventListener("abort", interrupt, { once: true });
  try {
    if (gate.pid !== undefined) await order.onStarted(gate.pid);
    gate.stdin.end(signal?.aborted ? "" : "go\n");
    const { code, killedBy } = await ended;
    if (code === 0) return { stdout: printed.stdout.replace(/\n$/, ""), stderr: printed.stderr, code };
    const how = killedBy === null ? `failed with exit code ${code}` : `was killed with ${killedBy}`;
    const why = code === NOT_FOUND ? `spawn ${command} ENOENT` : `Command ${how}: ${args[0] ?? ""}`;
    throw commandError([why, printed.stderr, printed.stdout].filter(Boolean).join("\n"));
  } finally {
    signal?.removeEventListener("abort", interrupt);
    // Without an order it ends at once.
    gate.stdin.end();
  }
}

function commandError(text: string): Error {
  const output = { stdout: "", stderr: text, code: -2 };
  return createCommandError(Object.assign(output, { toString: () => `code: -2\n stderr: ${text}\n` }));
}
