import { type NamedResource, resourcesOf } from "../finding-resources.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";
import { isUntouchable } from "../text-pattern.ts";

/** Whether a token is asked for: `required` or `optional` (EC2 API reference, InstanceMetadataOptionsResponse). */
export type Tokens = { readonly tokens: "optional" | "required" };

const INSTANCE = /^arn:aws[a-z-]*:ec2:[a-z0-9-]+:(\d{12}):instance\/i-[0-9a-f]{8,17}$/;

/** The instances that a finding names. */
export const targetsOf = (finding: Finding): readonly NamedResource[] =>
  resourcesOf(finding, "AwsEc2Instance", INSTANCE);

/** Required. */
export function decide({ tokens }: Tokens, { arn }: NamedResource, { untouchable }: Facts): Decision<Tokens> {
  if (tokens === "required") return { kind: "nothing" };
  if (isUntouchable(arn, untouchable)) return { kind: "refuse", why: `${arn} is among what no remediation touches` };
  return { kind: "change", to: { tokens: "required" } };
}
