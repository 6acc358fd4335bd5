import type { RunResult } from "../../stacks/run.ts";
import type { Changes } from "./operation.ts";

/** Changes of the runs of one operation together. What is the same is what the last of them left alone. */
export function sumChanges(runs: readonly Pick<RunResult, "changes">[]): Changes {
  const sum = { create: 0, update: 0, replace: 0, delete: 0, import: 0 };
  for (const { changes } of runs) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += changes[key] ?? 0;
  }
  return { ...sum, same: runs.at(-1)?.changes.same ?? 0 };
}

/** True where a run would change, or changed, anything. */
export function changesSomething(changes: Changes): boolean {
  return changes.create + changes.update + changes.replace + changes.delete + (changes.import ?? 0) > 0;
}
