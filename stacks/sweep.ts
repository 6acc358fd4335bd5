import { rm } from "node:fs/promises";
import { endProcessesOf } from "./orphans.ts";
import type { RunFolders } from "./run-folders.ts";

/** How much a sweep found. */
export interface Swept {
  readonly folders: number;
  readonly processes: number;
}

/** Ends what lives of dead services' runs, and removes their folders. */
export async function sweepFolders(folders: RunFolders, patienceMs: number): Promise<Swept> {
  const abandoned = await folders.abandoned();
  const ended = await Promise.all(
    abandoned.map(async (folder) => {
      const processes = await endProcessesOf(folder, patienceMs);
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      return processes;
    }),
  );
  await folders.forgetOldEngines();
  return { folders: abandoned.length, processes: ended.reduce((sum, count) => sum + count, 0) };
}
