import type { RecoveryReport, RunHooks } from "../../stacks/run.ts";
import type { Runner } from "../../stacks/runner.ts";
import type { Aws } from "../aws.ts";
import type { Db } from "../store/connection.ts";
import type { OperationRow } from "../store/operations.ts";
import { asDeadRun, listSuspects, listUnrecoveredRuns, markRecovered, type RunRow } from "../store/runs.ts";
import { findStack } from "../store/stacks.ts";
import type { Recorded } from "./attempt-runs.ts";
import type { Progress } from "./progress.ts";
import { standingRegions } from "./standing.ts";

export interface RecoveryParts {
  readonly db: Db;
  readonly runner: Runner;
  readonly aws: Aws;
  readonly operation: OperationRow;
  readonly stack: string;
  readonly progress: Progress;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly write: <Result>(change: (transaction: Db) => Promise<Result>) => Promise<Result>;
  readonly record: <Result>(what: Recorded, start: (hooks: RunHooks) => Promise<Result>) => Promise<Result>;
}

/**
 * Recovers a stack from the runs on it that died, whichever operation they were of: their processes, their locks, what they
 * had begun. Tells as events what it did. Does nothing where every run has ended well.
 */
export async function recoverStack(parts: RecoveryParts): Promise<void> {
  const { db, runner, aws, operation, stack, progress, timeoutMs } = parts;
  const runs = await listUnrecoveredRuns(db, stack);
  const last = runs.findLast(({ inputs }) => inputs !== null);
  if (last?.inputs == null) return;
  progress.say(
    `recovering stack ${stack} from ${runs.length === 1 ? "a run" : `${runs.length} runs`} that did not end well`,
  );
  const { inputs, role } = last;
  const suspects = await listSuspects(db, runs);
  const row = await findStack(db, stack);
  const credentials = await aws.credentialsFor(inputs, operation.id, role, standingRegions(row));
  const request = {
    ...{ operationId: operation.id, stack, inputs, credentials, timeoutMs },
    ...(row?.secrets == null ? {} : { secrets: row.secrets }),
    recovery: { dead: runs.map(asDeadRun), suspects },
  };
  // Steps of a recovery are how it mends the state, not what is done to AWS.
  const onEvent = (event: Parameters<Progress["report"]>[0]) => {
    if (event.type !== "step") progress.report(event);
  };
  const report = await parts.record({ verb: "recover", inputs, role, signal: parts.signal, onEvent }, (hooks) =>
    runner.recover(request, hooks),
  );
  tell(progress, report);
  tellSteps(progress, report, runs, operation.id, suspects);
  // What was found must be on record before nobody looks for it any more.
  await progress.flush();
  await parts.write((transaction) =>
    markRecovered(
      transaction,
      runs.map(({ id }) => id),
    ),
  );
}

function tell(progress: Progress, { processesEnded, locksRemoved, imported, cleared }: RecoveryReport): void {
  const done = [
    processesEnded > 0 && `ended ${processesEnded} processes`,
    locksRemoved.length > 0 && `removed the lock that it had left`,
    imported.length > 0 && `took into the state what it had created: ${imported.map(({ name }) => name).join(", ")}`,
    cleared.length > 0 && `struck out what it had begun in vain: ${cleared.map(({ name }) => name).join(", ")}`,
  ].filter((one) => one !== false);
  const message = done.length === 0 ? "recovered: nothing was left" : `recovered: ${done.join("; ")}`;
  progress.say(message, {
    ...{ processesEnded, locksRemoved: locksRemoved.length },
    ...{ imported: imported.length, cleared: cleared.length },
  });
}

/** What a run of this operation had created counts as its work, although that run could not tell. */
function tellSteps(
  progress: Progress,
  { imported, cleared }: RecoveryReport,
  runs: readonly RunRow[],
  operationId: string,
  suspects: readonly string[],
): void {
  if (!runs.some((run) => run.operationId === operationId)) return;
  const step = { type: "step", op: "create", recovered: true } as const;
  for (const { urn, type: resourceType, name } of imported) {
    progress.report({ ...step, status: "succeeded", urn, resourceType, name });
  }
  for (const { urn, type: resourceType, name } of cleared) {
    if (suspects.includes(urn)) progress.report({ ...step, status: "failed", urn, resourceType, name });
  }
}
