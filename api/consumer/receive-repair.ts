import type { Logger } from "pino";
import { MANIFESTS } from "../../remediation/manifests.ts";
import type { RepairMessage } from "../../remediation/response/repair-message.ts";
import { type AcceptOptions, acceptWithin } from "../operations/accept.ts";
import { adminStack, stackOfAccount } from "../operations/operation.ts";
import { findAccount, lockAccount } from "../store/accounts.ts";
import type { Db } from "../store/connection.ts";
import { appendEvents } from "../store/events.ts";
import { findMembershipChange, holdWaitingRepair } from "../store/operations.ts";
import { recordEvent, wasReceived } from "../store/received-events.ts";
import { findStack, lockStack } from "../store/stacks.ts";

export interface RepairOptions extends AcceptOptions {
  readonly logger: Logger;
}

/** What came of a request: joined are those for whose stack a repair waits already, and refused those that nothing can be deployed for. */
export type RepairOutcome = "repairing" | "joined" | "duplicate" | "refused";

/** The name under which the response asks for operations. */
export const responseSource = "bulwark.response";
const detailType = "Repair";

/**
 * Takes in a request for a repair, once: as an operation that reads what is live and deploys the stack that owns the setting. When this resolves the
 * outcome is committed.
 *
 * @throws Error where no stack of this version answers it, or the database does not: it is to be delivered again
 */
export async function receiveRepair(options: RepairOptions, message: RepairMessage): Promise<RepairOutcome> {
  const { db, logger } = options;
  const { id, accountId, remediation, incident, reason } = message;
  const manifest = MANIFESTS.find(({ name }) => name === remediation);
  if (manifest?.repairs === undefined) {
    throw new Error(`taking in repair ${id}: no stack of this version of the service owns what ${remediation} answers`);
  }
  const isAdmin = manifest.repairs === "admin";
  const stack = isAdmin ? adminStack : stackOfAccount(accountId);
  // Events of others have other ids.
  const eventId = `repair:${id}`;
  const because = `incident ${incident} (${remediation}): ${reason}`;
  const told = { repair: id, incident, accountId, stack };
  const take = async (transaction: Db): Promise<{ outcome: RepairOutcome; why?: string; operation?: string }> => {
    await lockAccount(transaction, accountId);
    if (isAdmin) await lockStack(transaction, adminStack);
    if (await wasReceived(transaction, eventId)) return { outcome: "duplicate" };
    const why = await whyRefused(transaction, accountId, isAdmin);
    if (why !== undefined) {
      await recordEvent(transaction, eventId, detailType, "refused");
      return { outcome: "refused", why };
    }
    // One that runs may have read what is live before it was changed.
    const waiting = await holdWaitingRepair(transaction, stack);
    await recordEvent(transaction, eventId, detailType, waiting === undefined ? "repairing" : "joined");
    if (waiting !== undefined) {
      const message = `asked for by ${because} too`;
      await appendEvents(transaction, waiting, [{ type: "progress", data: { message } }]);
      return { outcome: "joined", operation: waiting };
    }
    const accepted = await acceptWithin(transaction, options, {
      ...{ kind: "repair", stack, accountId: isAdmin ? null : accountId },
      ...{ origin: "event", requestedBy: responseSource, requestId: incident.slice(0, 64) },
      request: { refresh: true, because },
    });
    return { outcome: "repairing", operation: (accepted as { id: string }).id };
  };
  try {
    const { outcome, ...more } = await db.transaction().execute(take);
    if (outcome === "refused") logger.warn({ ...told, ...more }, "a repair is refused");
    else logger.info({ ...told, ...more, outcome }, "a repair is taken in");
    return outcome;
  } catch (error) {
    // Another process takes in the same request just now.
    if ((error as { constraint?: string }).constraint === "received_events_pkey") return "duplicate";
    throw error;
  }
}

/** Why nothing is deployed for an account; undefined where something can be. */
async function whyRefused(db: Db, accountId: string, isAdmin: boolean): Promise<string | undefined> {
  const account = await findAccount(db, accountId);
  if (account === undefined) return `account ${accountId} is not registered`;
  // As for a deployment that a person asks for: what is onboarded now gets its baseline anyway.
  if (account.status !== "active" && account.status !== "failed") return `account ${accountId} is ${account.status}`;
  if (!isAdmin) return undefined;
  if ((await findMembershipChange(db, adminStack)) !== undefined) return "the admin stack is being taken off";
  return (await findStack(db, adminStack))?.deployedAt == null ? "the admin stack is not deployed" : undefined;
}
