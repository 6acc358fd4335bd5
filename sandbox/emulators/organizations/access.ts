import type { Account, Call } from "../../gateway/emulator.ts";
import { accessDenied, accountNotFound, notInUse } from "./errors.ts";
import { memberOf } from "./hierarchy.ts";
import type { Organization } from "./organization.ts";

type AnyCall = Call<unknown>;

/** Lets every account of the organization pass. Throws `AWSOrganizationsNotInUseException` for strangers. */
export function requireMember(organization: Organization, call: AnyCall): Account {
  const account = memberOf(organization, call.accountId);
  if (account === undefined) throw notInUse();
  return account;
}

/** Lets only the management account pass: every call that changes the organization. */
export function requireManagement(organization: Organization, call: AnyCall): void {
  requireMember(organization, call);
  if (call.accountId !== organization.managementAccountId) throw accessDenied();
}

/**
 * Lets the management account and every delegated administrator, of whatever service, pass: a delegated administrator
 * reads all of the organization. Source: Organizations API reference, the sentence on callers in each List and Describe call.
 */
export function requireReader(organization: Organization, call: AnyCall): void {
  requireMember(organization, call);
  if (call.accountId === organization.managementAccountId) return;
  const administers = [...organization.delegations.values()].some((accounts) => accounts.has(call.accountId));
  if (!administers) throw accessDenied();
}

/** The member account with this id. Throws `AccountNotFoundException` for accounts outside too. */
export function requireAccount(organization: Organization, accountId: string | undefined): Account {
  const account = memberOf(organization, accountId ?? "");
  if (account === undefined) throw accountNotFound();
  return account;
}
