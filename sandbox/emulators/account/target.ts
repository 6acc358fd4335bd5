import type { Account, Call, OrganizationView } from "../../gateway/emulator.ts";
import { AwsError } from "../../gateway/emulator.ts";

/** Trusted access and delegation of Account Management go by this service principal. */
const PRINCIPAL = "account.amazonaws.com";

/**
 * The account that a call is about: the caller's own without `AccountId`; with it a member account, for callers in the
 * management account or a delegated administrator, once trusted access is on. The management account may not name
 * itself. Throws `AccessDeniedException`. Source: Account Management reference, `AccountId` of each call; the messages
 * in brackets for trusted access and for the management account are those that AWS was seen to answer.
 */
export function targetOf(
  organization: OrganizationView,
  call: Call<{ readonly AccountId?: string | undefined }>,
): Account {
  const { AccountId: id } = call.input;
  const denied = (why: string) =>
    new AwsError(
      "AccessDeniedException",
      `User: ${call.principal.arn} is not authorized to perform: account:${call.operation} (${why})`,
      403,
    );
  if (id === undefined) {
    const own = organization.account(call.accountId);
    if (own === undefined) throw denied("The account does not exist.");
    return own;
  }
  if (!organization.isMember(call.accountId)) throw denied("Your account is not a member of an organization.");
  if (!organization.hasTrustedAccess(PRINCIPAL)) {
    throw denied("Your organization must first enable trusted access with AWS Account Management.");
  }
  const manages = call.accountId === organization.managementAccountId;
  if (manages && id === call.accountId) {
    throw denied(
      "The management account can only be managed using the standalone context from the management account.",
    );
  }
  if (!manages && !organization.delegatedAdministrators(PRINCIPAL).includes(call.accountId)) {
    throw denied("Only the management account and a delegated administrator can specify an account ID.");
  }
  const account = organization.account(id);
  if (account === undefined || !organization.isMember(id) || id === organization.managementAccountId) {
    throw denied("The specified account is not a member account of your organization.");
  }
  return account;
}
