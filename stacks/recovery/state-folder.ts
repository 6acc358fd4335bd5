import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROJECT } from "../project.ts";
import { type Lock, lockOwner } from "./lock.ts";

// State in a folder, looked at directly: no engine is started for it, and what a crash left can be mended, which the engine can't.
// Keys are those of pkg/backend/diy (v3.256.0); files are written as `<key>.<number>.tmp` and renamed (gocloud.dev/blob/fileblob).

/** The files of one stack in a backend of the kind `file://`. */
export interface StateFolder {
  /** Locks that are held. */
  locks(): Promise<Lock[]>;
  removeLock(lock: Lock): Promise<void>;
  /** Removes what a killed engine left half written. Answers the names of the files. */
  removeUnfinished(): Promise<string[]>;
  /** Puts the last whole checkpoint in the place of a torn one. Answers the file that it was taken from, if any was needed. */
  mendCheckpoint(): Promise<string | undefined>;
}

/** Undefined for a backend that is not a folder. */
export function stateFolder(backendUrl: string, stack: string): StateFolder | undefined {
  if (!backendUrl.startsWith("file://")) return undefined;
  const root = join(folderOf(backendUrl), ".pulumi");
  const locks = join(root, "locks/organization", PROJECT, stack);
  const stacks = join(root, "stacks", PROJECT);
  const history = join(root, "history", PROJECT, stack);
  const checkpoint = join(stacks, `${stack}.json`);
  const inFolder = async (folder: string, wanted: (name: string) => boolean): Promise<string[]> =>
    (await readdir(folder).catch(absent)).filter(wanted).map((name) => join(folder, name));

  return {
    async locks() {
      // A lock is held once it has its name: the engine looks for others after that.
      const files = await inFolder(locks, (name) => name.endsWith(".json"));
      const read = files.map(async (name): Promise<Lock[]> => {
        try {
          const [content, { mtimeMs }] = await Promise.all([readFile(name, "utf8"), stat(name)]);
          const owner = lockOwner(content);
          return [{ name, writtenAt: mtimeMs, ...(owner === undefined ? {} : { owner }) }];
        } catch (error) {
          absent(error as NodeJS.ErrnoException);
          return [];
        }
      });
      return (await Promise.all(read)).flat();
    },
    async removeLock({ name }) {
      await Promise.all([name, `${name}.attrs`].map((file) => rm(file, { force: true })));
    },
    async removeUnfinished() {
      const unfinished = (name: string): boolean => name.endsWith(".tmp");
      const own = (name: string): boolean => unfinished(name) && name.startsWith(`${stack}.json`);
      // Whoever still writes one finds it gone at the rename, and writes it again or holds no lock.
      const files = await Promise.all([
        inFolder(locks, unfinished),
        inFolder(stacks, own),
        inFolder(history, unfinished),
      ]);
      const sidecars = await emptyOnes(await inFolder(stacks, (name) => name === `${stack}.json.attrs`));
      const removed = [...files.flat(), ...sidecars];
      await Promise.all(removed.map((file) => rm(file, { force: true })));
      return removed;
    },
    async mendCheckpoint() {
      const state = await readCheckpoint(checkpoint);
      if (state !== "torn") return undefined;
      const checkpoints = await inFolder(history, (name) => name.endsWith(".checkpoint.json"));
      for (const source of [`${checkpoint}.bak`, ...checkpoints.sort().reverse()]) {
        const whole = await readCheckpoint(source);
        if (whole === "torn" || whole === "missing") continue;
        await replaceFile(checkpoint, whole);
        return source;
      }
      return undefined;
    },
  };
}

function folderOf(backendUrl: string): string {
  const path = backendUrl.replace(/\?.*$/, "");
  // `file://./state` and `file://~/state` are the engine's own; Bulwark's configuration has absolute ones only.
  return path.startsWith("file:///") ? fileURLToPath(path) : path.slice("file://".length);
}

function absent(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
  throw error;
}

async function emptyOnes(files: readonly string[]): Promise<string[]> {
  const sizes = await Promise.all(files.map(async (file) => [file, (await stat(file)).size] as const));
  return sizes.filter(([, size]) => size === 0).map(([file]) => file);
}

async function readCheckpoint(file: string): Promise<string | "torn" | "missing"> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    absent(error);
    return undefined;
  });
  if (text === undefined) return "missing";
  try {
    const parsed = JSON.parse(text) as { checkpoint?: unknown } | null;
    return typeof parsed === "object" && parsed !== null && "checkpoint" in parsed ? text : "torn";
  } catch {
    return "torn";
  }
}

/** As the engine replaces it, and onto the disk before it takes the name. */
async function replaceFile(file: string, content: string): Promise<void> {
  const name = `${file}.mended.tmp`;
  const handle = await open(name, "w", 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(name, file);
}
