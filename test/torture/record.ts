import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const begin = "<!-- torture: written by make torture -->";
const end = "<!-- torture: end -->";
const repository = resolve(import.meta.dirname, "../..");
const path = join(repository, "docs/benchmarks.md");

export interface Record {
  readonly table: string;
  readonly seed: number;
  readonly kills: number;
  readonly operations: number;
  readonly minutes: number;
}

/** Writes the figures of a run into their own section of docs/benchmarks.md; what stands around it stays. */
export async function recordFigures({ table, seed, kills, operations, minutes }: Record): Promise<void> {
  const engine = await versionOf(join(repository, ".bulwark/bin/pulumi"), "version");
  const revision = await versionOf("git", "-C", repository, "rev-parse", "--short", "HEAD");
  const [cpu] = cpus();
  const section = [
    begin,
    "## Survival: `make torture`",
    "",
    `${kills} kills (SIGKILL) in ${Math.round(minutes)} minutes while ${operations} operations were done by two services with leases of 3 s; ` +
      `\`SEED=${seed}\` repeats the sequence. No promise was broken: every operation ended once, no stack had two writers, nothing was left or doubled. ` +
      "Picked up is the time from the kill to the operation's next attempt, or to its end where none was needed.",
    "",
    table,
    "",
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} x ${cpu?.model.trim() ?? "CPU"}, ${Math.round(totalmem() / 1024 ** 3)} GB, ` +
      `Linux ${release()}, Node ${process.versions.node}, engine ${engine}, revision ${revision}.`,
    end,
  ].join("\n");
  const before = await readFile(path, "utf8").catch(() => "# Benchmarks\n");
  const at = before.indexOf(begin);
  const after = before.indexOf(end);
  const text =
    at === -1 || after === -1
      ? `${before.trimEnd()}\n\n${section}\n`
      : `${before.slice(0, at)}${section}${before.slice(after + end.length)}`;
  await writeFile(path, text);
}

async function versionOf(command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args).catch(() => ({ stdout: "unknown" }));
  return stdout.trim();
}
