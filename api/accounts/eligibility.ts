import { outsideMember } from "../../programs/outside-members.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import type { OrganizationAccount } from "../../stacks/aws/organizations.ts";
import type { FieldError } from "../problem.ts";

type MemberSettings = Pick<OrganizationSettings, "accounts" | "excludedAccounts" | "features">;

const purposes = {
  management: "the management account of the organization",
  security: "the security account, which the admin stack protects",
  logArchive: "the log archive, which holds the evidence",
} as const;

const allowed =
  "an ACTIVE member account of the organization, other than management, security, log archive and those that the settings exclude";

/**
 * Why an account can't get a baseline, as an error of the field `accountId`; undefined where it can. Pure.
 *
 * @param account what AWS Organizations says about it; undefined where it knows none of this id
 */
export function whyNotMember(
  accountId: string,
  account: OrganizationAccount | undefined,
  settings: MemberSettings,
): FieldError | undefined {
  const core = whyCoreAccount(accountId, settings);
  if (core !== undefined) return core;
  const outside = outsideMember(settings, accountId);
  if (account === undefined) {
    if (outside !== undefined) return undefined;
    return {
      field: "accountId",
      message: `account ${accountId} is not in the organization`,
      allowed: `${allowed}; or one outside of it that features.securityHub.outsideMembers names`,
    };
  }
  if (outside !== undefined) {
    return {
      field: "accountId",
      message: `account ${accountId} is in the organization, but ${outside.path} says that it is outside`,
      allowed: `${accountId} without that entry, or an account outside of the organization in it`,
    };
  }
  if (account.state !== "ACTIVE") {
    return { field: "accountId", message: `account ${accountId} is ${account.state}`, allowed };
  }
  // Bulwark's role in the management account may not enter them.
  if (settings.excludedAccounts.includes(accountId)) {
    return { field: "accountId", message: `the settings exclude account ${accountId}`, allowed };
  }
  return undefined;
}

/** What the settings say of an account that is outside of the organization; undefined for any other. */
export function accountOutside(accountId: string, settings: MemberSettings): OrganizationAccount | undefined {
  const outside = outsideMember(settings, accountId);
  return outside && { accountId, name: accountId, email: outside.email, state: "ACTIVE" };
}

/** The same as `whyNotMember` for what is known without asking AWS. */
export function whyCoreAccount(accountId: string, settings: MemberSettings): FieldError | undefined {
  for (const [role, id] of Object.entries(settings.accounts)) {
    if (id === accountId) {
      return { field: "accountId", message: `${accountId} is ${purposes[role as keyof typeof purposes]}`, allowed };
    }
  }
  return undefined;
}

/** Why an account that an event announced is not onboarded by itself; undefined where it is. Pure. */
export function whySkipped(
  account: OrganizationAccount,
  parents: readonly string[],
  settings: MemberSettings & Pick<OrganizationSettings, "excludedOrganizationalUnits">,
): string | undefined {
  const obstacle = whyNotMember(account.accountId, account, settings);
  if (obstacle !== undefined) return obstacle.message;
  const unit = parents.find((id) => settings.excludedOrganizationalUnits.includes(id));
  return unit === undefined ? undefined : `the settings exclude organizational unit ${unit}`;
}
