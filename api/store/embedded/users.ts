import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isRunning, markOwnProcess, type ProcessMark } from "../../process-mark.ts";

// Who stops must know whether another service needs the server that has not connected yet, and which connections are those
// of services that stop at this moment, too. So each service of the folder notes its process here before it connects.

const folderOf = (home: string) => join(home, "users");

/** Notes that this process needs the server. Safe to repeat. */
export async function register(home: string): Promise<void> {
  await mkdir(folderOf(home), { recursive: true });
  const mark = (await markOwnProcess()) ?? { boot: "", pid: process.pid, started: "" };
  await writeFile(join(folderOf(home), String(process.pid)), JSON.stringify(mark), { mode: 0o600 });
}

/** Notes that it does not any more. */
export async function leave(home: string): Promise<void> {
  await rm(join(folderOf(home), String(process.pid)), { force: true });
}

/** Process ids of the others that need the server; the notes of those that died go. */
export async function others(home: string): Promise<Set<number>> {
  const here = await markOwnProcess();
  const found = new Set<number>();
  for (const name of await readdir(folderOf(home)).catch(() => [])) {
    if (name === String(process.pid)) continue;
    const path = join(folderOf(home), name);
    const mark = parse(await readFile(path, "utf8").catch(() => ""));
    if (mark === undefined) continue;
    if (await isRunning(mark, here)) found.add(mark.pid);
    else await rm(path, { force: true });
  }
  return found;
}

/** Undefined for a note that is being written. */
function parse(text: string): ProcessMark | undefined {
  try {
    return JSON.parse(text) as ProcessMark;
  } catch {
    return undefined;
  }
}
