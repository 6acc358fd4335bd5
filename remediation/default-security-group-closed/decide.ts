import type { NamedResource } from "../finding-resources.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";
import { type Direction, type Rule, securityGroupsOf } from "../security-group-rules.ts";
import { refusalToTouch } from "../text-pattern.ts";

/** All rules of a group. */
export type State = Readonly<Record<Direction, readonly Rule[]>>;

/** Whether the group is its VPC's default one, and which network interfaces use it: some of them, where there are many. */
export type Circumstances = { readonly isDefault: boolean; readonly interfaces: readonly string[] };

/** The groups that a finding names. */
export const targetsOf = (finding: Finding): readonly NamedResource[] => securityGroupsOf(finding);

/**
 * No rule. A group that something uses is left to a person: whatever has it would be cut off. EC2 tells of no use
 * without a network interface: what has none at the moment (a task that runs at night) and names no group is not seen, so that it is for people to ask for.
 */
export function decide(
  { ingress, egress }: State,
  { arn }: NamedResource,
  facts: Pick<Facts, "untouchable">,
  { isDefault, interfaces }: Circumstances,
): Decision<State> {
  if (ingress.length === 0 && egress.length === 0) return { kind: "nothing" };
  const refusal = refusalToTouch(arn, facts);
  if (refusal !== undefined) return refusal;
  if (!isDefault) return { kind: "refuse", why: `${arn} is not the default security group of its VPC` };
  if (interfaces.length > 0) {
    const users = interfaces.join(", ");
    const advice = "they would be cut off: give them groups of their own first";
    return { kind: "refuse", why: `${arn} is used by network interfaces (${users}), and ${advice}` };
  }
  return { kind: "change", to: { ingress: [], egress: [] } };
}
