import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";

const LOOK_MS = 500;

/**
 * Does `work` while holding the lock file `path`, so that two setups of one checkout do not build at once. Waits while
 * another living process holds it, and calls `onWait` once; a lock whose process is gone is taken over.
 */
export async function withLock<T>(path: string, onWait: (pid: number) => void, work: () => Promise<T>): Promise<T> {
  let told = false;
  while (!(await take(path))) {
    const holder = await holderOf(path);
    if (!alive(holder)) {
      await takeAway(path, holder);
      continue;
    }
    if (!told) onWait(holder);
    told = true;
    await delay(LOOK_MS);
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function holderOf(path: string): Promise<number> {
  return Number(await readFile(path, "utf8").catch(() => ""));
}

/** The file gets its name when the holder is in it: whoever finds it empty would take the lock away from one that lives. */
async function take(path: string): Promise<boolean> {
  const own = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Removes the lock of a `holder` that is gone, and gives it back where another took it at the same moment. */
async function takeAway(path: string, holder: number): Promise<void> {
  const aside = `${path}.${process.pid}.${randomUUID()}.gone`;
  try {
    await rename(path, aside);
    const taken = await holderOf(aside);
    if (taken !== holder && alive(taken)) await link(aside, path);
  } catch (error) {
    // Another was faster: with taking it away, or with taking it.
    if (!["ENOENT", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}

function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
