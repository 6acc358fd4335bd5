import { StackInputs } from "../../programs/inputs.ts";
import { findStack, saveStack } from "../store/stacks.ts";
import { changesSomething } from "./changes.ts";
import { OperationFailure } from "./failure.ts";
import { asDrift, lostMemberships } from "./memberships.ts";
import type { Kind } from "./work.ts";

/** Compares what AWS has with what the state recorded, and notes the difference. Changes nothing in AWS. */
export const driftCheck: Kind = {
  async perform(work) {
    const { stack, id, accountId } = work.operation;
    const row = await findStack(work.db, stack);
    if (row?.inputs == null || row.deployedAt === null) {
      throw new OperationFailure("not_deployed", `checking drift of stack ${stack}: it is not deployed`, {
        remedy: "Deploy the stack first.",
      });
    }
    const role = accountId === null ? "deployment" : await work.aws.roleForReading(accountId, id);
    const inputs = StackInputs.parse(row.inputs);
    const [run, lost] = await Promise.all([
      work.run("preview-refresh", inputs, { role }),
      lostMemberships(work, inputs),
    ]);
    const ended = lost.map(asDrift).filter(({ name }) => !run.steps.some((step) => step.name === name));
    const changes = { ...run.changes, update: run.changes.update + ended.length };
    const drifted = changesSomething(changes);
    const drifts = run.steps.map(({ urn, type, name, op, region, diffs, old, new: now }) => ({
      ...{ urn, type, name, op, region, diffs },
      ...(op === "delete" ? {} : { recorded: old, found: now }),
    }));
    const resources = [...drifts, ...ended];
    const checkedAt = work.now().toISOString();
    const drift = { drifted, checkedAt, operationId: id, changes, resources };
    return {
      changes,
      result: { drifted, drift: resources, resources: run.resources, durationMs: run.durationMs },
      save: (transaction) => saveStack(transaction, stack, { drift }),
    };
  },
};
