import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { type EngineOutput, runEngine } from "./engine-process.ts";

// The Automation API starts the pulumi CLI for much that a run knows already: `up` alone is followed by two `stack output`
// and one `stack history`, and opening a stack is a `stack select`. On an unchanged stack these are half of the time.

/** The part of `PulumiCommand` that the Automation API calls; `run` is marked internal in its declarations. */
export interface EngineCommand {
  readonly command: string;
  readonly version: PulumiCommand["version"];
  run(
    args: string[],
    cwd: string,
    environment: Readonly<Record<string, string>>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<EngineOutput>;
}

/** What each answered call would have printed. Outputs and history are read from the engine's events instead. */
const ANSWERS: Readonly<Record<string, string>> = {
  "stack select": "",
  "stack output": "{}",
  "stack history": "[]",
};

/**
 * What starts no plugin, which would inherit the setting, may do without the Go collector: that is 0.08 of 0.3 s of CPU for 30 MB more,
 * for less than a second.
 */
const WITHOUT_COLLECTOR: ReadonlySet<string> = new Set(["stack init", "stack export"]);

/** The engine in `pulumiRoot`. Throws when there is none of the SDK's version. */
export function findEngine(pulumiRoot: string): Promise<PulumiCommand> {
  return PulumiCommand.get({ root: pulumiRoot });
}

/**
 * The engine as a run uses it: each process waits until `onStarted` has taken its id, and what the run knows already is
 * answered without one. Only for stacks that are known to exist, since it says yes to every `stack select`.
 */
export function engineCommand(
  engine: PulumiCommand,
  onStarted: (pid: number) => Promise<void>,
): PulumiCommand & EngineCommand {
  const { command, version } = engine;
  const folder = command.slice(0, command.lastIndexOf("/"));
  const own: EngineCommand = {
    command,
    version,
    async run(args, cwd, environment, onOutput, onError, signal) {
      const name = args.slice(0, 2).join(" ");
      const answer = ANSWERS[name];
      if (answer !== undefined) return { stdout: answer, stderr: "", code: 0 };
      // The signal is heard from here on only: one that came while the SDK was preparing would be lost.
      signal?.throwIfAborted();
      return runEngine({
        command,
        args: args.includes("--non-interactive") ? args : [...args, "--non-interactive"],
        cwd,
        environment: {
          ...environment,
          // Plugins that came with the CLI stand beside it.
          PATH: `${folder}:${process.env.PATH}`,
          PULUMI_AUTOMATION_API: "true",
          ...(WITHOUT_COLLECTOR.has(name) ? { GOGC: "off" } : {}),
        },
        ...{ onOutput, onError, signal, onStarted },
      });
    },
  };
  return own as PulumiCommand & EngineCommand;
}

/**
 * The state of a stack as it is stored, with its secrets encrypted; undefined when there is no such stack. (The
 * Automation API's own `exportStack` asks for plaintext.) Throws a `CommandError` for any other failure.
 */
export async function exportState(
  command: EngineCommand,
  stack: string,
  workDir: string,
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  try {
    const args = ["stack", "export", "--stack", stack];
    const { stdout } = await command.run(args, workDir, environment);
    return JSON.parse(stdout) as unknown;
  } catch (error) {
    if (error instanceof Error && error.name === "StackNotFoundError") return undefined;
    throw error;
  }
}
