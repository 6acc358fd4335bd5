import type { NamedResource } from "../finding-resources.ts";
import { decideOnPrincipals } from "../policy-decision.ts";
import type { Decision, Facts } from "../remediation.ts";
import { LOG_DELIVERY_ACCOUNTS } from "./log-delivery-accounts.ts";

/** A bucket policy that nobody is left in goes: the bucket's account administers it without one. */
export function decide(policy: string | null, bucket: NamedResource, facts: Facts): Decision<string | null> {
  return decideOnPrincipals(policy, bucket, facts, { ofAws: LOG_DELIVERY_ACCOUNTS });
}
