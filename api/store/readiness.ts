import { sql } from "kysely";
import type { Readiness } from "../accounts/readiness.ts";
import { type Db, json } from "./connection.ts";

/** An account that somebody is to look at now. */
export interface DueAccount {
  readonly accountId: string;
  readonly inputs: Record<string, unknown>;
  /** Milliseconds since its deployment. */
  readonly ageMs: number;
  /** Until when it is left to who took it; names the taking. */
  readonly takenUntil: string;
}

/** For so long an account that was taken is left alone by others, whatever becomes of who took it. */
const takenSeconds = 120;

/**
 * Takes one active account whose readiness is due, the longest waiting first. Several processes may: none gets the same.
 *
 * @param lateMs takes only what has been due for so long
 */
export async function takeDueAccount(db: Db, lateMs: number): Promise<DueAccount | undefined> {
  const { rows } = await sql<DueAccount>`
    with due as (
      select a.account_id, s.inputs, s.deployed_at
      from accounts a join stacks s on s.account_id = a.account_id
      where a.status = 'active' and s.inputs is not null and s.deployed_at is not null
        and coalesce(a.readiness_due_at, s.deployed_at) <= clock_timestamp() - make_interval(secs => ${lateMs / 1000})
      order by coalesce(a.readiness_due_at, s.deployed_at)
      limit 1
      for update of a skip locked
    )
    update accounts set readiness_due_at = clock_timestamp() + make_interval(secs => ${takenSeconds})
    from due where accounts.account_id = due.account_id
    returning accounts.account_id as "accountId", due.inputs,
      (extract(epoch from clock_timestamp() - due.deployed_at) * 1000)::float8 as "ageMs",
      accounts.readiness_due_at::text as "takenUntil"
  `.execute(db);
  return rows[0];
}

/**
 * Records what was found, unless the account is not active any more, was deployed anew meanwhile, or was taken by another process: who
 * was paused for long writes nothing.
 */
export async function saveReadiness(
  db: Db,
  { accountId, takenUntil }: Pick<DueAccount, "accountId" | "takenUntil">,
  { readiness, nextMs }: { readonly readiness: Readiness; readonly nextMs: number },
): Promise<void> {
  await db
    .updateTable("accounts")
    .set({
      readiness: json(readiness),
      readinessDueAt: sql<Date>`clock_timestamp() + make_interval(secs => ${nextMs / 1000})`,
    })
    .where("accountId", "=", accountId)
    .where("status", "=", "active")
    .where("readinessDueAt", "=", sql<Date>`${takenUntil}::timestamptz`)
    .execute();
}
