import { sql } from "kysely";
import type { Db } from "./connection.ts";

/** Rows per statement: small enough that nobody waits for their locks, and that a stopping service doesn't. */
const rows = 1_000;
/** Operations per statement: each has some hundred to some thousand events. */
const operations = 20;

/** Results up to this size (characters of JSON) stay as they are. */
const smallResult = 4_000;

/** Removes one batch of what is older than its age; says how much it was. 0: nothing is left. */
export type RemoveBatch = (db: Db) => Promise<number>;

/**
 * Everything that grows with use and is not a record for good. Not here: the audit, operations and changes themselves, and whatever belongs to
 * an operation that has not ended. Jobs of ended operations are removed by pg-boss, a day after their end.
 *
 * @param days age at which details of ended operations go
 */
export function expiredBatches(days: number): Readonly<Record<string, RemoveBatch>> {
  return {
    operations: (db) => trimOperations(db, days),
    runs: (db) => removeRuns(db, days),
    idempotencyKeys: (db) => removeKeys(db),
    receivedEvents: (db) => removeReceivedEvents(db, Math.max(days, eventDays)),
  };
}

/** The draft leaves it to the server; clients that repeat a request do so within minutes, pipelines that are run again within a day. */
const keyHours = 48;

/** A message stays in an SQS queue for at most 14 days, and may be delivered again until then. */
const eventDays = 15;

/** Events and large members of results, once the operation ended so long ago. Its status, figures and error stay. */
async function trimOperations(db: Db, days: number): Promise<number> {
  const trimmed = await sql`
    with old as (
      select id from operations
      where trimmed_at is null and finished_at < clock_timestamp() - ${days} * interval '1 day'
      order by finished_at limit ${operations} for update skip locked
    ), removed as (
      delete from operation_events using old where operation_id = old.id
    )
    update operations set trimmed_at = clock_timestamp(), result = case
        when length(result::text) <= ${smallResult} then result
        else (
          select coalesce(jsonb_object_agg(key, value) filter (where jsonb_typeof(value) not in ('array', 'object')), '{}')
            || jsonb_build_object('removedForAge',
                 jsonb_agg(key order by key) filter (where jsonb_typeof(value) in ('array', 'object')))
          from jsonb_each(result))
      end
    from old where operations.id = old.id returning 1`.execute(db);
  return trimmed.rows.length;
}

/** Runs that nobody has to recover from, of operations that have ended. */
async function removeRuns(db: Db, days: number): Promise<number> {
  return removed(
    await sql`delete from runs where id in (
      select runs.id from runs join operations on operations.id = runs.operation_id
      where (runs.clean or recovered_at is not null) and ended_at < clock_timestamp() - ${days} * interval '1 day'
        and operations.finished_at is not null
      limit ${rows})`.execute(db),
  );
}

async function removeKeys(db: Db): Promise<number> {
  return removed(
    await sql`delete from idempotency_keys where (principal, key) in (
      select principal, key from idempotency_keys
      where created_at < clock_timestamp() - ${keyHours} * interval '1 hour'
        and (claimed_until is null or claimed_until < clock_timestamp())
      limit ${rows})`.execute(db),
  );
}

async function removeReceivedEvents(db: Db, days: number): Promise<number> {
  return removed(
    await sql`delete from received_events where id in (
      select id from received_events where received_at < clock_timestamp() - ${days} * interval '1 day'
      limit ${rows})`.execute(db),
  );
}

function removed({ numAffectedRows }: { readonly numAffectedRows?: bigint }): number {
  return Number(numAffectedRows ?? 0n);
}
