import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Runs the bootstrap command as an administrator would. Throws with what it printed when it fails. */
export async function runBootstrap(
  env: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
  ...args: readonly string[]
): Promise<void> {
  const entry = join(import.meta.dirname, "../stacks/bootstrap/main.ts");
  const child = spawn(process.execPath, [entry, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      onLine(line);
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`the bootstrap ended with exit code ${code}:\n${lines.join("\n")}`);
}
