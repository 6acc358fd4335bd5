import { kinds } from "../operations/kinds.ts";
import { writeAudit } from "../store/audit.ts";
import { lockOperation } from "../store/awaiting.ts";
import { type ChangeRow, type HeldChange, lockChange, type Turn, turnChange } from "../store/changes.ts";
import type { Db } from "../store/connection.ts";
import { endOperation, type OperationRow } from "../store/operations.ts";

/** A change that is still pending, with the operation that waits for it, both held until the transaction ends. */
export interface Waiting {
  readonly operation: OperationRow;
  readonly change: HeldChange;
}

/** Holds a change and its operation: the operation first, as everybody does. Undefined where there is no such change. */
export async function hold(
  transaction: Db,
  found: Pick<ChangeRow, "id" | "operationId">,
): Promise<Waiting | undefined> {
  const operation = await lockOperation(transaction, found.operationId);
  const change = await lockChange(transaction, found.id);
  return operation === undefined || change === undefined ? undefined : { operation, change };
}

/**
 * Closes a pending change without its being applied, and ends the operation that waits for it. It is cancelled, not failed: nothing
 * went wrong, somebody decided, or nobody did.
 *
 * @param because what the operation's result says, after "nothing: "
 */
export async function withdraw(
  transaction: Db,
  { operation, change }: Waiting,
  turn: Turn & { readonly status: "rejected" | "expired" | "superseded" },
  because: string,
): Promise<void> {
  await turnChange(transaction, change, { outcome: because, ...turn });
  if (operation.status !== "awaiting_approval") return;
  await kinds[operation.kind].ended?.(transaction, operation, "cancelled");
  const result = { done: `nothing: ${because}`, change: change.id };
  await endOperation(transaction, operation.id, { status: "cancelled", result });
  const { actor, requestId } = turn;
  const detail = { kind: operation.kind, change: change.id };
  await writeAudit(transaction, { actor, action: "operation.cancelled", target: operation.id, requestId, detail });
}
