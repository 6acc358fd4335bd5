import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PROJECT } from "./project.ts";

// The engine never removes what it writes beside a checkpoint: with every update a record of it and a copy of the checkpoint
// (`.pulumi/history`), until Bulwark turned them off a second copy of the same (`.pulumi/backups`), and what a killed engine
// had not finished. Object stores and databases bound theirs by rules of their own (docs/operations.md).

/**
 * Updates of a stack whose record and checkpoint are kept: enough to go back behind a bad week. A checkpoint of a baseline
 * in three regions measures 56 KB, so a stack keeps 1.2 MB.
 */
export const KEPT_UPDATES = 20;
/** They double the history's checkpoints; the newest survives `pulumi stack rm`, which takes the history away. */
const KEPT_BACKUPS = 1;
/** The engine renames a file within milliseconds of making it: one this old belongs to a process that was killed. */
const ABANDONED_AFTER_MS = 60 * 60_000;

const SIDECAR = ".attrs";
const UPDATE = /-(\d+)\.(?:history|checkpoint)\.json(?:\.gz|\.zst)?$/;
const BACKUP = /\.(\d+)\.json(?:\.gz|\.zst)?$/;
/** How the engine names a file that it is writing (gocloud.dev `fileblob`, with `no_tmp_dir`). */
const UNFINISHED = /\.json(?:\.gz|\.zst)?(?:\.bak)?\.[0-9a-f]{10,}\.tmp$/;

/** What of a stack's history can go: all but the `kept` newest updates, each of which is two files. */
export function surplusHistory(names: readonly string[], kept: number): string[] {
  return olderThan(names, UPDATE, kept);
}

/** What of a stack's backups can go: all but the `kept` newest. */
export function surplusBackups(names: readonly string[], kept: number): string[] {
  return olderThan(names, BACKUP, kept);
}

function olderThan(names: readonly string[], pattern: RegExp, kept: number): string[] {
  const stamped = names.flatMap((name) => {
    const stamp = pattern.exec(name)?.[1];
    return stamp === undefined ? [] : [{ name, stamp: BigInt(stamp) }];
  });
  const stamps = [...new Set(stamped.map(({ stamp }) => stamp))].sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  const dropped = new Set(stamps.slice(kept));
  return stamped.filter(({ stamp }) => dropped.has(stamp)).map(({ name }) => name);
}

/**
 * Bounds what the engine keeps of one stack in a backend of files: history, backups, unfinished files, and the sidecars
 * that it writes without `metadata=skip`: one that a killed engine left empty makes its checkpoint unreadable. Takes
 * nothing that the engine reads, so that it needs no lock; does nothing in other backends. Resolves to the number of
 * files removed. Throws what the file system answers; `now` is in milliseconds.
 */
export async function tidyState(backendUrl: string, stack: string, now = Date.now()): Promise<number> {
  if (!backendUrl.startsWith("file://")) return 0;
  const root = join(fileURLToPath(new URL(backendUrl)), ".pulumi");
  const history = join(root, "history", PROJECT, stack);
  const backups = join(root, "backups", PROJECT, stack);
  const stacks = join(root, "stacks", PROJECT);
  const locks = join(root, "locks/organization", PROJECT, stack);
  const [updates, copies, states, held] = await Promise.all([history, backups, stacks, locks].map(namesIn));
  const own = (states ?? []).filter((name) => name.startsWith(`${stack}.json`));
  const surplus = [
    ...under(history, [...surplusHistory(updates ?? [], KEPT_UPDATES), ...sidecars(updates ?? [])]),
    ...under(backups, [...surplusBackups(copies ?? [], KEPT_BACKUPS), ...sidecars(copies ?? [])]),
    ...under(stacks, sidecars(own)),
    ...under(locks, sidecars(held ?? [])),
  ];
  const unfinished = [...under(history, updates ?? []), ...under(backups, copies ?? []), ...under(stacks, own)].filter(
    (path) => UNFINISHED.test(path),
  );
  const abandoned = await Promise.all(unfinished.map(async (path) => ((await isOld(path, now)) ? [path] : [])));
  const dropped = [...surplus, ...abandoned.flat()];
  await Promise.all(dropped.map((path) => rm(path, { force: true })));
  return dropped.length;
}

const under = (folder: string, names: readonly string[]): string[] => names.map((name) => join(folder, name));
const sidecars = (names: readonly string[]): string[] => names.filter((name) => name.endsWith(SIDECAR));

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // A stack without updates has no history yet.
    if (error.code === "ENOENT") return [];
    throw error;
  });
}

async function isOld(path: string, now: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && now - found.mtimeMs > ABANDONED_AFTER_MS;
}
