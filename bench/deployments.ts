import { sum, type Usages } from "./arithmetic.ts";
import { CASES, type Case, type SideName } from "./cases.ts";
import { requireEqual } from "./equal.ts";
import type { Organization } from "./organization.ts";
import type { Side, Usage } from "./sides/side.ts";

/** A side with the organization that it has for itself. */
export interface Contestant {
  readonly side: Side;
  readonly organization: Organization;
}

export interface Deployments {
  readonly usages: Usages;
  /** Of AWS, in each stack. */
  readonly resources: number;
}

/**
 * Every case on every side. Each case is done in two halves of the accounts, the sides one after another and then the other
 * way round, so that what slows the machine for a while does not count for one side alone.
 */
export async function measureDeployments(
  contestants: readonly Contestant[],
  say: (line: string) => void,
): Promise<Deployments> {
  const usages: Record<Case, Partial<Record<SideName, Usage>>> = { first: {}, unchanged: {}, changed: {} };
  let resources = 0;
  for (const name of CASES) {
    for (const { side } of contestants) await side.prepare(name);
    const halves: { side: SideName; usage: Usage }[] = [];
    for (const half of [0, 1] as const) {
      for (const { side, organization } of half === 0 ? contestants : contestants.toReversed()) {
        const usage = await side.deploy(name, halfOf(organization.accountIds, half));
        halves.push({ side: side.name, usage });
        say(`${name}: ${side.name}, ${described(usage)}`);
      }
    }
    for (const { side } of contestants) {
      usages[name][side.name] = sum(halves.filter((one) => one.side === side.name).map(({ usage }) => usage));
    }
    resources = await requireEqual(
      contestants.map(({ organization }) => organization),
      name,
    );
  }
  return { usages, resources };
}

function halfOf(accountIds: readonly string[], half: 0 | 1): readonly string[] {
  const middle = Math.ceil(accountIds.length / 2);
  return half === 0 ? accountIds.slice(0, middle) : accountIds.slice(middle);
}

/** One line of a usage, per stack. */
export function described({ stacks, wallSeconds, cpuSeconds, peakBytes }: Usage): string {
  const perStack = (seconds: number) => (seconds / stacks).toFixed(2);
  const peak = Math.round(peakBytes / 1024 ** 2);
  return `${stacks} stacks: ${perStack(wallSeconds)} s and ${perStack(cpuSeconds)} CPU s each, at most ${peak} MB`;
}
