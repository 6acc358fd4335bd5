import { type NamedResource, resourcesOf } from "../finding-resources.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";
import { isUntouchable } from "../text-pattern.ts";

/** Whether an instance has a public address. */
export type Access = { readonly public: boolean };

/** Amazon RDS User Guide, "Amazon Resource Names (ARNs) in Amazon RDS"; names have at most 63 letters, digits and dashes. */
const INSTANCE = /^arn:aws[a-z-]*:rds:[a-z0-9-]+:(\d{12}):db:[A-Za-z][A-Za-z0-9-]{0,62}$/;

/** The instances that a finding names. */
export const targetsOf = (finding: Finding): readonly NamedResource[] =>
  resourcesOf(finding, "AwsRdsDbInstance", INSTANCE);

/** Not public. */
export function decide(access: Access, { arn }: NamedResource, { untouchable }: Facts): Decision<Access> {
  if (!access.public) return { kind: "nothing" };
  if (isUntouchable(arn, untouchable)) return { kind: "refuse", why: `${arn} is among what no remediation touches` };
  return { kind: "change", to: { public: false } };
}
