import { execFile } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Environment } from "./environment.ts";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

/** Folders of the checkout that `make pulumi-env` writes. */
const folders = ["stacks", "plain-cli"].map((name) => join(root, ".bulwark", name));

/** Keeps what a person has had `make pulumi-env` write; answers how to put it back. */
export async function keepPlainCli({ folder }: Environment): Promise<() => Promise<void>> {
  const kept = folders.map((path) => join(folder, "kept", basename(path)));
  for (const [index, path] of folders.entries()) {
    await cp(path, kept[index] ?? "", { recursive: true }).catch(() => undefined);
  }
  return async () => {
    for (const [index, path] of folders.entries()) {
      await rm(path, { recursive: true, force: true });
      await cp(kept[index] ?? "", path, { recursive: true }).catch(() => undefined);
    }
  };
}

/** What `make -s pulumi-env` prints for a shell, for the service of the environment. */
export async function preparePlainCli({ data }: Environment): Promise<string> {
  const { stdout } = await run(process.execPath, ["api/stack-inputs.ts"], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, BULWARK_DATA: data },
  });
  return stdout;
}

/** What a reviewer's own `pulumi preview` of a stack would do, beside leaving everything the same. */
export async function plainPreview(shell: string, stack: string) {
  const script = `eval "$1"; exec pulumi preview --stack "$2" --json --non-interactive`;
  const { stdout } = await run("bash", ["-c", script, "bash", shell, stack], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
    maxBuffer: 64 * 1024 ** 2,
  });
  const { changeSummary } = JSON.parse(stdout) as { changeSummary: Record<string, number> };
  const { same = 0, ...others } = changeSummary;
  return { same: same > 0, others };
}
