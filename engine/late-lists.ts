import { access, chmod, copyFile, cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "./command.ts";

/** A module whose word lists are read by every process that has it, though few ask it how strong a password is. */
interface Meter {
  readonly module: string;
  /** By file: what is there, and what stands there instead. */
  readonly changes: Readonly<Record<string, readonly (readonly [was: string, is: string])[]>>;
}

/** Its first question loads what was not loaded: that is in the modules already. */
const CHANGES: Meter["changes"] = {
  "frequency/frequency.go": [["func init() {", "// Load reads the lists.\nfunc Load() {"]],
  "matching/matching.go": [
    ["func init() {\n\tloadFrequencyList()\n}\n", ""],
    ["func loadFrequencyList() {\n", "func loadFrequencyList() {\n\tfrequency.Load()\n"],
  ],
};

const METERS: readonly Meter[] = ["github.com/nbutton23/zxcvbn-go", "github.com/ccojocar/zxcvbn-go"].map((module) => ({
  module,
  changes: CHANGES,
}));

/**
 * Copies of a module file and of the password meters that it asks for, with the meters' word lists read when they are asked for: at the engine's start they
 * took a third of its 0.2 s of CPU, and 35 of its 60 MB. Answers the copied module file, for `go build -modfile`. Throws an `Error` that says which text
 * is not where it was, after another version of a meter.
 */
export async function withLateLists(
  go: string,
  modules: string,
  target: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const run = async (...args: string[]) =>
    (await runCommand(go, args, { limitMs: DOWNLOAD_MS, cwd: modules, env: environment })).stdout;
  const copy = join(target, "go.mod");
  for (const file of ["go.mod", "go.sum"]) await copyFile(join(modules, file), join(target, file));
  for (const { module, changes } of METERS) {
    const { Dir: from } = JSON.parse(await run("mod", "download", "-json", await versionOf(module, run))) as {
      Dir: string;
    };
    const to = join(target, module);
    await cp(from, to, { recursive: true });
    // Go's cache of modules is read-only.
    for (const folder of ["", ...(await foldersOf(to))]) await chmod(join(to, folder), 0o755);
    for (const [file, texts] of Object.entries(changes)) await change(join(to, file), texts, `${module}/${file}`);
    await access(join(to, "go.mod")).catch(() => writeFile(join(to, "go.mod"), `module ${module}\n`));
    await run("mod", "edit", `-replace=${module}=${to}`, copy);
  }
  return copy;
}

const DOWNLOAD_MS = 120_000;

async function versionOf(module: string, run: (...args: string[]) => Promise<string>): Promise<string> {
  return `${module}@${(await run("list", "-m", "-f", "{{.Version}}", module)).trim()}`;
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}

async function change(path: string, texts: readonly (readonly [string, string])[], name: string): Promise<void> {
  let source = await readFile(path, "utf8");
  for (const [was, is] of texts) {
    if (!source.includes(was))
      throw new Error(`${name} has no ${JSON.stringify(was)}: look at what reads its lists now`);
    source = source.replace(was, () => is);
  }
  await chmod(path, 0o644);
  await writeFile(path, source);
}
