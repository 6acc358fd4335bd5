import { Problem } from "../problem.ts";
import type { Queue } from "../queue/queue.ts";
import { requeueOperation } from "../store/awaiting.ts";
import { type ChangeRow, findChange, turnChange } from "../store/changes.ts";
import type { Db } from "../store/connection.ts";
import { isSamePerson } from "./change.ts";
import { hold, withdraw } from "./withdraw.ts";

export interface DecideOptions {
  readonly queue: Queue;
  readonly newId: () => string;
}

export interface Verdict {
  readonly changeId: string;
  readonly verdict: "approved" | "rejected";
  /** Name of the token that decides. */
  readonly by: string;
  readonly requestId: string;
  readonly comment?: string | undefined;
}

/**
 * Decides on a change. Approved, its operation goes back to the queue, as a new job, in the same transaction; rejected, it ends.
 *
 * @param check called with the change before anything is decided, while it is held
 * @throws Problem 404; 403 `four-eyes` where the decider asked for the operation; 409 where it is decided, or its time is over
 */
export async function decideChange(
  transaction: Db,
  { queue, newId }: DecideOptions,
  { changeId, verdict, by, requestId, comment }: Verdict,
  check: (change: ChangeRow) => void,
): Promise<ChangeRow> {
  const found = await findChange(transaction, changeId);
  const waiting = found && (await hold(transaction, found));
  if (waiting === undefined) throw new Problem("not-found", `There is no change ${changeId}.`);
  const { operation, change } = waiting;
  if (isSamePerson(operation.requestedBy, by)) throw ownChange(change, verdict);
  if (change.status !== "pending") throw closed(change);
  if (change.overdue) throw overdue(change);
  check(change);
  const decision = { by, comment };
  if (verdict === "rejected") {
    const because = `${by} rejected change ${change.id}${comment === undefined ? "" : `: ${comment}`}`;
    await withdraw(transaction, waiting, { status: verdict, actor: by, requestId, decision }, because);
  } else {
    await turnChange(transaction, change, { status: verdict, actor: by, requestId, decision });
    const jobId = newId();
    await requeueOperation(transaction, operation.id, jobId, { change: change.id, approvedBy: by });
    await queue.enqueue(transaction, { jobId, operationId: operation.id, queueKey: operation.queueKey });
  }
  return (await findChange(transaction, change.id)) ?? change;
}

function ownChange({ id, operationId }: ChangeRow, verdict: Verdict["verdict"]): Problem {
  const instead =
    verdict === "rejected"
      ? ` To withdraw it yourself, cancel the operation: POST /operations/${operationId}/cancel.`
      : "";
  return new Problem(
    "four-eyes",
    `You asked for operation ${operationId} yourself: somebody else has to decide on change ${id}.${instead}`,
    { operationId },
  );
}

/** It is closed with the next look for expired ones. */
function overdue({ id, operationId, expiresAt }: ChangeRow): Problem {
  const detail = `Change ${id} has expired: nobody decided on it until ${expiresAt.toISOString()}. Deploy again to have it previewed anew.`;
  return new Problem("conflict", detail, { operationId, instance: `/changes/${id}` });
}

/** The problem of a change that is decided already. */
function closed({ id, operationId, status, decidedBy, outcome }: ChangeRow): Problem {
  const by = decidedBy !== null && (status === "approved" || status === "rejected") ? ` by ${decidedBy}` : "";
  const told = outcome === null ? "" : ` (${outcome})`;
  return new Problem(
    "conflict",
    `Change ${id} is not pending any more: it is ${status}${by}${told}. Look at operation ${operationId}.`,
    { operationId, instance: `/changes/${id}` },
  );
}
