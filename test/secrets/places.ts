import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { inSessions } from "../stacks/probe/processes.ts";

/** A secret that a test plants: nobody else writes it, and every spelling of it begins with these words. */
export function marker(name: string): string {
  return `marker-of-${name}-4f1d"é`;
}

/** Where in some texts a marker stands: the names of the texts, with what is around it. Empty is what a test wants. */
export function leaksIn(texts: Readonly<Record<string, string>>): string[] {
  return Object.entries(texts).flatMap(([name, text]) => {
    const at = text.indexOf("marker-of-");
    return at < 0 ? [] : [`${name}: ...${text.slice(Math.max(0, at - 80), at + 60)}...`];
  });
}

/** Every file under a folder, by its path. Gzip and the like would hide a marker: nothing here writes any. */
export async function filesUnder(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  // One may go while the folder is read: a run ends.
  const texts = await Promise.all(files.map(async (path) => [path, await readFile(path, "utf8").catch(() => "")]));
  return Object.fromEntries(texts);
}

/** Arguments and environment of every process of some sessions. */
export async function processesOf(sids: readonly number[]): Promise<Record<string, string>> {
  const found = await inSessions(sids);
  return Object.fromEntries(
    found.map(({ pid, command, environment }) => [`process ${pid}`, `${command}\n${environment}`]),
  );
}
