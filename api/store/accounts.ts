import { type Selectable, sql } from "kysely";
import type { Extension } from "../../programs/extensions/extensions.ts";
import type { AccountStatus } from "../accounts/account.ts";
import type { Weakening } from "../accounts/weakenings.ts";
import { stackOfAccount } from "../operations/operation.ts";
import { type Db, json } from "./connection.ts";
import type { AccountsTable, StacksTable } from "./schema.ts";

/** An account with what its stack knows, but for what may be large. */
export type AccountRow = Selectable<AccountsTable> &
  Pick<Selectable<StacksTable>, "drift" | "resources" | "baselineVersion" | "deployedAt"> & {
    readonly regions: string[] | null;
  };

export type AccountDetailRow = AccountRow & Pick<Selectable<StacksTable>, "outputs" | "adoptions">;

function accounts(db: Db) {
  return db
    .selectFrom("accounts")
    .leftJoin("stacks", "stacks.accountId", "accounts.accountId")
    .selectAll("accounts")
    .select(["stacks.resources", "baselineVersion", "deployedAt"])
    .select(sql<string[] | null>`stacks.inputs -> 'regions'`.as("regions"));
}

export function findAccount(db: Db, accountId: string): Promise<AccountDetailRow | undefined> {
  return accounts(db)
    .select(["stacks.drift", "outputs", "adoptions"])
    .where("accounts.accountId", "=", accountId)
    .executeTakeFirst();
}

/** Keeps the account and its stack as they are until the transaction ends. The stack comes first, as where an operation ends. */
export async function lockAccount(db: Db, accountId: string): Promise<void> {
  await db.selectFrom("stacks").select("name").where("accountId", "=", accountId).forUpdate().execute();
  await db.selectFrom("accounts").select("accountId").where("accountId", "=", accountId).forUpdate().execute();
}

export interface AccountFilter {
  readonly status?: AccountStatus | undefined;
  /** Only of these accounts. */
  readonly among?: readonly string[] | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Accounts by id, ascending, after the cursor's; of their drift only the figures. */
export function listAccounts(db: Db, filter: AccountFilter): Promise<AccountRow[]> {
  let query = accounts(db)
    .select(sql<AccountRow["drift"]>`stacks.drift - 'resources'`.as("drift"))
    .orderBy("accounts.accountId")
    .limit(filter.limit);
  if (filter.status !== undefined) query = query.where("accounts.status", "=", filter.status);
  if (filter.among !== undefined) query = query.where("accounts.accountId", "in", filter.among);
  if (filter.after !== undefined) query = query.where("accounts.accountId", ">", filter.after);
  return query.execute();
}

/** Accounts of which somebody said what they are for, without those that have left. */
export async function accountsInEnvironments(db: Db): Promise<{ accountId: string; environment: string }[]> {
  return db
    .selectFrom("accounts")
    .select(["accountId", "environment"])
    .where("environment", "is not", null)
    .where("status", "!=", "offboarded")
    .$narrowType<{ environment: string }>()
    .execute();
}

/** The accounts, by id, of which something may stand that rests on the admin stack, or is about to. */
export async function listStanding(db: Db): Promise<{ accountId: string; status: AccountStatus }[]> {
  return db
    .selectFrom("accounts")
    .leftJoin("stacks", "stacks.accountId", "accounts.accountId")
    .select(["accounts.accountId", "accounts.status"])
    .where(({ or, eb }) =>
      or([eb("accounts.status", "in", ["onboarding", "active", "offboarding"]), eb("stacks.inputs", "is not", null)]),
    )
    .orderBy("accounts.accountId")
    .execute();
}

export type NewAccount = Pick<
  Selectable<AccountsTable>,
  "accountId" | "name" | "email" | "origin" | "status" | "owner" | "environment" | "lastOperationId"
> & {
  readonly extensions?: readonly Extension[] | undefined;
  /** With `extensions`. */
  readonly weakenings?: readonly Weakening[] | undefined;
};

/** Adds the account with its stack's row, or takes up one that was here before. Owner, environment and extensions stay unless given. */
export async function saveAccount(db: Db, account: NewAccount): Promise<void> {
  const { accountId, owner, environment, extensions, weakenings, ...rest } = account;
  const added = {
    ...(extensions === undefined ? {} : { extensions: json(extensions) }),
    ...(weakenings === undefined ? {} : { weakenings: json(weakenings) }),
  };
  await db
    .insertInto("accounts")
    .values({ accountId, owner, environment, ...added, ...rest })
    .onConflict((conflict) =>
      conflict.column("accountId").doUpdateSet({
        ...rest,
        ...added,
        owner: sql<string | null>`coalesce(excluded.owner, accounts.owner)`,
        environment: sql<string | null>`coalesce(excluded.environment, accounts.environment)`,
        updatedAt: sql<Date>`clock_timestamp()`,
      }),
    )
    .execute();
  await db
    .insertInto("stacks")
    .values({ name: stackOfAccount(accountId), accountId })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export type AccountUpdate = Partial<
  Pick<
    Selectable<AccountsTable>,
    "status" | "owner" | "environment" | "extensions" | "lastOperationId" | "onboardedAt" | "readinessDueAt"
  > & { readonly weakenings: readonly Weakening[] }
>;

/** Returns false where there is no such account. */
export async function updateAccount(db: Db, accountId: string, update: AccountUpdate): Promise<boolean> {
  const { extensions, weakenings, ...rest } = update;
  const result = await db
    .updateTable("accounts")
    .set({
      ...rest,
      ...(extensions === undefined ? {} : { extensions: json(extensions) }),
      ...(weakenings === undefined ? {} : { weakenings: json(weakenings) }),
      updatedAt: sql<Date>`clock_timestamp()`,
    })
    .where("accountId", "=", accountId)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
