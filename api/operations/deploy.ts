import type { LostMembership } from "../../stacks/aws/lost-memberships.ts";
import { type FailureCode, StackRunError } from "../../stacks/errors.ts";
import { closeChange } from "../changes/close.ts";
import { findAccount, updateAccount } from "../store/accounts.ts";
import { findStack, type StackRow } from "../store/stacks.ts";
import { planAdmin } from "./admin.ts";
import { applyPlan, deployed, stackOf } from "./apply.ts";
import { planBaseline } from "./baseline.ts";
import { changesSomething } from "./changes.ts";
import { type Drift, describeDrift } from "./drift.ts";
import { EXPIRY, type ExpiryPlan, planExpiry } from "./expiry.ts";
import { isDeployed, judge } from "./guarded.ts";
import { lostMemberships, restoreMemberships } from "./memberships.ts";
import { standingRegions } from "./standing.ts";
import type { Kind, Outcome, Paused, StackPlan, Work } from "./work.ts";

/** Brings a stack to what its inputs want. */
export const deploy: Kind = {
  writes: true,
  async perform(work) {
    const { accountId } = work.operation;
    if (accountId !== null && work.operation.request.because === EXPIRY.because) {
      const expiry = await planExpiry(work, accountId);
      if (expiry !== undefined) return endExpired(work, accountId, expiry);
      work.say("what has expired can't be taken off by itself: the whole account is deployed");
    }
    const plan = accountId === null ? await planAdmin(work) : await planBaseline(work, accountId);
    const refresh = work.operation.request.refresh === true || plan.driftRecorded;
    return deployPlan(work, plan, refresh);
  },
  async ended(transaction, operation, status) {
    await closeChange(transaction, operation, status);
    const { id, accountId } = operation;
    if (accountId === null) return;
    const account = await findAccount(transaction, accountId);
    // What an onboarding could not finish, a deployment may.
    const recovered = status === "succeeded" && account?.status === "failed";
    await updateAccount(transaction, accountId, {
      lastOperationId: id,
      ...(recovered ? { status: "active", onboardedAt: account.onboardedAt ?? new Date() } : {}),
    });
  },
};

/** The same, after a look at what was changed by hand. */
export const repair: Kind = {
  ...deploy,
  async perform(work) {
    const { accountId, request } = work.operation;
    if (typeof request.because === "string") work.say(`asked for by ${request.because}`);
    const plan = accountId === null ? await planAdmin(work) : await planBaseline(work, accountId);
    return deployPlan(work, plan, true);
  },
};

/**
 * Brings a stack to what is planned. The first time without a preview: there is nothing that could be lost. A stack that stands is
 * previewed, and the guard decides on what the preview found; where that is nothing, the preview was all. One stands, perhaps in part,
 * from when a deployment of it was begun; and where the database knows of none, being an older one, the state tells.
 */
export async function deployPlan(work: Work, plan: StackPlan, refresh: boolean): Promise<Outcome | Paused> {
  const name = stackOf(plan.inputs);
  let stack = await findStack(work.db, name);
  if (stack?.deployedAt == null && stack?.inputs == null) {
    try {
      return await applyPlan(work, plan, { refresh, refreshed: refresh, lost: [], first: true });
    } catch (error) {
      if (!isFailure(error, "stack_not_empty")) throw error;
      work.say("the stack holds resources already, so it is previewed first");
    }
    stack = await findStack(work.db, name);
  }
  if (stack === undefined) throw new Error(`deploying stack ${name}: its row is gone`);
  const { inputs } = plan;

  const lost = refresh ? await readLive(work, plan, stack) : [];
  const preview = await work.run("preview", inputs);
  if (isDeployed(stack, plan, preview, work.programVersion)) {
    const restored = await restoreMemberships(work, inputs, lost);
    return deployed(work, plan, { runs: [], last: preview, restored, refreshed: refresh });
  }
  const judgement = await judge(work, plan, { stack, preview, lost });
  if ("awaiting" in judgement) return judgement;
  return applyPlan(work, plan, { refreshed: refresh, lost, changeId: judgement.changeId });
}

/** Takes off what has expired. The live state is not read: what was changed by hand is not this deployment's to mend. */
async function endExpired(work: Work, accountId: string, expiry: ExpiryPlan): Promise<Outcome | Paused> {
  const { plan, stack, nothingElse } = expiry;
  await work.aws.ensureDeploymentRole(accountId, work.operation.id, work.signal, standingRegions(stack));
  const preview = await work.run("preview", plan.inputs);
  const judgement = nothingElse ? {} : await judge(work, plan, { stack, preview, lost: [] });
  if ("awaiting" in judgement) return judgement;
  // What a refresh has written into the state is mended by any deployment.
  const keepsDrift = (stack.drift as Partial<Drift> | null)?.inState !== true;
  return applyPlan(work, plan, { refreshed: false, lost: [], keepsDrift, changeId: judgement.changeId });
}

/**
 * Brings the state up to date, by a run of its own, so that the deployment starts from the very state that was previewed. What it
 * finds is kept on the stack's row until a deployment has mended it: from now on a drift check sees it no more.
 *
 * @returns the memberships that somebody has ended, which no state tells
 */
async function readLive(work: Work, { inputs }: StackPlan, stack: StackRow): Promise<readonly LostMembership[]> {
  const reading = work.run("refresh", inputs).catch((error: unknown) => {
    // Its first deployment failed before there was a stack.
    if (isFailure(error, "stack_not_found")) return undefined;
    throw error;
  });
  const [lost, run] = await Promise.all([lostMemberships(work, inputs), reading]);
  if (run === undefined || !changesSomething(run.changes)) return lost;
  const before = (stack.drift ?? undefined) as Drift | undefined;
  const drift = describeDrift({ run, lost: [], off: [], before, operationId: work.operation.id, now: work.now() });
  await work.saveStack({ drift: { ...drift, inState: true } });
  return lost;
}

function isFailure(error: unknown, code: FailureCode): boolean {
  return error instanceof StackRunError && error.code === code;
}
