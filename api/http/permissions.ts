// Who may make which call, and about which accounts: pure, and decided nowhere else.

export const roles = ["viewer", "team", "operator", "approver", "auditor", "administrator"] as const;
export type Role = (typeof roles)[number];

/**
 * What a call needs: to look, to have operations done, to answer for incidents, to decide on changes, to read the records, to administer the service.
 */
export const permissions = ["read", "operate", "respond", "approve", "audit", "administer"] as const;
export type Permission = (typeof permissions)[number];

/** What a role may do everywhere. A team may do nothing by this, but what a route says of teams. */
const grants: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: ["read"],
  team: [],
  operator: ["read", "operate", "respond"],
  approver: ["read", "respond", "approve"],
  auditor: ["read", "audit"],
  administrator: ["read", "operate", "respond", "approve", "audit", "administer"],
};

/** How a call that is open to teams keeps to their accounts. */
export interface TeamAccess {
  /**
   * `account`: it is about the path's `accountId` alone, which is checked before its handler is called. `rows`: its handler asks for
   * `ownAccounts` and answers nothing beyond them.
   */
  readonly keptTo: "account" | "rows";
  /** Fields of the body that a team may send; absent: all. */
  readonly fields?: readonly string[];
}

/** What is asked of who calls. Without `team`, teams are shut out. */
export interface Asked {
  readonly permission: Permission;
  readonly team?: TeamAccess | undefined;
}

export function mayCall(role: Role, { permission, team }: Asked): boolean {
  return role === "team" ? team !== undefined : grants[role].includes(permission);
}

export function rolesFor(asked: Asked): Role[] {
  return roles.filter((role) => mayCall(role, asked));
}

/** Who calls. */
export interface Principal {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Of a team. */
  readonly accounts?: readonly string[] | undefined;
}

/** The accounts beyond which the caller sees and does nothing; undefined: all. */
export function ownAccountsOf({ role, accounts = [] }: Principal): readonly string[] | undefined {
  return role === "team" ? accounts : undefined;
}

/** What belongs to no account, like the admin stack's operations, belongs to no team either. */
export function isOwn(ownAccounts: readonly string[] | undefined, accountId: string | null | undefined): boolean {
  if (ownAccounts === undefined) return true;
  return accountId != null && ownAccounts.includes(accountId);
}

/** @returns fields of a body that the caller may not send */
export function fieldsBeyond(role: Role, team: TeamAccess | undefined, body: object): string[] {
  const { fields } = team ?? {};
  return role === "team" && fields !== undefined ? Object.keys(body).filter((field) => !fields.includes(field)) : [];
}
