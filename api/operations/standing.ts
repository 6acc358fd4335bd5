import type { StackRow } from "../store/stacks.ts";

/**
 * The regions in which something of a stack may stand: those of its last deployment that succeeded, and of those that were begun since. What is
 * to go from a region that the settings don't name any more can only go while Bulwark keeps its rights there. Pure.
 */
export function standingRegions(stack: Pick<StackRow, "inputs" | "outputs" | "standingRegions"> | undefined): string[] {
  const named = [stack?.inputs?.regions, stack?.outputs?.regions, stack?.standingRegions].filter(
    Array.isArray,
  ) as string[][];
  return [...new Set(named.flat())].sort();
}
