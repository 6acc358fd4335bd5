import { execFile } from "node:child_process";
import { promisify } from "node:util";

type Environment = Readonly<Record<string, string | undefined>>;

/** Runs a short command. Throws an `Error` that names it when it fails or takes longer than `limitMs`. */
export async function runCommand(
  file: string,
  args: readonly string[],
  { limitMs, cwd, env }: { readonly limitMs: number; readonly cwd?: string; readonly env: Environment },
): Promise<{ stdout: string }> {
  try {
    return await promisify(execFile)(file, args, {
      timeout: limitMs,
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...env },
    });
  } catch (error) {
    const { killed, stderr, message } = error as { killed?: boolean; stderr?: string; message: string };
    const why = killed === true ? `not finished after ${limitMs / 1000} s` : stderr?.trim() || message;
    throw new Error(`${file} ${args.join(" ")}: ${why}`);
  }
}
