import { StackInputs } from "../../programs/inputs.ts";
import { findStack, saveStack } from "../store/stacks.ts";
import { changesSomething } from "./changes.ts";
import { OperationFailure } from "./failure.ts";
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
    const run = await work.run("preview-refresh", StackInputs.parse(row.inputs), { role });
    const drifted = changesSomething(run.changes);
    const resources = run.steps.map(({ urn, type, name, op, region, diffs, old, new: now }) => ({
      ...{ urn, type, name, op, region, diffs },
      ...(op === "delete" ? {} : { recorded: old, found: now }),
    }));
    const checkedAt = work.now().toISOString();
    const drift = { drifted, checkedAt, operationId: id, changes: run.changes, resources };
    return {
      changes: run.changes,
      result: { drifted, drift: resources, resources: run.resources, durationMs: run.durationMs },
      save: (transaction) => saveStack(transaction, stack, { drift }),
    };
  },
};
