import { isImported } from "../../programs/adoption.ts";
import { canonicalJson } from "../../programs/canonical-json.ts";
import type { LostMembership } from "../../stacks/aws/lost-memberships.ts";
import type { ResourceStep, RunResult } from "../../stacks/run.ts";
import { type Binding, differences, hashDeployed, hashInputs, hashSteps, isPartOf } from "../guard/binding.ts";
import { decideGuard, type GuardReason } from "../guard/decide.ts";
import { bindingOf, type ChangeRow, findOpenChange, insertChange, turnChange } from "../store/changes.ts";
import type { StackRow } from "../store/stacks.ts";
import { countAdoptions, reportAdoptions } from "./adoptions.ts";
import { changesSomething } from "./changes.ts";
import type { Paused, StackPlan, Work } from "./work.ts";

/**
 * Whether `up` would leave the stack, in AWS and in its state, as the last one did: the same program declares the same from the same
 * inputs, and the preview found nothing to change, the same resources, and the same outputs. Without the first, `up` may still have options of
 * resources to write (`protect`, dependencies), which no preview shows.
 */
export function isDeployed(
  stack: Pick<StackRow, "deployedHash" | "outputs" | "resources">,
  plan: StackPlan,
  preview: RunResult,
  programVersion: string,
): boolean {
  return (
    stack.deployedHash === hashDeployed(plan.inputs, programVersion) &&
    !changesSomething(preview.changes) &&
    pendingAdoptions(plan).length === 0 &&
    stack.resources === preview.resources &&
    canonicalJson(stack.outputs) === canonicalJson(preview.outputs)
  );
}

/** What was looked at before a deployment. */
export interface Looked {
  readonly stack: StackRow;
  readonly preview: RunResult;
  readonly lost: readonly LostMembership[];
}

/** Goes on, by an approval or because there is nothing to approve; or waits for one. */
export async function judge(
  work: Work,
  plan: StackPlan,
  looked: Looked,
): Promise<Paused | { readonly changeId?: string | undefined }> {
  const { stack, preview } = looked;
  const steps = withAdoptions(preview.steps, plan);
  const binding: Binding = {
    diff: hashSteps(steps),
    inputs: hashInputs(plan.inputs),
    base: preview.baseHash ?? "",
    program: work.programVersion,
  };
  const open = await findOpenChange(work.db, work.operation.id);
  const changed = open === undefined ? [] : sinceApproval(open, binding, steps);
  if (open?.status === "approved" && changed.length === 0) {
    work.say(`applying change ${open.id}, which ${open.decidedBy} approved`);
    return { changeId: open.id };
  }
  const reasons = decideGuard(steps, stack.resources ?? preview.resources, work.settings.guard);
  const refused = open && `${changed.join(", ")} changed since it was previewed`;
  if (refused !== undefined) work.say(`not applying change ${open?.id}: ${refused}`);
  if (reasons.length > 0) return pause(work, plan, looked, { steps, binding, reasons, open, refused });
  // What is left needs nobody's approval: it is done as any deployment.
  if (open !== undefined && refused !== undefined) {
    await work.write((transaction) => supersede(transaction, open, work, refused));
  }
  return {};
}

/**
 * What stands against an approval. Once applying it has begun, state and diff are others by its own doing: then what is left has to be a
 * part of what was approved.
 */
function sinceApproval(approved: ChangeRow, now: Binding, steps: readonly ResourceStep[]): string[] {
  const then = bindingOf(approved);
  if (approved.applyBegunAt === null) return differences(then, now);
  const begun = differences({ ...then, diff: now.diff, base: now.base }, now);
  return isPartOf(steps, approved.steps) ? begun : ["what would be done", ...begun];
}

interface Stopped {
  readonly steps: readonly ResourceStep[];
  readonly binding: Binding;
  readonly reasons: readonly GuardReason[];
  /** An earlier change of the same operation, and why it is not applied. */
  readonly open: ChangeRow | undefined;
  readonly refused: string | undefined;
}

function pause(work: Work, plan: StackPlan, { preview, lost }: Looked, stopped: Stopped): Paused {
  const { operation, settings } = work;
  const { steps, binding, reasons, open, refused = "it was previewed anew" } = stopped;
  // An approval that is not bound to a state would be good for any.
  if (binding.base === "") throw new Error(`previewing stack ${operation.stack}: the run tells no base state`);
  const id = `chg-${work.newId()}`;
  const counted = countAdoptions(preview, reportAdoptions(plan.adoptions, preview.steps), plan.imported);
  const counts = { ...counted, update: counted.update + lost.length };
  const why = reasons.map(({ message }) => message);
  work.say(`stopped for approval as change ${id}: ${why.join("; ")}`, { change: id });
  return {
    changes: counts,
    result: { change: id, reasons: why },
    async awaiting(transaction) {
      if (open !== undefined) await supersede(transaction, open, work, refused);
      const { id: operationId, stack, accountId, requestedBy } = operation;
      await insertChange(transaction, {
        ...{ id, operationId, stack, accountId, requestedBy },
        ...{ reasons, counts, steps, binding, expiresAfterDays: settings.guard.approvalDays },
      });
    },
  };
}

async function supersede(
  transaction: Parameters<typeof turnChange>[0],
  change: ChangeRow,
  { operation }: Work,
  outcome: string,
): Promise<void> {
  await turnChange(transaction, change, { status: "superseded", actor: operation.requestedBy, outcome });
}

/** What is to be adopted and is not yet in the state. */
export function pendingAdoptions({ adoptions, imported }: Pick<StackPlan, "adoptions" | "imported">) {
  return adoptions.filter((adoption) => isImported(adoption) && !imported.has(adoption.name));
}

/** A preview takes what is still to be adopted as to be created; what will really become of it is decided already. */
function withAdoptions(steps: readonly ResourceStep[], plan: StackPlan): ResourceStep[] {
  const pending = new Map(pendingAdoptions(plan).map((adoption) => [adoption.name, adoption]));
  return steps.map((step) => {
    const adoption = pending.get(step.name);
    if (adoption?.type !== step.type || step.op !== "create") return step;
    return { ...step, op: adoption.decision === "replace" ? "replace" : "import", old: adoption.before };
  });
}
