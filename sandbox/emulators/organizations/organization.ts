import type { CreateAccountStatus, PolicyType } from "@aws-sdk/client-organizations";
import type { Account } from "../../gateway/emulator.ts";
import { noPolicies, type Policy, type PolicyState } from "./policies.ts";

/** An organizational unit. */
export interface Unit {
  readonly id: string;
  readonly arn: string;
  readonly name: string;
  /** The root's or another unit's id. */
  readonly parentId: string;
}

/** An account as the organization starts with it. */
export interface AccountSeed {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** The root's or a unit's id; absent for an account outside the organization. */
  readonly parentId?: string;
  readonly state?: Account["state"];
  readonly joinedMethod?: Account["joinedMethod"];
  readonly joinedAt?: Date;
  readonly optInRegions?: readonly string[];
  /** Seconds after its first call in which the account answers `OptInRequired`. */
  readonly notReadySeconds?: number;
}

/** An organization as it starts. */
export interface OrganizationSeed {
  readonly id: string;
  readonly partition: string;
  readonly rootId: string;
  readonly managementAccountId: string;
  /** Parents come before their children; `parentId` is the root's unless given. */
  readonly units: readonly { readonly id: string; readonly name: string; readonly parentId?: string }[];
  readonly accounts: readonly AccountSeed[];
  /** Service principals with trusted access from the beginning. */
  readonly trustedAccess?: readonly string[];
  /** Types of policies that are enabled from the beginning. */
  readonly policyTypes?: readonly PolicyType[];
  /** When the organization was created: accounts without `joinedAt` joined then. */
  readonly createdAt: Date;
}

/** The state behind the Organizations API. */
export interface Organization {
  readonly id: string;
  readonly partition: string;
  readonly rootId: string;
  readonly managementAccountId: string;
  /** Every account of the sandbox by id, members and strangers. */
  readonly accounts: Map<string, Account>;
  readonly units: Map<string, Unit>;
  /** Service principal to the moment when trusted access was given. */
  readonly trustedAccess: Map<string, Date>;
  /** Service principal to its delegated administrators and since when they are. */
  readonly delegations: Map<string, Map<string, Date>>;
  /** Requests to create an account by id (`car-...`). */
  readonly creations: Map<string, CreateAccountStatus>;
  readonly policies: PolicyState;
  /** Tags by id of account, unit, root or policy. */
  readonly tags: Map<string, Map<string, string>>;
  /** Accounts whose creation or closure still runs: another change of them is refused. */
  readonly busy: Set<string>;
  now(): Date;
  /** Tells who listens that an account came, went, moved or was closed, or that a policy over it changed; resolves when they have taken it in. */
  membershipChanged(): Promise<void>;
}

/** Builds the state from its seed. */
export function organizationFrom(
  seed: OrganizationSeed,
  clock: { now(): Date; membershipChanged(): Promise<void> },
): Organization {
  const organization: Organization = {
    id: seed.id,
    partition: seed.partition,
    rootId: seed.rootId,
    managementAccountId: seed.managementAccountId,
    accounts: new Map(),
    units: new Map(),
    trustedAccess: new Map(seed.trustedAccess?.map((principal) => [principal, seed.createdAt])),
    delegations: new Map(),
    creations: new Map(),
    policies: noPolicies(seed.policyTypes),
    tags: new Map(),
    busy: new Set(),
    ...clock,
  };
  for (const { id, name, parentId = seed.rootId } of seed.units) addUnit(organization, { id, name, parentId });
  for (const account of seed.accounts) addAccount(organization, { joinedAt: seed.createdAt, ...account });
  return organization;
}

/** Adds an account; without `parentId` it stands outside the organization. */
export function addAccount(organization: Organization, seed: AccountSeed & { readonly joinedAt: Date }): Account {
  const account: Account = {
    id: seed.id,
    arn: arnOf(organization, "account", seed.id),
    name: seed.name,
    email: seed.email,
    state: seed.state ?? "ACTIVE",
    joinedMethod: seed.joinedMethod ?? "CREATED",
    joinedAt: seed.joinedAt,
    optInRegions: new Set(seed.optInRegions),
    ...(seed.parentId === undefined ? {} : { parentId: seed.parentId }),
    ...(seed.notReadySeconds === undefined ? {} : { notReadySeconds: seed.notReadySeconds }),
  };
  organization.accounts.set(account.id, account);
  return account;
}

/** Adds or, under an id that exists, renames a unit. */
export function addUnit(organization: Organization, unit: Omit<Unit, "arn">): Unit {
  const added = { ...unit, arn: arnOf(organization, "ou", unit.id) };
  organization.units.set(unit.id, added);
  return added;
}

/**
 * ARN of an entity of the organization; it names the management account, whatever account it is about.
 * Source: service authorization reference, "Resource types defined by AWS Organizations".
 */
export function arnOf(
  organization: Pick<Organization, "id" | "partition" | "managementAccountId">,
  kind: "organization" | "account" | "ou" | "root",
  id?: string,
): string {
  const entity = id === undefined ? organization.id : `${organization.id}/${id}`;
  return `arn:${organization.partition}:organizations::${organization.managementAccountId}:${kind}/${entity}`;
}

/** ARN of a policy; that of AWS's own names no account. */
export function policyArn(
  {
    id: organizationId,
    partition,
    managementAccountId,
  }: Pick<Organization, "id" | "partition" | "managementAccountId">,
  { id, type, awsManaged }: Pick<Policy, "id" | "type" | "awsManaged">,
): string {
  const kind = type.toLowerCase();
  if (awsManaged) return `arn:${partition}:organizations::aws:policy/${kind}/${id}`;
  return `arn:${partition}:organizations::${managementAccountId}:policy/${organizationId}/${kind}/${id}`;
}
