import { type NamedResource, resourcesOf } from "../finding-resources.ts";
import { decideOnPrincipals } from "../policy-decision.ts";
import type { Fields } from "../policy-document.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";

/** IAM User Guide, "IAM and AWS STS quotas": names and paths. */
const ROLE = /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:[\u0021-\u007e]{1,511}\/)?[\w+=,.@-]{1,64}$/;
/** Roles that AWS keeps for services and for IAM Identity Center; their trust can't be changed (IAM API reference, UnmodifiableEntity). */
const OF_AWS = /:role\/aws-(?:service-role|reserved)\//;

/** The roles that a finding names, without those that only AWS changes. */
export const targetsOf = (finding: Finding): readonly NamedResource[] =>
  resourcesOf(finding, "AwsIamRole", ROLE).filter(({ arn }) => !OF_AWS.test(arn));

/** The role's name, as calls take it. */
export const roleName = ({ arn }: NamedResource): string => arn.slice(arn.lastIndexOf("/") + 1);

/** A role always has a trust policy; where nobody is left, one that says so. */
const NOBODY: Fields = {
  Version: "2012-10-17",
  Statement: [{ Sid: "Nobody", Effect: "Deny", Principal: { AWS: "*" }, Action: "sts:AssumeRole" }],
};

export function decide(policy: string | null, role: NamedResource, facts: Facts): Decision<string | null> {
  return decideOnPrincipals(policy, role, facts, { emptied: () => NOBODY });
}
