import type { Decision, Facts, Finding } from "../remediation.ts";
import { isUntouchable } from "../text-pattern.ts";

/** An account's snapshots in a region. */
export type Target = { readonly accountId: string; readonly region: string };

/** Ids of the snapshots that everyone may restore, sorted. */
export type Public = { readonly snapshots: readonly string[] };

export type Circumstances = {
  readonly partition: string;
  /** Ids of those of them that their owner's tag protects, sorted. */
  readonly marked: readonly string[];
};

/** The finding's own account and region: how Security Hub names an account as a resource. */
export function targetsOf({ AwsAccountId: accountId, Region: region, Resources }: Finding): readonly Target[] {
  if (typeof region !== "string" || !/^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(region)) return [];
  const isNamed = Resources.some(({ Type, Id }) => Type === "AwsAccount" && Id === `AWS::::Account:${accountId}`);
  return isNamed ? [{ accountId, region }] : [];
}

/** None public but those that their owners protect by a tag, or that nothing touches. */
export function decide(
  { snapshots }: Public,
  { region }: Target,
  { untouchable }: Facts,
  { partition, marked }: Circumstances,
): Decision<Public> {
  if (snapshots.length === 0) return { kind: "nothing" };
  const kept = snapshots.filter(
    (id) => marked.includes(id) || isUntouchable(`arn:${partition}:ec2:${region}::snapshot/${id}`, untouchable),
  );
  if (kept.length < snapshots.length) return { kind: "change", to: { snapshots: kept } };
  return {
    kind: "refuse",
    why: `all public snapshots are protected by their owners: ${kept.join(", ")}; ask them, or take the protection away`,
  };
}
