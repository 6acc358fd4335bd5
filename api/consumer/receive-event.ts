import type { Logger } from "pino";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { whySkipped } from "../accounts/eligibility.ts";
import type { Aws } from "../aws.ts";
import { type AcceptOptions, acceptOperation } from "../operations/accept.ts";
import { adminStack, stackOfAccount } from "../operations/operation.ts";
import { Problem } from "../problem.ts";
import { findAccount, saveAccount } from "../store/accounts.ts";
import type { Db } from "../store/connection.ts";
import { findCreation, findMembershipChange } from "../store/operations.ts";
import { recordEvent, wasReceived } from "../store/received-events.ts";
import { type AccountEvent, eventSource } from "./account-event.ts";

export interface ReceiveOptions extends AcceptOptions {
  readonly aws: Aws;
  readonly settings: OrganizationSettings;
  readonly logger: Logger;
}

/** What came of an event. */
export type EventOutcome = "onboarding" | "duplicate" | "known" | "skipped" | "creation-failed";

const detailType = "CreateAccountResult";

/**
 * Takes in an event, once: by its id, and by its account. When this resolves the outcome is committed.
 *
 * @throws Error where it can't be decided yet, for example while AWS does not answer: it is to be delivered again
 */
export async function receiveEvent(options: ReceiveOptions, event: AccountEvent): Promise<EventOutcome> {
  const { db, logger } = options;
  const { eventId } = event;
  if (await wasReceived(db, eventId)) return "duplicate";
  if (event.type === "creation-failed") {
    logger.warn({ eventId, reason: event.reason }, "AWS Organizations could not create an account");
    return finish(db, eventId, "creation-failed");
  }
  const { accountId } = event;
  const reason = await whyNotOnboarded(options, accountId);
  if (reason !== undefined) {
    logger.info({ eventId, accountId, reason: reason.text }, "an account's event starts nothing");
    return finish(db, eventId, reason.outcome);
  }
  if ((await findMembershipChange(db, adminStack)) !== undefined) {
    throw new Error(`taking in the event of account ${accountId}: the admin stack is being taken off`);
  }
  const { name, email } = (await options.aws.organizations.account(accountId)) ?? { name: accountId, email: "" };
  try {
    await acceptOperation(options, {
      kind: "onboard",
      stack: stackOfAccount(accountId),
      accountId,
      origin: "event",
      requestedBy: eventSource,
      requestId: eventId.slice(0, 64),
      request: { accountId },
      before: async (transaction, lastOperationId) => {
        await recordEvent(transaction, eventId, detailType, "onboarding");
        await saveAccount(transaction, {
          ...{ accountId, name, email, lastOperationId, owner: null, environment: null },
          origin: "event",
          status: "onboarding",
        });
      },
    });
  } catch (error) {
    if (error instanceof Problem && error.about === "operation-running") return finish(db, eventId, "known");
    // Another process takes in the same event just now.
    if ((error as { constraint?: string }).constraint === "received_events_pkey") return "duplicate";
    throw error;
  }
  logger.info({ eventId, accountId }, "a new account is being onboarded");
  return "onboarding";
}

async function whyNotOnboarded(
  { db, aws, settings }: ReceiveOptions,
  accountId: string,
): Promise<{ readonly outcome: EventOutcome; readonly text: string } | undefined> {
  const row = await findAccount(db, accountId);
  if (row !== undefined && row.status !== "offboarded") return { outcome: "known", text: `it is ${row.status}` };
  if (await findMembershipChange(db, stackOfAccount(accountId)))
    return { outcome: "known", text: "it is onboarded now" };
  const account = await aws.organizations.account(accountId);
  if (account === undefined || account.state === "PENDING_ACTIVATION") {
    throw new Error(`taking in the event of account ${accountId}: AWS Organizations does not show it as active yet`);
  }
  // An account that this service itself creates is onboarded by the operation that asked for it.
  if (await findCreation(db, account.email)) return { outcome: "known", text: "an operation is creating it" };
  const skipped = whySkipped(account, await aws.organizations.parentsOf(accountId), settings);
  return skipped === undefined ? undefined : { outcome: "skipped", text: skipped };
}

async function finish(db: Db, eventId: string, outcome: EventOutcome): Promise<EventOutcome> {
  await recordEvent(db, eventId, detailType, outcome).catch((error: { constraint?: string }) => {
    if (error.constraint !== "received_events_pkey") throw error;
  });
  return outcome;
}
