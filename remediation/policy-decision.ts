import type { NamedResource } from "./finding-resources.ts";
import { canonicalPolicy, type Fields, policyDocument } from "./policy-document.ts";
import { withoutUnauthorized } from "./policy-principals.ts";
import type { Decision, Facts } from "./remediation.ts";
import { isUntouchable } from "./text-pattern.ts";

/** What a service wants of a policy. */
export interface PolicyRules {
  /** Without which action the own account could no longer administer the resource; see `withoutUnauthorized`. */
  readonly administration?: string;
  /** Accounts of AWS itself, by which a service gets at such resources. */
  readonly ofAws?: readonly string[];
  /** What stands where no statement would be left. Without it the policy goes: the state is `null`. */
  readonly emptied?: (resource: NamedResource) => Fields;
}

/** A policy as a state: in canonical form; as it stands where it is no policy document, which is for a person to see. `null` for none. */
export function policyState(text: string | null | undefined): string | null {
  if (text === null || text === undefined || text === "") return null;
  const document = policyDocument(text);
  return document === undefined ? text : canonicalPolicy(document);
}

/** The decision on a policy that may let in nobody but the organization's accounts and partners. Pure. */
export function decideOnPrincipals(
  policy: string | null,
  resource: NamedResource,
  facts: Facts,
  { administration, ofAws = [], emptied }: PolicyRules = {},
): Decision<string | null> {
  if (policy === null) return { kind: "nothing" };
  const access = {
    own: resource.accountId,
    accounts: [...facts.organizationAccounts, ...facts.partnerAccounts, ...ofAws],
    organizationId: facts.organizationId,
  };
  const narrowed = withoutUnauthorized(policy, access, administration);
  if (narrowed.kind === "same") return { kind: "nothing" };
  if (isUntouchable(resource.arn, facts.untouchable)) {
    return { kind: "refuse", why: `${resource.arn} is among what no remediation touches` };
  }
  if (narrowed.kind === "refuse") return { kind: "refuse", why: `${resource.arn}: ${narrowed.why}` };
  const to = narrowed.policy ?? emptied?.(resource) ?? null;
  return { kind: "change", to: to === null ? null : canonicalPolicy(to) };
}
