import { asDrift as controlAsDrift, type StandingControl } from "../../programs/standing-controls.ts";
import type { LostMembership } from "../../stacks/aws/lost-memberships.ts";
import type { RunResult } from "../../stacks/run.ts";
import { changesSomething } from "./changes.ts";
import { asDrift } from "./memberships.ts";
import type { Changes } from "./operation.ts";

/** A resource that is not as the state recorded it. */
export interface DriftedResource {
  readonly type: string;
  readonly name: string;
  readonly [about: string]: unknown;
}

/** What the last look at a stack found that differs from what was recorded, as the stack's row keeps it. */
export interface Drift {
  readonly drifted: boolean;
  /** ISO 8601. */
  readonly checkedAt: string;
  readonly operationId: string;
  readonly changes: Changes;
  readonly resources: readonly DriftedResource[];
  /** A deployment has read it into the state and has not mended it: the next look can't see it in AWS any more. */
  readonly inState?: true;
}

export interface DriftFound {
  /** A refresh, or the preview of one. */
  readonly run: Pick<RunResult, "changes" | "steps">;
  readonly lost: readonly LostMembership[];
  /** Controls that are off by nobody's decision. */
  readonly off: readonly StandingControl[];
  /** What the stack's row has kept until now. */
  readonly before: Drift | undefined;
  readonly operationId: string;
  readonly now: Date;
}

/** The drift that a look has found, with what an earlier one has read into the state and nobody has mended. Pure. */
export function describeDrift({ run, lost, off, before, operationId, now }: DriftFound): Drift {
  const found: DriftedResource[] = run.steps.map(({ urn, type, name, op, region, diffs, old, new: live }) => ({
    ...{ urn, type, name, op, region, diffs },
    ...(op === "delete" ? {} : { recorded: old, found: live }),
  }));
  const among = (resources: readonly DriftedResource[]) => (one: DriftedResource) =>
    resources.some(({ name, type }) => name === one.name && type === one.type);
  const beside = [...lost.map(asDrift), ...off.map(controlAsDrift)].filter((one) => !among(found)(one));
  const present = [...found, ...beside];
  const unmended = before?.inState === true ? before.resources.filter((one) => !among(present)(one)) : [];
  const changes = { ...run.changes, update: run.changes.update + beside.length };
  return {
    drifted: changesSomething(changes) || unmended.length > 0,
    checkedAt: now.toISOString(),
    operationId,
    changes,
    resources: [...present, ...unmended],
    ...(unmended.length > 0 ? { inState: true } : {}),
  };
}
