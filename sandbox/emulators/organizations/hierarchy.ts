import type { Account } from "../../gateway/emulator.ts";
import type { Organization } from "./organization.ts";

/** What IAM must know of the organization, for `aws:PrincipalOrgID`, `aws:PrincipalOrgPaths` and `aws:ResourceOrgID`. */
export interface Membership {
  readonly organizationId: string;
  readonly managementAccountId: string;
  /** Every account of the sandbox, strangers too. */
  readonly accounts: Readonly<Record<string, Standing>>;
}

/** Where an account stands. */
export interface Standing {
  readonly member: boolean;
  /** `o-.../r-.../ou-.../`, without the account, as `aws:PrincipalOrgPaths` has it; empty outside the organization. */
  readonly path: string;
  /** Suspended by AWS or closed by its owner: its credentials are refused. */
  readonly suspended: boolean;
}

/** The account, if it is in the organization. */
export function memberOf(organization: Organization, accountId: string): Account | undefined {
  const account = organization.accounts.get(accountId);
  return account?.parentId === undefined ? undefined : account;
}

/** Every account of the organization, the management account included, in the order in which they were added. */
export function membersOf(organization: Organization): Account[] {
  return [...organization.accounts.values()].filter((account) => account.parentId !== undefined);
}

/** Ids from the parent of an account or unit up to the root; empty outside the organization. */
export function parentsOf(organization: Organization, id: string): string[] {
  const parents: string[] = [];
  let parent = organization.accounts.get(id)?.parentId ?? organization.units.get(id)?.parentId;
  while (parent !== undefined) {
    parents.push(parent);
    parent = organization.units.get(parent)?.parentId;
  }
  return parents;
}

/** The path of an account or unit from the organization down to and including it, as the API's `Path` and `Paths`. */
export function pathOf(organization: Organization, id: string): string {
  return `${[organization.id, ...parentsOf(organization, id).reverse(), id].join("/")}/`;
}

/** Whether an id is the root's or that of a unit. */
export function isParent(organization: Organization, id: string): boolean {
  return id === organization.rootId || organization.units.has(id);
}

/** The whole table as it is now. */
export function membershipOf(organization: Organization): Membership {
  const accounts: Record<string, Standing> = {};
  for (const { id, state } of organization.accounts.values()) {
    const parents = parentsOf(organization, id);
    const member = parents.length > 0;
    accounts[id] = {
      member,
      path: member ? `${[organization.id, ...parents.reverse()].join("/")}/` : "",
      suspended: state === "SUSPENDED" || state === "CLOSED",
    };
  }
  return { organizationId: organization.id, managementAccountId: organization.managementAccountId, accounts };
}
