import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";

// The Automation API starts the pulumi CLI for much that a run knows already: `up` alone is followed by two `stack output`
// and one `stack history`, and opening a stack is a `stack select`. On an unchanged stack these are half of the time.

/** The part of `PulumiCommand` that the Automation API calls; `run` is marked internal in its declarations. */
interface Command {
  readonly command: string;
  readonly version: PulumiCommand["version"];
  run(
    args: string[],
    cwd: string,
    environment: Record<string, string>,
    onOutput?: (text: string) => void,
    onError?: (text: string) => void,
    signal?: AbortSignal,
  ): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number; readonly err?: Error }>;
}

/** What each answered call would have printed. Outputs and history are read from the engine's events instead. */
const ANSWERS: Readonly<Record<string, string>> = {
  "stack select": "",
  "stack output": "{}",
  "stack history": "[]",
};

/**
 * The engine in `pulumiRoot`, answering itself what the run knows already. Only for stacks that are known to exist, since
 * it says yes to every `stack select`. Throws when there is no engine of the SDK's version.
 */
export async function engineCommand(pulumiRoot: string): Promise<PulumiCommand> {
  const real = (await PulumiCommand.get({ root: pulumiRoot })) as PulumiCommand & Command;
  const command: Command = {
    command: real.command,
    version: real.version,
    async run(args, ...rest) {
      const answer = ANSWERS[args.slice(0, 2).join(" ")];
      if (answer !== undefined) return { stdout: answer, stderr: "", code: 0 };
      // The SDK listens to the signal from here on only: one that came while it was preparing would be lost.
      rest[4]?.throwIfAborted();
      return real.run(args, ...rest);
    },
  };
  return command as PulumiCommand & Command;
}

/**
 * The state of a stack as it is stored, with its secrets encrypted; undefined when there is no such stack. (The
 * Automation API's own `exportStack` asks for plaintext.) Throws a `CommandError` for any other failure.
 */
export async function exportState(
  command: PulumiCommand,
  stack: string,
  workDir: string,
  environment: Readonly<Record<string, string>>,
): Promise<unknown> {
  try {
    const args = ["stack", "export", "--stack", stack];
    const { stdout } = await (command as PulumiCommand & Command).run(args, workDir, { ...environment });
    return JSON.parse(stdout) as unknown;
  } catch (error) {
    if (error instanceof Error && error.name === "StackNotFoundError") return undefined;
    throw error;
  }
}
