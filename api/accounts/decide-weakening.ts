import { isSamePerson } from "../changes/change.ts";
import { Problem } from "../problem.ts";
import { findAccount, updateAccount } from "../store/accounts.ts";
import { writeAudit } from "../store/audit.ts";
import type { Db } from "../store/connection.ts";
import type { Weakening } from "./weakenings.ts";

export interface WeakeningVerdict {
  readonly accountId: string;
  readonly type: string;
  readonly name: string;
  readonly verdict: "approved" | "rejected";
  /** When the request that was looked at was made: another one may stand there by now. */
  readonly requestedAt: string;
  /** Name of the token that decides. */
  readonly by: string;
  readonly requestId: string;
  readonly now: Date;
  readonly comment?: string | undefined;
}

/**
 * Decides on an entry that weakens, in the transaction that holds the account.
 *
 * @throws Problem 404; 403 `four-eyes` where the decider asked for the entry; 409 where it is decided, expired, or another one by now
 */
export async function decideWeakening(transaction: Db, given: WeakeningVerdict): Promise<void> {
  const { accountId, type, name, verdict, by, requestId, now, comment } = given;
  const weakenings = (await findAccount(transaction, accountId))?.weakenings ?? [];
  const found = weakenings.find(
    ({ entry, status }) => entry.type === type && entry.name === name && status !== "ended",
  );
  if (found === undefined) {
    const detail = `Account ${accountId} has no entry ${type} ${name} that needs a decision. GET /accounts/${accountId} has them all.`;
    throw new Problem("not-found", detail, { accountId });
  }
  const obstacle = whyNot(found, given);
  if (obstacle !== undefined) throw obstacle;
  const decided: Weakening = {
    ...found,
    ...{ status: verdict, decidedBy: by, decidedAt: now.toISOString() },
    ...(comment === undefined ? {} : { comment }),
  };
  await updateAccount(transaction, accountId, {
    weakenings: weakenings.map((weakening) => (weakening === found ? decided : weakening)),
  });
  const detail = { ...found.entry, requestedBy: found.requestedBy, requestedAt: found.requestedAt, comment };
  const action = `extension.${verdict}`;
  await writeAudit(transaction, { actor: by, action, target: accountId, requestId, detail });
}

function whyNot(found: Weakening, { accountId, by, verdict, requestedAt, now }: WeakeningVerdict): Problem | undefined {
  const { entry, status, requestedBy } = found;
  const what = `${entry.type} ${entry.name} of account ${accountId}`;
  const conflict = (why: string) => new Problem("conflict", `${what} ${why}`, { accountId });
  if (isSamePerson(requestedBy, by)) {
    const instead = verdict === "rejected" ? " To withdraw it yourself, take it out of the list." : "";
    return new Problem("four-eyes", `You asked for ${what} yourself: somebody else has to decide on it.${instead}`, {
      accountId,
    });
  }
  if (status !== "pending")
    return conflict(`is ${status} already, by ${found.decidedBy}. Asked for anew, it can be decided on anew.`);
  if (found.requestedAt !== requestedAt) {
    return conflict(`was asked for anew at ${found.requestedAt}: look at what it says now, and decide on that.`);
  }
  if (Date.parse(entry.expires) <= now.getTime()) return conflict(`has expired at ${entry.expires}.`);
  return undefined;
}
