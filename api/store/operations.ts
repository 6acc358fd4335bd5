import { type Selectable, sql } from "kysely";
import {
  type Changes,
  type FinalStatus,
  isFinal,
  type OperationKind,
  type OperationStatus,
  type Origin,
} from "../operations/operation.ts";
import type { ProblemDocument } from "../problem.ts";
import type { Queue } from "../queue/queue.ts";
import { type Db, json } from "./connection.ts";
import { appendEvents } from "./events.ts";
import { channels } from "./listener.ts";
import type { OperationsTable } from "./schema.ts";

export type OperationRow = Selectable<OperationsTable>;

export interface NewOperation {
  readonly id: string;
  readonly jobId: string;
  readonly queueKey: string;
  readonly kind: OperationKind;
  readonly stack: string;
  readonly accountId: string | null;
  readonly origin: Origin;
  readonly requestedBy: string;
  readonly requestId: string | null;
  readonly request: Record<string, unknown>;
}

export async function insertOperation(db: Db, operation: NewOperation): Promise<OperationRow> {
  const row = await db
    .insertInto("operations")
    .values({ ...operation, status: "queued", request: json(operation.request), progress: "{}" })
    .returningAll()
    .executeTakeFirstOrThrow();
  await appendEvents(db, row.id, [{ type: "status", data: { status: "queued" } }]);
  return row;
}

export function findOperation(db: Db, id: string): Promise<OperationRow | undefined> {
  return db.selectFrom("operations").selectAll().where("id", "=", id).executeTakeFirst();
}

/** Keeps the operation as it is until the transaction ends. */
export async function lockOperation(db: Db, id: string): Promise<void> {
  await db.selectFrom("operations").select("id").where("id", "=", id).forUpdate().execute();
}

/** The onboarding or offboarding of a stack's account that is under way. There is at most one. */
export function findMembershipChange(db: Db, stack: string): Promise<OperationRow | undefined> {
  return db
    .selectFrom("operations")
    .selectAll()
    .where("stack", "=", stack)
    .where("kind", "in", ["onboard", "offboard"])
    .where("finishedAt", "is", null)
    .executeTakeFirst();
}

/**
 * The repair of a stack that has not begun to read what is live, or waits for an approval and reads that again: it does what another would. It stays so
 * until the transaction ends. One that somebody begins, cancels or decides on just now is passed over: waiting for that could be a deadlock.
 *
 * @returns its id, or undefined where there is none
 */
export async function holdWaitingRepair(db: Db, stack: string): Promise<string | undefined> {
  const row = await db
    .selectFrom("operations")
    .select("id")
    .where("stack", "=", stack)
    .where("kind", "=", "repair")
    .where("status", "in", ["queued", "awaiting_approval"])
    .where("cancelRequestedAt", "is", null)
    .orderBy("id")
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return row?.id;
}

/** The creation of an account with this e-mail address that is under way. */
export function findCreation(db: Db, email: string): Promise<OperationRow | undefined> {
  return db
    .selectFrom("operations")
    .selectAll()
    .where("kind", "=", "onboard")
    .where("finishedAt", "is", null)
    .where(sql`lower(request->>'email')`, "=", email.toLowerCase())
    .executeTakeFirst();
}

/** A creation of any account that is under way. */
export function findAnyCreation(db: Db): Promise<OperationRow | undefined> {
  return db
    .selectFrom("operations")
    .selectAll()
    .where("kind", "=", "onboard")
    .where("accountId", "is", null)
    .where("finishedAt", "is", null)
    .executeTakeFirst();
}

/** An operation that is under way and may bring something into a member account, or take it away. */
export function findBaselineChange(db: Db): Promise<OperationRow | undefined> {
  return db
    .selectFrom("operations")
    .selectAll()
    .where("kind", "in", ["onboard", "deploy", "repair", "offboard"])
    .where("accountId", "is not", null)
    .where("finishedAt", "is", null)
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
}

