import { type Adoption, isImported, type Phase } from "../../programs/adoption.ts";
import type { StackInputs } from "../../programs/inputs.ts";
import { deploymentPhases } from "../../programs/phases.ts";
import type { LostMembership } from "../../stacks/aws/lost-memberships.ts";
import type { RunResult } from "../../stacks/run.ts";
import { hashDeployed } from "../guard/binding.ts";
import { updateAccount } from "../store/accounts.ts";
import { beginApplying } from "../store/changes.ts";
import type { Db } from "../store/connection.ts";
import { findStack, saveStack } from "../store/stacks.ts";
import { reportAdoptions } from "./adoptions.ts";
import { sumChanges } from "./changes.ts";
import { renewInvitations } from "./invitations.ts";
import { endMemberships, plansLater, restoreMemberships, withPlansLater } from "./memberships.ts";
import { adminStack, stackOfAccount } from "./operation.ts";
import { removeRootCredentials } from "./root-credentials.ts";
import { standingRegions } from "./standing.ts";
import type { Outcome, StackPlan, Work } from "./work.ts";

export interface Applying {
  /** Reads the live state with the first run. */
  readonly refresh?: boolean;
  /** Fails with `stack_not_empty` where the stack holds resources: nothing was previewed. */
  readonly first?: boolean;
  /** Whether the live state was read at all. */
  readonly refreshed: boolean;
  /** Drift that is known stays known: nothing here mends it. */
  readonly keepsDrift?: boolean;
  /** Memberships that somebody has ended. */
  readonly lost: readonly LostMembership[];
  /** The change by which this was approved. */
  readonly changeId?: string | undefined;
}

/**
 * Runs the phases of a deployment. Decisions on what exists are stored before the first of them: a later attempt would
 * find resources of Bulwark's own making and take them for somebody else's.
 */
export async function applyPlan(work: Work, plan: StackPlan, applying: Applying): Promise<Outcome> {
  const { inputs, adoptions } = plan;
  const { changeId, lost } = applying;
  await work.write(async (transaction) => {
    const name = stackOf(inputs);
    const former = standingRegions(await findStack(transaction, name));
    await saveStack(transaction, name, {
      ...{ inputs, adoptions, lastOperationId: work.operation.id, deployedHash: null },
      standingRegions: [...new Set([...former, ...inputs.regions])].sort(),
    });
    if (changeId !== undefined) await beginApplying(transaction, changeId);
  });
  for (const { type, region, decision, reason } of adoptions) {
    if (!plan.imported.size) work.say(`${decision} ${type} in ${region}: ${reason}`);
  }
  const { leaving = [] } = plan;
  if (inputs.kind === "baseline" && leaving.length > 0) {
    await endMemberships(work, { ...inputs, regions: [...leaving] }, adoptions, `leaving ${leaving.join(", ")}`);
  }
  await renewInvitations(work, inputs);
  const runs: RunResult[] = [];
  const later = plansLater(inputs, lost);
  for (const phase of deploymentPhases(adoptions, plan.imported)) {
    const begins = runs.length === 0;
    const refresh = begins && applying.refresh === true;
    const requireEmpty = begins && applying.first === true;
    runs.push(await work.run("up", withPlansLater(inPhase(inputs, phase), later), { refresh, requireEmpty }));
    if (phase === "adopt") await work.saveStack({ imported: importedNames(adoptions) });
  }
  const restored = await restoreMemberships(work, inputs, lost);
  if (later.length > 0) {
    const before = runs.at(-1)?.changes.same ?? 0;
    const after = await work.run("up", inputs);
    // The same is what neither of the two touched.
    runs.push({ ...after, changes: { ...after.changes, same: Math.min(before, after.changes.same ?? 0) } });
  }
  const last = runs.at(-1);
  if (last === undefined) throw new Error(`deploying stack of ${work.operation.id}: no phase to run`);
  const { refreshed, keepsDrift } = applying;
  return deployed(work, plan, { ...{ runs, last, restored, refreshed, changeId }, keepsDrift: keepsDrift === true });
}

export interface Deployed {
  /** What changed the stack. */
  readonly runs: readonly RunResult[];
  /** What knows the stack's outputs and resources. */
  readonly last: RunResult;
  /** Memberships that came back beside the runs. */
  readonly restored: readonly LostMembership[];
  readonly refreshed: boolean;
  readonly keepsDrift?: boolean;
  readonly changeId?: string | undefined;
}

/** The outcome of a deployment whose stack and memberships are as they are wanted. */
export async function deployed(work: Work, { inputs, adoptions }: StackPlan, done: Deployed): Promise<Outcome> {
  const { runs, last, restored, refreshed, changeId } = done;
  // Last, because the admin stack is what lets the management account do it.
  const removed = await removeRootCredentials(work, inputs);
  const sum = sumChanges(runs.length > 0 ? runs : [last]);
  const { outputs, resources } = last;
  const deployedAt = work.now();
  const steps = runs.flatMap((run) => run.steps);
  return {
    changes: { ...sum, update: sum.update + restored.length },
    result: {
      resources,
      outputs,
      durationMs: (runs.length > 0 ? runs : [last]).reduce((total, run) => total + run.durationMs, 0),
      regions: inputs.regions,
      refreshed,
      ...(changeId === undefined ? {} : { change: changeId }),
      memberships: { restored },
      ...(removed.length === 0 ? {} : { rootCredentials: { removed } }),
      adoptions: reportAdoptions(adoptions, steps),
      steps: steps.map(withoutInputs),
    },
    save: async (transaction: Db) => {
      await saveStack(transaction, stackOf(inputs), {
        outputs,
        standingRegions: null,
        resources,
        ...(done.keepsDrift === true ? {} : { drift: null }),
        deployedAt,
        deployedHash: hashDeployed(inputs, work.programVersion),
        baselineVersion: work.baselineVersion,
      });
      const changed = runs.length > 0 || restored.length > 0;
      // What was switched on just now takes its time to work.
      if (changed && inputs.kind === "baseline") {
        await updateAccount(transaction, inputs.accountId, { readinessDueAt: null });
      }
    },
  };
}

export function inPhase(inputs: StackInputs, phase: Phase): StackInputs {
  return { ...inputs, phase };
}

export function stackOf(inputs: StackInputs): string {
  return inputs.kind === "admin" ? adminStack : stackOfAccount(inputs.accountId);
}

function importedNames(adoptions: readonly Adoption[]): string[] {
  return adoptions.filter(isImported).map(({ name }) => name);
}

/** A stored result names what changed; the values are in the state. */
export function withoutInputs<Step extends { old?: unknown; new?: unknown }>(step: Step): Omit<Step, "old" | "new"> {
  const { old: _old, new: _new, ...rest } = step;
  return rest;
}
