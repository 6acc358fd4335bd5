import { sql } from "kysely";
import type { Extension } from "../../programs/extensions/extensions.ts";
import type { Weakening } from "../accounts/weakenings.ts";
import type { Db } from "./connection.ts";

/** Distinct from the keys of other advisory locks. */
const lockKey = 7_316_402;

/** Keeps all others from taking of the limits that accounts share, until the transaction ends. After the lock of the account, if any. */
export async function lockSharedLimits(transaction: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lockKey})`.execute(transaction);
}

/** What an account asks for, and what its stack has of entries. */
export interface FleetRow {
  readonly accountId: string;
  readonly environment: string | null;
  readonly extensions: readonly Extension[];
  readonly weakenings: readonly Weakening[];
  readonly deployed: readonly Extension[];
}

/** The accounts that take of shared limits: those that have entries or an environment, or whose stacks have entries still. */
export async function listFleet(db: Db): Promise<FleetRow[]> {
  const { rows } = await sql<FleetRow>`
    select a.account_id as "accountId", a.environment, a.extensions, a.weakenings,
      coalesce(s.inputs -> 'extensions', '[]') || coalesce(s.inputs -> 'endedExtensions', '[]') as deployed
    from accounts a left join stacks s on s.account_id = a.account_id
    where a.status <> 'offboarded' and (
      a.environment is not null or a.extensions <> '[]' or a.weakenings <> '[]'
      or coalesce(s.inputs -> 'extensions', '[]') || coalesce(s.inputs -> 'endedExtensions', '[]') <> '[]'
    )
    order by a.account_id
  `.execute(db);
  return rows;
}

/** What is asked of an account that is yet to be created. */
export interface CreationClaim {
  readonly email?: string | undefined;
  readonly environment?: string | undefined;
  readonly extensions?: readonly Extension[] | undefined;
}

/** The requests of creations under way whose accounts are not known yet. */
export async function listCreations(db: Db): Promise<CreationClaim[]> {
  const { rows } = await sql<{ request: CreationClaim }>`
    select o.request from operations o
    where o.kind = 'onboard' and o.finished_at is null and o.stack like 'creation-%'
      and not exists (select 1 from accounts a where a.account_id = o.account_id)
  `.execute(db);
  return rows.map(({ request }) => request);
}
