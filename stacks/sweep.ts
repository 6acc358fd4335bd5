import { rm } from "node:fs/promises";
import { endProcessesOf } from "./orphans.ts";
import type { RunFolders } from "./run-folders.ts";

/** How much a sweep found. */
export interface Swept {
  readonly folders: number;
  readonly processes: number;
}

/**
 * Ends what lives of dead services' runs, where it does not end by itself within `patienceMs`, and removes their folders.
 * When `signal` aborts, what is left is left for the next sweep.
 */
export async function sweepFolders(folders: RunFolders, patienceMs: number, signal: AbortSignal): Promise<Swept> {
  const abandoned = await folders.abandoned();
  const ended = await Promise.all(
    abandoned.map(async (folder) => {
      const processes = await endProcessesOf(folder, patienceMs, signal);
      if (!signal.aborted) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      return processes;
    }),
  );
  await folders.forgetOldEngines();
  return { folders: abandoned.length, processes: ended.reduce((sum, count) => sum + count, 0) };
}
