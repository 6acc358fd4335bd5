import { type NamedResource, resourcesOf } from "../finding-resources.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";
import { isUntouchable } from "../text-pattern.ts";

/** Whether everyone may restore a snapshot. */
export type Sharing = { readonly public: boolean };

/**
 * Those that were made by hand: names of automated ones begin with `rds:`, and those can't be shared (Amazon RDS User Guide, "Sharing a DB
 * snapshot for Amazon RDS").
 */
const FORMS = {
  AwsRdsDbSnapshot: /^arn:aws[a-z-]*:rds:[a-z0-9-]+:(\d{12}):snapshot:[A-Za-z][A-Za-z0-9-]{0,254}$/,
  AwsRdsDbClusterSnapshot: /^arn:aws[a-z-]*:rds:[a-z0-9-]+:(\d{12}):cluster-snapshot:[A-Za-z][A-Za-z0-9-]{0,254}$/,
} as const;

/** The snapshots of databases and of clusters that a finding names. */
export function targetsOf(finding: Finding): readonly NamedResource[] {
  return Object.entries(FORMS).flatMap(([type, form]) => resourcesOf(finding, type, form));
}

/** Whether it is one of a cluster, which has calls of its own. */
export const isOfCluster = ({ arn }: NamedResource): boolean => arn.split(":")[5] === "cluster-snapshot";

/** Not for everyone. */
export function decide(sharing: Sharing, { arn }: NamedResource, { untouchable }: Facts): Decision<Sharing> {
  if (!sharing.public) return { kind: "nothing" };
  if (isUntouchable(arn, untouchable)) return { kind: "refuse", why: `${arn} is among what no remediation touches` };
  return { kind: "change", to: { public: false } };
}
