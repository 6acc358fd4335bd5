import { sql } from "kysely";
import type { ProcessMark } from "../process-mark.ts";
import type { Db } from "./connection.ts";

/** The right to write one stack. All times are the database's, so that the clocks of several machines do not matter. */
export interface Lease {
  readonly stack: string;
  readonly owner: string;
  readonly operationId: string;
  /** Fencing token: the next holder's is greater. */
  readonly token: number;
}

/** Who wants a lease. */
export interface Claim {
  readonly stack: string;
  /** Id of the process's service. */
  readonly owner: string;
  /** Its process, where it can be told. */
  readonly process?: ProcessMark | undefined;
  readonly operationId: string;
  readonly durationMs: number;
}

export type Acquisition =
  | { readonly lease: Lease }
  /** Somebody holds it. Milliseconds until it would expire without a heartbeat. */
  | { readonly heldForMs: number };

/** Takes the lease of a stack when it is free or has expired. */
export async function acquireLease(db: Db, claim: Claim): Promise<Acquisition> {
  const { stack, owner, operationId, durationMs } = claim;
  const { boot = null, pid = null, started = null } = claim.process ?? {};
  const taken = await sql<{ token: number }>`
    insert into stack_leases as held
      (stack, owner, operation_id, token, expires_at, duration_ms, owner_boot, owner_pid, owner_started)
    values (${stack}, ${owner}, ${operationId}, nextval('fencing_tokens'),
            clock_timestamp() + ${durationMs} * interval '1 millisecond', ${durationMs}, ${boot}, ${pid}, ${started})
    on conflict (stack) do update
      set owner = excluded.owner, operation_id = excluded.operation_id, token = excluded.token,
          expires_at = excluded.expires_at, duration_ms = excluded.duration_ms, owner_boot = excluded.owner_boot,
          owner_pid = excluded.owner_pid, owner_started = excluded.owner_started
      where held.expires_at < clock_timestamp()
    returning token`.execute(db);
  const token = taken.rows[0]?.token;
  if (token !== undefined) return { lease: { stack, owner, operationId, token } };
  // More than its duration is a clock that was set back; whoever watches leases finds out whether it is renewed.
  const held = await sql<{ ms: number }>`
    select least(duration_ms, greatest(0, extract(epoch from expires_at - clock_timestamp()) * 1000))::bigint as ms
    from stack_leases where stack = ${stack}`.execute(db);
  return { heldForMs: held.rows[0]?.ms ?? 0 };
}

/** What a heartbeat tells. */
export interface Renewal {
  /** False where somebody else has taken the lease: whoever held it must stop at once. */
  readonly held: boolean;
  /** Somebody asked to cancel the lease's operation. */
  readonly cancelRequested: boolean;
}

/**
 * Heartbeat. A lease that has expired and that nobody has taken is renewed, too: the database's clock may have been set
 * forward. Whether it was held all the time is for the holder to know, by its own clock.
 */
export async function renewLease(db: Db, { stack, token, operationId }: Lease, durationMs: number): Promise<Renewal> {
  const { rows } = await sql<{ cancelRequested: boolean | null }>`
    update stack_leases set expires_at = clock_timestamp() + ${durationMs} * interval '1 millisecond'
    where stack = ${stack} and token = ${token}
    returning (select cancel_requested_at is not null from operations where id = ${operationId}) as "cancelRequested"`.execute(
    db,
  );
  return { held: rows.length === 1, cancelRequested: rows[0]?.cancelRequested === true };
}

/** True where the lease is still the holder's. Inside a transaction it stays so until the end. */
export async function isLeaseHeld(db: Db, { stack, token }: Lease): Promise<boolean> {
  const row = await db
    .selectFrom("stackLeases")
    .select("stack")
    .where("stack", "=", stack)
    .where("token", "=", token)
    .forNoKeyUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

/** Gives the lease back, if it is still the holder's. */
export async function releaseLease(db: Db, lease: Lease): Promise<void> {
  await db.deleteFrom("stackLeases").where("stack", "=", lease.stack).where("token", "=", lease.token).execute();
}

/** A lease as those see it who watch for owners that have died. */
export interface HeldLease {
  readonly stack: string;
  readonly token: number;
  readonly operationId: string;
  readonly jobId: string | null;
  /** As text: only whether it changes matters. */
  readonly expiresAt: string;
  readonly expired: boolean;
  readonly durationMs: number;
  readonly process: ProcessMark | undefined;
}

/** Every lease that is not free. */
export async function listLeases(db: Db): Promise<HeldLease[]> {
  const { rows } = await sql<{
    stack: string;
    token: number;
    operationId: string;
    jobId: string | null;
    expiresAt: string;
    expired: boolean;
    durationMs: number;
    boot: string | null;
    pid: number | null;
    started: string | null;
  }>`
    select stack_leases.stack, token, operation_id as "operationId", job_id::text as "jobId",
      expires_at::text as "expiresAt", expires_at < clock_timestamp() as expired, duration_ms as "durationMs",
      owner_boot as boot, owner_pid as pid, owner_started as started
    from stack_leases left join operations on operations.id = operation_id`.execute(db);
  return rows.map(({ boot, pid, started, ...lease }) => ({
    ...lease,
    process: boot === null || pid === null || started === null ? undefined : { boot, pid, started },
  }));
}

/** Lets the lease of an owner that is dead expire now. Does nothing to one that was renewed or taken meanwhile. */
export async function expireLease(db: Db, lease: Pick<HeldLease, "stack" | "token" | "expiresAt">): Promise<boolean> {
  const { rows } = await sql`
    update stack_leases set expires_at = '-infinity'
    where stack = ${lease.stack} and token = ${lease.token} and expires_at = ${lease.expiresAt}::timestamptz
    returning 1`.execute(db);
  return rows.length === 1;
}
