import { type Adoption, isImported, isPutBack, type Phase } from "./adoption.ts";

/**
 * The phases that a deployment runs, in order. `managed` are the names of the resources that the stack already holds: what is to
 * be adopted and is not among them is imported by a run of its own, because Pulumi refuses an import whose inputs differ from
 * what is live, and the wanted ones usually do.
 */
export function deploymentPhases(adoptions: readonly Adoption[], managed: ReadonlySet<string>): readonly Phase[] {
  const missing = adoptions.some((adoption) => isImported(adoption) && !managed.has(adoption.name));
  return missing ? ["adopt", "converge"] : ["converge"];
}

/**
 * The phases that run before a stack is destroyed, after its memberships were ended (`membershipsToEnd`): while an account is a member,
 * its administrator owns settings that `restore` puts back.
 *
 * @param deployed false where the first deployment failed before anything was imported
 */
export function offboardingPhases(adoptions: readonly Adoption[], deployed = true): readonly Phase[] {
  if (!deployed) return adoptions.some(({ decision }) => decision === "takeOver") ? ["release"] : [];
  return adoptions.some(isPutBack) ? ["restore"] : [];
}
