import type { AdminInputs } from "../../inputs.ts";
import { awsNames } from "../../names.ts";
import { arn } from "../../partition.ts";

/** What the policies depend on. */
export type GuardrailInputs = Pick<
  AdminInputs,
  "partition" | "organizationId" | "regions" | "accounts" | "roles" | "features"
>;

/** Bulwark's roles in member accounts, those of remediations among them. */
const OWN_ROLES = "Bulwark*";
const OWN_POLICIES = "Bulwark*";

/**
 * Names of roles that the guardrails don't bind. By their name in any account: service control policies meet only principals of the
 * organization, and the same policy keeps others from making a role of such a name.
 */
export function exemptRoles({ roles, features }: GuardrailInputs): readonly string[] {
  const { breakGlassRoles, exemptRoles: others } = features.guardrails;
  const { service, management, deployment, bootstrap } = roles;
  const own = [service, management, deployment, bootstrap];
  return [...new Set([OWN_ROLES, ...own, ...breakGlassRoles, ...others])].filter(isUnlikeOwn(OWN_ROLES));
}

/** Names of Bulwark's policies in member accounts: boundaries, and rights that have no room in its roles. */
export function ownPolicies({ roles }: GuardrailInputs): readonly string[] {
  const named = [
    roles.deploymentBoundary,
    awsNames.rolePolicy(roles.deployment, "*"),
    awsNames.rolePolicy(roles.management, "*"),
  ];
  return [OWN_POLICIES, ...named].filter(isUnlikeOwn(OWN_POLICIES));
}

/** Leaves out names that the pattern stands for already. */
function isUnlikeOwn(pattern: string) {
  return (name: string): boolean => name === pattern || !name.startsWith("Bulwark");
}

/** ARNs of roles in any account, for conditions and resources. */
export function roleArns({ partition }: GuardrailInputs, names: readonly string[]): readonly string[] {
  return names.map((name) => arn(partition, "iam", "", "*", `role/${name}`));
}

/** The condition by which a statement leaves out who is exempt. */
export function unlessExempt(inputs: GuardrailInputs) {
  return { ArnNotLike: { "aws:PrincipalArn": roleArns(inputs, exemptRoles(inputs)) } };
}
