import { readFile } from "node:fs/promises";
import { freemem } from "node:os";
import { dirname, join } from "node:path";

/** What is known when a run wants to begin. Bytes. */
export interface MemoryView {
  /** What processes can still have, without what runs that work are about to take. */
  readonly available: number;
  /** What one run may take, with everything that it starts. */
  readonly perRun: number;
  /** What the runs that work have taken by now. */
  readonly taken: readonly number[];
}

/**
 * Whether a run may begin: memory is left for it and for what those that work have not taken yet. Always when none works:
 * on a machine that is too small a run that fails says more than one that never begins.
 */
export function mayBegin({ available, perRun, taken }: MemoryView): boolean {
  if (taken.length === 0) return true;
  const promised = taken.reduce((sum, bytes) => sum + Math.max(0, perRun - bytes), 0);
  return available - promised >= perRun;
}

const CGROUPS = "/sys/fs/cgroup";

/** Bytes that processes of this service can still have: what the machine has, or less where a control group (v2) limits it. */
export async function availableMemory(cgroups = CGROUPS, membership = "/proc/self/cgroup"): Promise<number> {
  // On Linux MemAvailable, which counts what the kernel would give up.
  const limits = [freemem()];
  const path = /^0::(.*)$/m.exec(await readFile(membership, "utf8").catch(() => ""))?.[1];
  for (let at = path; at !== undefined; at = at === "/" || at === "." ? undefined : dirname(at)) {
    const left = await leftIn(join(cgroups, at));
    if (left !== undefined) limits.push(left);
  }
  return Math.max(0, Math.min(...limits));
}

async function leftIn(group: string): Promise<number | undefined> {
  const read = (name: string) => readFile(join(group, name), "utf8").catch(() => "");
  const [max, current, statistics] = await Promise.all(["memory.max", "memory.current", "memory.stat"].map(read));
  if (!max || !current || max.trim() === "max") return undefined;
  // File pages that nobody uses count as used, and are given up when memory is wanted.
  const cached = Number(/^inactive_file (\d+)$/m.exec(statistics ?? "")?.[1] ?? 0);
  return Number(max) - Number(current) + cached;
}
