import { sql } from "kysely";
import type { Db } from "./connection.ts";

/** The right to write one stack. All times are the database's, so that the clocks of several machines do not matter. */
export interface Lease {
  readonly stack: string;
  readonly owner: string;
  readonly operationId: string;
  /** Fencing token: the next holder's is greater. */
  readonly token: number;
}

export type Acquisition =
  | { readonly lease: Lease }
  /** Somebody holds it. Milliseconds until it would expire without a heartbeat. */
  | { readonly heldForMs: number };

/** Takes the lease of a stack when it is free, has expired or was this owner's for the same operation. */
export async function acquireLease(
  db: Db,
  wanted: { readonly stack: string; readonly owner: string; readonly operationId: string; readonly durationMs: number },
): Promise<Acquisition> {
  const { stack, owner, operationId, durationMs } = wanted;
  const taken = await sql<{ token: number }>`
    insert into stack_leases as held (stack, owner, operation_id, token, expires_at)
    values (${stack}, ${owner}, ${operationId}, nextval('fencing_tokens'),
            clock_timestamp() + ${durationMs} * interval '1 millisecond')
    on conflict (stack) do update
      set owner = excluded.owner, operation_id = excluded.operation_id, token = excluded.token,
          expires_at = excluded.expires_at
      where held.expires_at < clock_timestamp()
    returning token`.execute(db);
  const token = taken.rows[0]?.token;
  if (token !== undefined) return { lease: { stack, owner, operationId, token } };
  const held = await sql<{ ms: number }>`
    select greatest(0, extract(epoch from expires_at - clock_timestamp()) * 1000)::bigint as ms
    from stack_leases where stack = ${stack}`.execute(db);
  return { heldForMs: held.rows[0]?.ms ?? 0 };
}

/** Heartbeat. False where the lease is lost: whoever holds it must stop at once. */
export async function renewLease(db: Db, lease: Lease, durationMs: number): Promise<boolean> {
  const result = await db
    .updateTable("stackLeases")
    .set({ expiresAt: sql<Date>`clock_timestamp() + ${durationMs} * interval '1 millisecond'` })
    .where("stack", "=", lease.stack)
    .where("token", "=", lease.token)
    .where("expiresAt", ">", sql<Date>`clock_timestamp()`)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Gives the lease back, if it is still the holder's. */
export async function releaseLease(db: Db, lease: Lease): Promise<void> {
  await db.deleteFrom("stackLeases").where("stack", "=", lease.stack).where("token", "=", lease.token).execute();
}
