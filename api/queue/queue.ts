import { fromKysely, type Job, PgBoss } from "pg-boss";
import type { Logger } from "pino";
import { connectionOptions, type DatabaseAddress, type Db } from "../store/connection.ts";

/** One delivery of a job. A later delivery of the same job has a greater `retryCount`. */
export interface Delivery {
  readonly jobId: string;
  readonly operationId: string;
  readonly retryCount: number;
}

/** The durable queue of operations. What takes a transaction happens with it or not at all. */
export interface Queue {
  /** Operations of one key are delivered one after another, in order. */
  enqueue(transaction: Db, job: { jobId: string; operationId: string; queueKey: string }): Promise<void>;
  /** Puts a delivered job back, to be delivered again after some time. Its key stays blocked. */
  defer(transaction: Db, delivery: Delivery, delayMs: number): Promise<void>;
  /** Makes a deferred job due now. */
  expedite(transaction: Db, jobId: string): Promise<void>;
  /** Takes out a job that is not being worked on. Does nothing to one that is. */
  remove(transaction: Db, jobId: string): Promise<void>;
  /** Starts workers. The handler must not throw: a failed job would block its key; if it does, the job comes again. */
  work(workers: number, handle: (delivery: Delivery) => Promise<void>): Promise<void>;
  /** No new deliveries; resolves when the handlers that run have ended. */
  drain(): Promise<void>;
  /** Jobs waiting, from the database. */
  depth(): Promise<number>;
  stop(): Promise<void>;
}

const queueName = "operations";

/**
 * `heartbeatSeconds` 10 is pg-boss's least; with supervision every second a killed worker's job is delivered again about
 * 9 s later, measured. The defaults take a minute. Retention is long because an accepted operation is never dropped.
 */
const jobOptions = {
  retryLimit: 1_000_000,
  retryDelay: 0,
  expireInSeconds: 86_400,
  heartbeatSeconds: 10,
  retentionSeconds: 10 * 365 * 86_400,
  deleteAfterSeconds: 86_400,
};

interface JobData {
  readonly operationId: string;
}

/** Connects to the queue, which lives in the schema `pgboss` of the service's database. */
export async function openQueue(address: DatabaseAddress, logger: Logger, supervise: boolean): Promise<Queue> {
  const boss = new PgBoss({
    ...(connectionOptions(address) as object),
    max: 5,
    useListenNotify: true,
    schedule: false,
    supervise,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
  });
  boss.on("error", (error) => logger.warn({ err: error }, "queue: a statement failed; it is tried again"));
  boss.on("warning", (warning) => logger.debug({ warning }, "queue: warning"));
  await boss.start();
  await boss.createQueue(queueName, { policy: "key_strict_fifo", notify: true, ...jobOptions });

  let workerIds: string[] = [];
  // Workers that idle look at once for what the ended operation held back, instead of at their next poll.
  const wake = () => {
    for (const id of workerIds) boss.notifyWorker(id);
  };
  // Without the plugins of the service's own queries, which rename columns.
  const through = (transaction: Db) => fromKysely(transaction.withoutPlugins());

  return {
    async enqueue(transaction, { jobId, operationId, queueKey }) {
      const data: JobData = { operationId };
      const sent = await boss.send(queueName, data, { id: jobId, singletonKey: queueKey, db: through(transaction) });
      if (sent === null) throw new Error(`queueing operation ${operationId}: the queue refused it`);
    },
    async defer(transaction, { jobId, retryCount }, delayMs) {
      const db = through(transaction);
      await boss.fail(queueName, { id: jobId, retryCount }, null, { db });
      if (delayMs > 0) {
        await boss.update(queueName, undefined, { id: jobId, startAfter: new Date(Date.now() + delayMs), db });
      }
    },
    async expedite(transaction, jobId) {
      await boss.update(queueName, undefined, { id: jobId, startAfter: new Date(), db: through(transaction) });
    },
    async remove(transaction, jobId) {
      await boss.cancel(queueName, jobId, { db: through(transaction) });
    },
    async work(workers, handle) {
      const options = {
        batchSize: 1,
        // NOTIFY covers new jobs only; a deferred job is found by polling.
        pollingIntervalSeconds: 0.5,
        notifyPollingIntervalSeconds: 0.5,
        heartbeatRefreshSeconds: 2,
      };
      const perform = async ([job]: Job<JobData>[]) => {
        if (job === undefined) return;
        try {
          await handle({ jobId: job.id, retryCount: job.retryCount, operationId: job.data.operationId });
        } finally {
          // Not before pg-boss has completed the job, which it does when this returns.
          setTimeout(wake, 20).unref();
        }
      };
      // Not one call with localConcurrency: only the first of its workers could be woken.
      for (let worker = 0; worker < workers; worker++) {
        workerIds.push(await boss.work<JobData>(queueName, options, perform));
      }
    },
    async drain() {
      const ids = workerIds;
      workerIds = [];
      await Promise.all(ids.map((id) => boss.offWork(queueName, { id, wait: true })));
    },
    async depth() {
      const queue = await boss.getQueue(queueName);
      return queue?.queuedCount ?? 0;
    },
    async stop() {
      await boss.stop({ graceful: true, timeout: 5_000 });
    },
  };
}
