import type { AdminInputs } from "../../inputs.ts";
import { arn } from "../../partition.ts";

/** What the policies depend on. */
export type GuardrailInputs = Pick<AdminInputs, "partition" | "organizationId" | "regions" | "roles" | "features">;

/** Bulwark's roles in member accounts, those of remediations among them. */
const OWN_ROLES = "Bulwark*";

/**
 * Names of roles that the guardrails don't bind. By their name in any account: service control policies meet only principals of the
 * organization, and the same policy keeps others from making a role of such a name.
 */
export function exemptRoles({ roles, features }: GuardrailInputs): readonly string[] {
  const { breakGlassRoles, exemptRoles: others } = features.guardrails;
  return [...new Set([OWN_ROLES, roles.deployment, roles.bootstrap, ...breakGlassRoles, ...others])].filter(
    (name) => name === OWN_ROLES || !name.startsWith("Bulwark"),
  );
}

/** ARNs of roles in any account, for conditions and resources. */
export function roleArns({ partition }: GuardrailInputs, names: readonly string[]): readonly string[] {
  return names.map((name) => arn(partition, "iam", "", "*", `role/${name}`));
}

/** The condition by which a statement leaves out who is exempt. */
export function unlessExempt(inputs: GuardrailInputs) {
  return { ArnNotLike: { "aws:PrincipalArn": roleArns(inputs, exemptRoles(inputs)) } };
}
