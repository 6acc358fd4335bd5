import { setTimeout as sleep } from "node:timers/promises";
import type { Extension } from "../../programs/extensions/extensions.ts";
import { settleWeakenings } from "../accounts/weakenings.ts";
import { closeChange } from "../changes/close.ts";
import { findAccount, lockAccount, saveAccount, updateAccount } from "../store/accounts.ts";
import { planBaseline } from "./baseline.ts";
import { deployPlan } from "./deploy.ts";
import { OperationFailure } from "./failure.ts";
import type { Kind, Work } from "./work.ts";

/** Brings an account under the baseline; creates it first where the request says so. */
export const onboard: Kind = {
  writes: true,
  async perform(work) {
    // A creation is gone through from its start again, since an earlier attempt may have ended anywhere in it.
    const { accountId: named } = work.operation.request as { accountId?: string };
    const accountId = named ?? (await createAccount(work));
    await work.target(accountId);
    const plan = await planBaseline(work, accountId);
    const end = await deployPlan(work, plan, plan.driftRecorded);
    return { ...end, result: { accountId, ...end.result } };
  },

  async ended(transaction, operation, status) {
    await closeChange(transaction, operation, status);
    const current = await transaction
      .selectFrom("operations")
      .select(["accountId", "startedAt"])
      .where("id", "=", operation.id)
      .executeTakeFirstOrThrow();
    if (current.accountId === null) return;
    const update = { lastOperationId: operation.id };
    if (status === "succeeded") {
      await updateAccount(transaction, current.accountId, { ...update, status: "active", onboardedAt: new Date() });
      return;
    }
    // Cancelled before anything was done: as if it had not been asked for. Else it is there in part.
    const untouched = status === "cancelled" && current.startedAt === null;
    await updateAccount(transaction, current.accountId, { ...update, status: untouched ? "pending" : "failed" });
  },
};

interface CreationRequest {
  readonly name: string;
  readonly email: string;
  readonly organizationalUnitId?: string;
  readonly owner?: string;
  readonly environment?: string;
  readonly extensions?: readonly Extension[];
}

/** Creates the account in AWS Organizations, moves it to its unit, and adds it here. Safe to repeat. */
async function createAccount(work: Work): Promise<string> {
  const { organizations } = work.aws;
  const request = work.operation.request as unknown as CreationRequest;
  const { requestId } = work.operation.progress as { requestId?: string };
  work.say(`creating account ${request.name} in the organization`);
  let accountId: string;
  try {
    accountId = await organizations.createAccount({
      name: request.name,
      email: request.email,
      signal: work.signal,
      ...(requestId === undefined ? {} : { requestId }),
      onRequested: (id) => work.remember({ requestId: id }),
    });
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "AccountCreationError") throw error;
    throw new OperationFailure("account_creation_failed", error.message, {
      call: "organizations:CreateAccount",
      remedy:
        "Read AWS's reason: EMAIL_ALREADY_EXISTS and ACCOUNT_LIMIT_EXCEEDED are the usual ones. Correct the request or have the limit raised, then send it again.",
    });
  }
  work.say(`account ${accountId} exists`);
  await work.target(accountId);
  await work.write(async (transaction) => {
    await lockAccount(transaction, accountId);
    // By an earlier attempt: what somebody has changed or decided since stays.
    if ((await findAccount(transaction, accountId))?.lastOperationId === work.operation.id) return;
    await saveAccount(transaction, {
      accountId,
      name: request.name,
      email: request.email,
      origin: "creation",
      status: "onboarding",
      owner: request.owner ?? null,
      environment: request.environment ?? null,
      extensions: request.extensions,
      weakenings: asked(request.extensions, work),
      lastOperationId: work.operation.id,
    });
  });
  if (request.organizationalUnitId !== undefined) {
    await organizations.moveAccount(accountId, request.organizationalUnitId);
    work.say(`account ${accountId} is in ${request.organizationalUnitId}`);
  }
  await waitUntilListed(work, accountId);
  return accountId;
}

/** What weakens waits for a decision from the start. Its time was checked when it was asked for. */
function asked(extensions: readonly Extension[] | undefined, { operation, now }: Work) {
  return extensions && settleWeakenings([], extensions, { by: operation.requestedBy, now: now() }).weakenings;
}

/** A new account is PENDING_ACTIVATION for a moment. */
async function waitUntilListed(work: Work, accountId: string): Promise<void> {
  for (let tried = 0; tried < 60; tried++) {
    const account = await work.aws.organizations.account(accountId);
    if (account?.state !== "PENDING_ACTIVATION" && account !== undefined) return;
    await sleep(1_000, undefined, { signal: work.signal });
  }
}
