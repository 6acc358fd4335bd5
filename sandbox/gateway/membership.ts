import type { Account, OrganizationView } from "./emulator.ts";
import type { Membership } from "./launcher.ts";

/** What the IAM must know of the organization. A path is as in `aws:PrincipalOrgPaths`: `o-…/r-…/ou-…/`. */
export function membershipOf(organization: OrganizationView): Membership {
  const accounts = organization.members().map((account) => {
    const parents = [...organization.parentsOf(account.id)].reverse();
    const path = `${[organization.organizationId, ...parents].join("/")}/`;
    return [account.id, { member: true, path, suspended: isClosed(account) }] as const;
  });
  return {
    organizationId: organization.organizationId,
    managementAccountId: organization.managementAccountId,
    accounts: Object.fromEntries(accounts),
  };
}

function isClosed({ state }: Account): boolean {
  return state === "SUSPENDED" || state === "CLOSED";
}
