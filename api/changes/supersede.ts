import { listPendingChanges } from "../store/changes.ts";
import type { Db } from "../store/connection.ts";
import type { OperationRow } from "../store/operations.ts";
import { hold, withdraw } from "./withdraw.ts";

/**
 * Holds the operations that wait for approval on a stack, before anything else of it is locked: whoever cancels or decides on one of them
 * takes its row first and the account's after. To be called where the stack's lease is held, so that no other begins to wait meanwhile.
 */
export async function holdOthers(transaction: Db, newer: Pick<OperationRow, "id">, stack: string): Promise<void> {
  for (const found of await listPendingChanges(transaction, stack, newer.id)) await hold(transaction, found);
}

/**
 * Closes what waits for approval on a stack that a newer operation has had its say on: it changed the stack, found nothing to change, or
 * asks for approval itself. So nobody decides on a diff that is no more.
 */
export async function supersedeOthers(
  transaction: Db,
  newer: Pick<OperationRow, "id" | "kind" | "requestedBy">,
  stack: string,
): Promise<void> {
  for (const found of await listPendingChanges(transaction, stack, newer.id)) {
    const waiting = await hold(transaction, found);
    if (waiting?.change.status !== "pending") continue;
    const because = `operation ${newer.id} (${newer.kind}) has superseded it`;
    await withdraw(transaction, waiting, { status: "superseded", actor: newer.requestedBy }, because);
  }
}
