import type { Logger } from "pino";
import { serviceName } from "../changes/change.ts";
import { type AcceptOptions, acceptWithin } from "../operations/accept.ts";
import { EXPIRY } from "../operations/expiry.ts";
import { stackOfAccount } from "../operations/operation.ts";
import { type RepeatedLook, startRepeatedLook } from "../repeated-look.ts";
import { lockAccount } from "../store/accounts.ts";
import { listOverdueAccounts } from "../store/weakenings.ts";

/** Ends what weakens when its time is over. */
export type WeakeningExpiry = RepeatedLook;

export interface WeakeningExpiryOptions extends AcceptOptions {
  readonly logger: Logger;
  readonly now: () => Date;
  /** Milliseconds between two looks. */
  readonly everyMs?: number;
}

/**
 * Starts a deployment of each account that has something deployed whose time is over; it takes off that and nothing else. Several processes may: the account is held while it is
 * looked at once more. A deployment that fails is started again an hour later, at the earliest, unless somebody else does.
 */
export function startWeakeningExpiry(options: WeakeningExpiryOptions): WeakeningExpiry {
  const { db, logger, now, everyMs = 30_000 } = options;
  async function look(stopped: () => boolean): Promise<void> {
    for (const accountId of await listOverdueAccounts(db, now())) {
      if (stopped()) return;
      // One account that can't be deployed now must not keep the others waiting.
      await end(accountId).catch((error: unknown) => {
        logger.warn({ err: error, accountId }, "ending an extension that has expired failed: it is tried again");
      });
    }
  }

  async function end(accountId: string): Promise<void> {
    const began = await db.transaction().execute(async (transaction) => {
      await lockAccount(transaction, accountId);
      if (!(await listOverdueAccounts(transaction, now())).includes(accountId)) return false;
      await acceptWithin(transaction, options, {
        ...{ kind: "deploy", stack: stackOfAccount(accountId), accountId },
        ...{ origin: "schedule", requestedBy: serviceName, requestId: null },
        request: EXPIRY,
      });
      return true;
    });
    if (began) logger.info({ accountId }, "an extension that weakens has expired: deploying without it");
  }

  return startRepeatedLook(look, { everyMs, logger, failed: "ending extensions that have expired failed" });
}