export interface OperationFilter {
  readonly status?: OperationStatus | undefined;
  readonly kind?: OperationKind | undefined;
  readonly accountId?: string | undefined;
  /** Only of these accounts. */
  readonly among?: readonly string[] | undefined;
  /** Only operations that are older than this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** What a list shows of an operation: all but its result, which may be large and is not read either. */
const listed = [
  ...["id", "jobId", "queueKey", "kind", "stack", "accountId", "status", "origin", "requestedBy", "requestId"],
  ...["request", "progress", "attempt", "attemptOpen", "crashes", "resumedAt", "retryAt", "fencingToken"],
  ...["cancelRequestedAt", "cancelRequestedBy", "changes", "error", "lastEventId", "createdAt", "startedAt"],
  ...["finishedAt", "trimmedAt"],
] as const satisfies readonly (keyof OperationRow)[];

/** Operations, the newest first, without their results. Ids sort by time. */
export function listOperations(db: Db, filter: OperationFilter): Promise<OperationRow[]> {
  let query = db
    .selectFrom("operations")
    .select(listed)
    .select(sql<null>`null`.as("result"))
    .orderBy("id", "desc")
    .limit(filter.limit);
  if (filter.status !== undefined) query = query.where("status", "=", filter.status);
  if (filter.kind !== undefined) query = query.where("kind", "=", filter.kind);
  if (filter.accountId !== undefined) query = query.where("accountId", "=", filter.accountId);
  if (filter.among !== undefined) query = query.where("accountId", "in", filter.among);
  if (filter.before !== undefined) query = query.where("id", "<", filter.before);
  return query.execute();
}

/** How many operations are in which state, for metrics. */
export async function countUnfinished(db: Db): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom("operations")
    .select(["status", (eb) => eb.fn.countAll<number>().as("count")])
    .where("finishedAt", "is", null)
    .groupBy("status")
    .execute();
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/** An attempt that holds the lease `token`. Its writes are void once another attempt has a newer one. */
export interface Attempt {
  readonly operationId: string;
  readonly fencingToken: number;
}

/** The attempt lost its lease to a newer one, or can't be sure any more that it did not: it must write nothing more. */
export class FencedError extends Error {
  constructor({ operationId }: Pick<Attempt, "operationId">) {
    super(`writing operation ${operationId}: a newer attempt has taken it over, or may`);
    this.name = "FencedError";
  }
}

/** An attempt that begins. */
export interface Begun {
  readonly operation: OperationRow;
  /** The attempt before was never settled: its process died. */
  readonly formerLost: boolean;
  /** Milliseconds, by the database's clock, since attempts began, or since the last of them that took over from a dead one. */
  readonly elapsedMs: number;
}

/** Begins an attempt. Undefined where the operation has ended meanwhile, or a newer attempt has begun. */
export async function beginAttempt(db: Db, attempt: Attempt): Promise<Begun | undefined> {
  return db.transaction().execute(async (transaction) => {
    const former = await transaction
      .selectFrom("operations")
      .select(["attemptOpen", "fencingToken", "status"])
      .where("id", "=", attempt.operationId)
      .where("finishedAt", "is", null)
      .forUpdate()
      .executeTakeFirst();
    if (former === undefined || (former.fencingToken ?? 0) > attempt.fencingToken) return undefined;
    // Paused since this delivery's row was read: its job has been done.
    if (former.status === "awaiting_approval") return undefined;
    const formerLost = former.attemptOpen;
    const { elapsedMs, ...operation } = await transaction
      .updateTable("operations")
      .set((eb) => ({
        status: "running",
        fencingToken: attempt.fencingToken,
        attempt: eb("attempt", "+", 1),
        attemptOpen: true,
        retryAt: null,
        startedAt: sql<Date>`coalesce(started_at, clock_timestamp())`,
        ...(formerLost ? { crashes: eb("crashes", "+", 1), resumedAt: sql<Date>`clock_timestamp()` } : {}),
      }))
      .where("id", "=", attempt.operationId)
      .returningAll()
      .returning(
        sql<number>`extract(epoch from clock_timestamp() - coalesce(resumed_at, started_at)) * 1000`.as("elapsedMs"),
      )
      .executeTakeFirstOrThrow();
    if (operation.attempt === 1) {
      await appendEvents(transaction, operation.id, [{ type: "status", data: { status: "running" } }]);
    }
    return { operation, formerLost, elapsedMs: Math.max(0, Number(elapsedMs)) };
  });
}

/** Checks that the attempt still holds its lease. Inside a transaction it stays so until the end. */
export async function assertHeld(db: Db, attempt: Attempt): Promise<void> {
  const row = await db
    .selectFrom("operations")
    .select("id")
    .where("id", "=", attempt.operationId)
    .where("fencingToken", "=", attempt.fencingToken)
    .where("finishedAt", "is", null)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw new FencedError(attempt);
}

/** True where somebody asked to cancel. */
export async function isCancelRequested(db: Db, id: string): Promise<boolean> {
  const row = await db.selectFrom("operations").select("cancelRequestedAt").where("id", "=", id).executeTakeFirst();
  return row !== undefined && row.cancelRequestedAt !== null;
}

/** Adds to what later attempts must know. */
export async function saveProgress(db: Db, attempt: Attempt, progress: Record<string, unknown>): Promise<void> {
  await written(
    attempt,
    fenced(db, attempt)
      .set({ progress: sql`progress || ${json(progress)}::jsonb` as never })
      .executeTakeFirst(),
  );
}

/**
 * Says which account and stack the operation is about, once a creation has found out.
 *
 * @returns false where another operation is onboarding that account, because its event was faster
 */
export async function saveTarget(db: Db, attempt: Attempt, accountId: string, stack: string): Promise<boolean> {
  try {
    await written(attempt, fenced(db, attempt).set({ accountId, stack }).executeTakeFirst());
    return true;
  } catch (error) {
    if (isMembershipConflict(error)) return false;
    throw error;
  }
}

/** True for the error of a second onboarding or offboarding while one is under way. */
export function isMembershipConflict(error: unknown): boolean {
  return (error as { constraint?: string }).constraint === "one_membership_change_at_a_time";
}

/** How an attempt counts that is over while its operation goes on. */
export interface RetryCount {
  /** As if it had not been: it could do nothing. */
  readonly refund?: boolean;
  /** Its run died. */
  readonly crashed?: boolean;
  /** It waits for AWS: with the number of attempts until now, those that died apart. */
  readonly waited?: number | undefined;
}

/** Where the progress of an operation says when it waited for AWS last. */
export interface Waited {
  readonly attempts: number;
  /** Milliseconds since 1970, by the database's clock. */
  readonly at: number;
}

/**
 * The attempt is over, another one will follow after a delay, or at once where the operation is to be cancelled.
 *
 * @returns the delay in milliseconds
 */
export async function saveRetry(db: Db, attempt: Attempt, delayMs: number, count: RetryCount): Promise<number> {
  const wait = sql`case when cancel_requested_at is null then ${delayMs}::integer else 0 end`;
  const row = await fenced(db, attempt)
    .set((eb) => ({
      retryAt: sql<Date>`clock_timestamp() + ${wait} * interval '1 millisecond'`,
      attemptOpen: false,
      attempt: count.refund ? eb("attempt", "-", 1) : eb.ref("attempt"),
      crashes: count.crashed ? eb("crashes", "+", 1) : eb.ref("crashes"),
      ...(count.waited === undefined ? {} : { progress: withWait(count.waited) }),
    }))
    .returning(sql<number>`${wait}`.as("waitMs"))
    .executeTakeFirst();
  if (row === undefined) throw new FencedError(attempt);
  return row.waitMs;
}

function withWait(attempts: number) {
  const at = sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
  return sql`progress || jsonb_build_object('waited', jsonb_build_object('attempts', ${attempts}::integer, 'at', ${at}))` as never;
}

export interface Ending {
  readonly status: FinalStatus;
  readonly changes?: Changes | undefined;
  readonly result?: Record<string, unknown> | undefined;
  readonly error?: ProblemDocument | undefined;
}

/**
 * Ends the operation: its row and its last event. With an attempt, only if that attempt still holds the lease; without
 * (a cancelled operation that no attempt runs), only if it has not ended.
 *
 * @returns false where it had ended already
 */
export async function endOperation(db: Db, id: string, ending: Ending, attempt?: Attempt): Promise<boolean> {
  const update = attempt === undefined ? unfinished(db, id) : fenced(db, attempt);
  const result = await update
    .set({
      status: ending.status,
      retryAt: null,
      attemptOpen: false,
      finishedAt: sql<Date>`clock_timestamp()`,
      ...(ending.changes === undefined ? {} : { changes: json(ending.changes) }),
      ...(ending.result === undefined ? {} : { result: json(ending.result) }),
      ...(ending.error === undefined ? {} : { error: json(ending.error) }),
    })
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) {
    if (attempt !== undefined) throw new FencedError(attempt);
    return false;
  }
  const { status, changes, error } = ending;
  await appendEvents(db, id, [{ type: "status", data: { status, changes, error } }]);
  return true;
}

