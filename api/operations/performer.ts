import type { OrganizationSettings } from "../../programs/settings.ts";
import type { Runner } from "../../stacks/runner.ts";
import type { Aws } from "../aws.ts";
import type { Delivery } from "../queue/queue.ts";
import type { Db } from "../store/connection.ts";
import {
  type Attempt,
  assertHeld,
  beginAttempt,
  FencedError,
  findOperation,
  type OperationRow,
  saveProgress,
  saveTarget,
} from "../store/operations.ts";
import { saveStack } from "../store/stacks.ts";
import { type Interruption, StackBusyError } from "./failure.ts";
import { kinds } from "./kinds.ts";
import { createLeaseKeeper, type LeaseKeeper } from "./lease-keeper.ts";
import { isFinal, stackOfAccount } from "./operation.ts";
import { createProgress, type Progress } from "./progress.ts";
import { createSettler, type SettlerOptions } from "./settle.ts";
import type { Work } from "./work.ts";

export interface PerformerOptions extends SettlerOptions {
  readonly runner: Runner;
  readonly aws: Aws;
  readonly settings: OrganizationSettings;
  /** Names this process in leases. */
  readonly instanceId: string;
  readonly leaseMs: number;
  readonly runTimeoutMs: number;
  readonly baselineVersion: string;
}

/** Does queued operations. */
export interface Performer {
  /** Handles one delivery to its end: the operation ended, or is back in the queue. */
  perform(delivery: Delivery): Promise<void>;
  /** Interrupts the operation if it is being done in this process. */
  cancel(operationId: string): void;
  /** Interrupts everything; the operations go back to the queue, for another process or the next start. */
  handBack(): void;
  readonly active: number;
}

export function createPerformer(options: PerformerOptions): Performer {
  const { db, queue, logger } = options;
  const active = new Map<string, AbortController>();

  async function perform(delivery: Delivery): Promise<void> {
    const { operationId } = delivery;
    const found = await findOperation(db, operationId);
    if (found === undefined || isFinal(found.status)) return;

    const interruption = new AbortController();
    const interrupt = (reason: Interruption) => interruption.abort(reason);
    const keeper = createLeaseKeeper({
      db,
      owner: options.instanceId,
      operationId,
      durationMs: options.leaseMs,
      logger,
      onLost: () => interrupt("fenced"),
      onCancelRequested: () => interrupt("cancelled"),
    });
    active.set(operationId, interruption);
    try {
      const lease = await keeper.take(found.stack);
      const attempt = { operationId, fencingToken: lease.token };
      const operation = await beginAttempt(db, attempt);
      if (operation === undefined) return await db.transaction().execute((transaction) => keeper.release(transaction));
      const { kind, stack, attempt: number } = operation;
      logger.info({ operationId, kind, stack, attempt: number }, "operation begins");
      if (operation.cancelRequestedAt !== null) interrupt("cancelled");
      const progress = createProgress(db, attempt, logger);
      const settle = createSettler({ ...options, delivery, keeper, attempt, operation, progress });
      try {
        interruption.signal.throwIfAborted();
        const work = createWork(options, { operation, attempt, keeper, progress, signal: interruption.signal });
        await settle.succeeded(await kinds[operation.kind].perform(work));
      } catch (error) {
        await settle.ended(
          error,
          interruption.signal.aborted ? (interruption.signal.reason as Interruption) : undefined,
        );
      }
    } catch (error) {
      if (error instanceof StackBusyError) {
        logger.info({ operationId, heldForMs: error.heldForMs }, "the stack is held by another attempt");
        return await db
          .transaction()
          .execute((transaction) => queue.defer(transaction, delivery, error.heldForMs + 50));
      }
      if (error instanceof FencedError) return logger.error({ operationId }, error.message);
      // The queue delivers the job again. It is the database that failed: everything else has been settled.
      logger.error({ err: error, operationId }, "an attempt could not be settled");
      throw error;
    } finally {
      keeper.stop();
      active.delete(operationId);
    }
  }

  return {
    perform,
    cancel: (operationId) => active.get(operationId)?.abort("cancelled" satisfies Interruption),
    handBack: () => {
      for (const controller of active.values()) controller.abort("stopping" satisfies Interruption);
    },
    get active() {
      return active.size;
    },
  };
}

interface AttemptParts {
  readonly operation: OperationRow;
  readonly attempt: Attempt;
  readonly keeper: LeaseKeeper;
  readonly progress: Progress;
}

function createWork(options: PerformerOptions, parts: AttemptParts & { readonly signal: AbortSignal }): Work {
  const { db, aws, runner } = options;
  const { operation, attempt, keeper, progress, signal } = parts;
  let stack = operation.stack;

  const write = (change: (transaction: Db) => Promise<void>) =>
    db.transaction().execute(async (transaction) => {
      await assertHeld(transaction, attempt);
      await change(transaction);
    });

  return {
    operation,
    db,
    aws,
    settings: options.settings,
    logger: options.logger.child({ operationId: operation.id }),
    baselineVersion: options.baselineVersion,
    signal,
    now: options.now,
    say: progress.say,
    remember: (known) => saveProgress(db, attempt, known),
    async target(accountId) {
      const wanted = stackOfAccount(accountId);
      if (wanted !== stack) {
        await keeper.take(wanted);
        if (!(await saveTarget(db, attempt, accountId, wanted))) throw new StackBusyError(wanted, 2_000);
        stack = wanted;
      }
    },
    write,
    saveStack: (update) => write((transaction) => saveStack(transaction, stack, update)),
    async run(verb, inputs, { refresh = false, role = "deployment" } = {}) {
      const credentials = await aws.credentialsFor(inputs, operation.id, role);
      const request = { operationId: operation.id, stack, verb, inputs, credentials, refresh };
      return runner.run({ ...request, timeoutMs: options.runTimeoutMs }, { onEvent: progress.report, signal });
    },
  };
}
