import type { Changes } from "../operations/operation.ts";
import { type Db, json } from "./connection.ts";
import { appendEvents } from "./events.ts";
import { type Attempt, FencedError, type OperationRow } from "./operations.ts";

// An operation that waits for somebody's approval: no attempt is at work on it, no job of it is in the queue.

/** The operation's row, held until the end of the transaction. */
export function lockOperation(db: Db, id: string): Promise<OperationRow | undefined> {
  return db.selectFrom("operations").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
}

export interface Pause {
  /** What would be done. */
  readonly changes: Changes;
  readonly result: Record<string, unknown>;
}

/**
 * Ends the attempt, and lets the operation wait.
 *
 * @returns false where its cancellation was asked for meanwhile: then nothing is written
 * @throws FencedError where another attempt has taken over
 */
export async function pauseOperation(db: Db, attempt: Attempt, pause: Pause): Promise<boolean> {
  const row = await lockOperation(db, attempt.operationId);
  if (row?.fencingToken !== attempt.fencingToken || row.finishedAt !== null) throw new FencedError(attempt);
  if (row.cancelRequestedAt !== null) return false;
  const { changes, result } = pause;
  await db
    .updateTable("operations")
    .set({
      status: "awaiting_approval",
      attemptOpen: false,
      retryAt: null,
      changes: json(changes),
      result: json(result),
    })
    .where("id", "=", row.id)
    .execute();
  await appendEvents(db, row.id, [{ type: "status", data: { status: "awaiting_approval", changes, ...result } }]);
  return true;
}

/**
 * Lets it go on as the job `jobId`. Its attempts and its time count from here anew: it may have waited for days, which says nothing
 * about what can be tried again.
 */
export async function requeueOperation(
  db: Db,
  id: string,
  jobId: string,
  why: Readonly<Record<string, unknown>>,
): Promise<void> {
  await db
    .updateTable("operations")
    .set({ status: "queued", jobId, attempt: 0, crashes: 0, startedAt: null, resumedAt: null })
    .where("id", "=", id)
    .where("status", "=", "awaiting_approval")
    .execute();
  await appendEvents(db, id, [{ type: "status", data: { status: "queued", ...why } }]);
}