/** Notes that a cancellation was asked for. Returns the operation as it is then, undefined where there is none. */
export async function requestCancel(db: Db, id: string, by: string): Promise<OperationRow | undefined> {
  const row = await db.selectFrom("operations").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
  if (row === undefined || isFinal(row.status) || row.cancelRequestedAt !== null) return row;
  await appendEvents(db, id, [{ type: "progress", data: { message: "cancellation asked for" } }]);
  await sql`select pg_notify(${channels.cancel}, ${id})`.execute(db);
  return db
    .updateTable("operations")
    .set({ cancelRequestedAt: sql<Date>`clock_timestamp()`, cancelRequestedBy: by })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirst();
}

function unfinished(db: Db, id: string) {
  return db.updateTable("operations").where("id", "=", id).where("finishedAt", "is", null);
}

function fenced(db: Db, attempt: Attempt) {
  return unfinished(db, attempt.operationId).where("fencingToken", "=", attempt.fencingToken);
}

async function written(attempt: Attempt, update: Promise<{ numUpdatedRows: bigint }>): Promise<void> {
  if ((await update).numUpdatedRows === 0n) throw new FencedError(attempt);
}

/** Gives an operation a job again that has lost its own; does nothing where it has one by now. */
export function requeueForgotten(db: Db, queue: Queue, id: string, jobId: string): Promise<void> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom("operations")
      .selectAll()
      .where("id", "=", id)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined || !(await queue.forgotten()).includes(id)) return;
    await transaction.updateTable("operations").set({ jobId }).where("id", "=", id).execute();
    await queue.enqueue(transaction, { jobId, operationId: id, queueKey: row.queueKey });
  });
}
