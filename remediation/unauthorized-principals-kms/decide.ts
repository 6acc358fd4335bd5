import type { NamedResource } from "../finding-resources.ts";
import { decideOnPrincipals } from "../policy-decision.ts";
import type { Decision, Facts } from "../remediation.ts";

/**
 * A key is administered by its policy and nothing else: without a statement for its account, nobody could ever change it again (AWS KMS Developer
 * Guide, "Default key policy"). What would leave none is refused.
 */
export function decide(policy: string | null, key: NamedResource, facts: Facts): Decision<string | null> {
  return decideOnPrincipals(policy, key, facts, { administration: "kms:PutKeyPolicy" });
}
