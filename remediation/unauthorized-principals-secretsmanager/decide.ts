import { type NamedResource, resourcesOf } from "../finding-resources.ts";
import { decideOnPrincipals } from "../policy-decision.ts";
import type { Decision, Facts, Finding } from "../remediation.ts";

/** AWS Secrets Manager User Guide, "What's in a Secrets Manager secret?": a name, and six characters that are random. */
const SECRET = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:(\d{12}):secret:[\w/+=.@-]{1,512}-[A-Za-z0-9]{6}$/;

export const targetsOf = (finding: Finding): readonly NamedResource[] =>
  resourcesOf(finding, "AwsSecretsManagerSecret", SECRET);

/** A secret's policy that nobody is left in goes: the secret's account administers it without one. */
export function decide(policy: string | null, resource: NamedResource, facts: Facts): Decision<string | null> {
  return decideOnPrincipals(policy, resource, facts);
}
