import { z } from "zod";
import { changeStatuses } from "../changes/change.ts";
import type { ChangeRow } from "../store/changes.ts";
import { ChangesBody } from "./schemas.ts";

// What the API takes and answers about changes.

const time = z.iso.datetime();

const ReasonBody = z
  .looseObject({
    rule: z.enum(["protected", "share"]),
    message: z.string().meta({ description: "For a person." }),
  })
  .meta({
    id: "GuardReason",
    description: "Why it has to be approved: a protected resource, or more resources than a share.",
  });

export const ChangeBody = z
  .object({
    id: z.string(),
    operationId: z.string().meta({ description: "What waits for the decision." }),
    stack: z.string(),
    accountId: z.string().optional(),
    status: z.enum(changeStatuses),
    reasons: z.array(ReasonBody),
    changes: ChangesBody,
    hashes: z
      .object({ diff: z.string(), inputs: z.string(), baseState: z.string() })
      .meta({ description: "With `programVersion`, what the approval is given for." }),
    programVersion: z.string(),
    requestedBy: z.string(),
    createdAt: time,
    expiresAt: time,
    decidedBy: z.string().optional(),
    decidedAt: time.optional(),
    comment: z.string().optional(),
    outcome: z.string().optional().meta({ description: "What became of it, where the status does not say all." }),
  })
  .meta({ id: "Change" });

export const ChangeDetailBody = ChangeBody.extend({
  steps: z
    .array(z.looseObject({ urn: z.string(), type: z.string(), name: z.string(), op: z.string() }))
    .meta({ description: "As in a preview: inputs before and after, secrets as `[secret]`." }),
}).meta({ id: "ChangeDetail" });

export const DecisionRequest = z
  .strictObject({ comment: z.string().trim().min(1).max(1000).optional() })
  .meta({ id: "DecisionRequest" });

export function presentChange(row: ChangeRow): z.infer<typeof ChangeBody> {
  const { id, operationId, stack, accountId, status, reasons, counts, programVersion, requestedBy } = row;
  return {
    ...{ id, operationId, stack },
    ...(accountId === null ? {} : { accountId }),
    ...{ status, reasons, changes: counts },
    hashes: { diff: row.diffHash, inputs: row.inputsHash, baseState: row.baseHash },
    ...{ programVersion, requestedBy },
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    ...(row.decidedBy === null ? {} : { decidedBy: row.decidedBy }),
    ...(row.decidedAt === null ? {} : { decidedAt: row.decidedAt.toISOString() }),
    ...(row.comment === null ? {} : { comment: row.comment }),
    ...(row.outcome === null ? {} : { outcome: row.outcome }),
  };
}

export function presentChangeDetail(row: ChangeRow): z.infer<typeof ChangeDetailBody> {
  return { ...presentChange(row), steps: row.steps as unknown as z.infer<typeof ChangeDetailBody>["steps"] };
}
