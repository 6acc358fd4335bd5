import { StackInputs } from "../../programs/inputs.ts";
import { findStack, saveStack } from "../store/stacks.ts";
import { controlsOff } from "./controls.ts";
import { type Drift, describeDrift } from "./drift.ts";
import { OperationFailure } from "./failure.ts";
import { lostMemberships } from "./memberships.ts";
import { standingRegions } from "./standing.ts";
import type { Kind } from "./work.ts";

/** Compares what AWS has with what the state recorded, and notes the difference. Changes nothing in AWS. */
export const driftCheck: Kind = {
  writes: false,
  async perform(work) {
    const { stack, id, accountId } = work.operation;
    const row = await findStack(work.db, stack);
    if (row?.inputs == null || row.deployedAt === null) {
      throw new OperationFailure("not_deployed", `checking drift of stack ${stack}: it is not deployed`, {
        remedy: "Deploy the stack first.",
      });
    }
    const role = accountId === null ? "deployment" : await work.aws.roleForReading(accountId, id, standingRegions(row));
    const inputs = StackInputs.parse(row.inputs);
    const [run, lost, off] = await Promise.all([
      work.run("preview-refresh", inputs, { role }),
      lostMemberships(work, inputs),
      controlsOff(work, inputs, role),
    ]);
    const before = (row.drift ?? undefined) as Drift | undefined;
    const drift = describeDrift({ run, lost, off, before, operationId: id, now: work.now() });
    const { drifted, changes, resources } = drift;
    return {
      changes,
      result: { drifted, drift: resources, resources: run.resources, durationMs: run.durationMs },
      save: (transaction) => saveStack(transaction, stack, { drift }),
    };
  },
};
