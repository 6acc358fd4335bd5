import type { Adoption, Phase } from "../../programs/adoption.ts";
import type { StackInputs } from "../../programs/inputs.ts";
import { deploymentPhases } from "../../programs/phases.ts";
import type { RunResult } from "../../stacks/run.ts";
import { findAccount, updateAccount } from "../store/accounts.ts";
import type { Db } from "../store/connection.ts";
import { saveStack } from "../store/stacks.ts";
import { planAdmin } from "./admin.ts";
import { reportAdoptions } from "./adoptions.ts";
import { planBaseline } from "./baseline.ts";
import { sumChanges } from "./changes.ts";
import { lostMemberships, restoreMemberships } from "./memberships.ts";
import { adminStack, stackOfAccount } from "./operation.ts";
import type { Kind, Outcome, StackPlan, Work } from "./work.ts";

/** Brings a stack to what its inputs want. */
export const deploy: Kind = {
  async perform(work) {
    const { accountId } = work.operation;
    const plan = accountId === null ? await planAdmin(work) : await planBaseline(work, accountId);
    const refresh = work.operation.request.refresh === true || plan.driftRecorded;
    return deployPlan(work, plan, refresh);
  },
  async ended(transaction, { id, accountId }, status) {
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
    const { accountId } = work.operation;
    const plan = accountId === null ? await planAdmin(work) : await planBaseline(work, accountId);
    return deployPlan(work, plan, true);
  },
};

/**
 * Runs the phases of a deployment. Decisions on what exists are stored before the first of them: a later attempt would
 * find resources of Bulwark's own making and take them for somebody else's.
 */
export async function deployPlan(work: Work, plan: StackPlan, refresh: boolean): Promise<Outcome> {
  const { inputs, adoptions } = plan;
  await work.saveStack({ inputs, adoptions, lastOperationId: work.operation.id });
  for (const { type, region, decision, reason } of adoptions) {
    if (!plan.imported.size) work.say(`${decision} ${type} in ${region}: ${reason}`);
  }
  const lost = refresh ? await lostMemberships(work, inputs) : [];
  const runs: RunResult[] = [];
  const phases = deploymentPhases(adoptions, plan.imported);
  for (const phase of phases) {
    runs.push(await work.run("up", inPhase(inputs, phase), { refresh: refresh && runs.length === 0 }));
    if (phase === "adopt") await work.saveStack({ imported: importedNames(adoptions) });
  }
  const last = runs.at(-1);
  if (last === undefined) throw new Error(`deploying stack of ${work.operation.id}: no phase to run`);
  const restored = await restoreMemberships(work, inputs, lost);
  const sum = sumChanges(runs);
  const changes = { ...sum, update: sum.update + restored.length };
  const durationMs = runs.reduce((sum, run) => sum + run.durationMs, 0);
  const { outputs, resources } = last;
  const deployedAt = work.now();
  return {
    changes,
    result: {
      resources,
      outputs,
      durationMs,
      regions: inputs.regions,
      refreshed: refresh,
      memberships: { restored },
      adoptions: reportAdoptions(
        adoptions,
        runs.flatMap(({ steps }) => steps),
      ),
      steps: runs.flatMap(({ steps }) => steps).map(withoutInputs),
    },
    save: (transaction: Db) =>
      saveStack(transaction, stackOf(inputs), {
        outputs,
        resources,
        drift: null,
        deployedAt,
        baselineVersion: work.baselineVersion,
      }),
  };
}

export function inPhase(inputs: StackInputs, phase: Phase): StackInputs {
  return { ...inputs, phase };
}

function stackOf(inputs: StackInputs): string {
  return inputs.kind === "admin" ? adminStack : stackOfAccount(inputs.accountId);
}

function importedNames(adoptions: readonly Adoption[]): string[] {
  return adoptions.filter(({ decision }) => decision !== "leave").map(({ name }) => name);
}

/** A stored result names what changed; the values are in the state. */
export function withoutInputs<Step extends { old?: unknown; new?: unknown }>(step: Step): Omit<Step, "old" | "new"> {
  const { old: _old, new: _new, ...rest } = step;
  return rest;
}
