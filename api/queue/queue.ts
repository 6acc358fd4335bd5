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
  /** Takes a job out. A worker that is at it goes on and finds it gone. */
  remove(transaction: Db, jobId: string): Promise<void>;
  /** Delivers a job again at once whose worker is known to be dead. Does nothing to one that nobody is at work on. */
  takeBack(jobId: string): Promise<void>;
  /** Operations that have not ended and that no job will deliver: none, unless somebody meddled with the queue. */
  forgotten(): Promise<string[]>;
  /** Starts workers. If the handler throws, the job comes again at once. */
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
  // pg-boss measures its pauses by the clock that it is given: the machine's may be set back by hours.
  const clock = {
    now: () => performance.timeOrigin + performance.now(),
    ...{ setTimeout, clearTimeout, setInterval, clearInterval },
  };
  const boss = new PgBoss({
    ...(connectionOptions(address) as object),
    max: 5,
    useListenNotify: true,
    clock,
    schedule: false,
    supervise,
    superviseIntervalSeconds: 1,
    monitorIntervalSeconds: 1,
  });
  boss.on("error", (error) => logger.warn({ err: error }, "queue: a statement failed; it is tried again"));
  boss.on("warning", (warning) => logger.debug({ warning }, "queue: warning"));
  try {
    await boss.start();
    await boss.createQueue(queueName, { policy: "key_strict_fifo", notify: true, ...jobOptions });
  } catch (error) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    throw error;
  }

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
      // Seconds from the database's now; 0 tells every waiting worker.
      await boss.update(queueName, undefined, { id: jobId, startAfter: delayMs / 1000, db });
    },
    async expedite(transaction, jobId) {
      await boss.update(queueName, undefined, { id: jobId, startAfter: 0, db: through(transaction) });
    },
    async remove(transaction, jobId) {
      await boss.cancel(queueName, jobId, { db: through(transaction) });
    },
    async takeBack(jobId) {
      const job = await boss.getJobById(queueName, jobId);
      if (job?.state !== "active") return;
      await boss.fail(queueName, { id: jobId, retryCount: job.retryCount }, null);
      await boss.update(queueName, undefined, { id: jobId, startAfter: 0 });
    },
    async forgotten() {
      const { rows } = await boss.getDb().executeSql(
        `select id from operations where finished_at is null and status in ('queued', 'running') and not exists (
           select from pgboss.job where job.id = operations.job_id and job.name = $1
             and job.state in ('created', 'retry', 'active'))`,
        [queueName],
      );
      return (rows as { id: string }[]).map(({ id }) => id);
    },
    async work(workers, handle) {
      // NOTIFY covers what is due now; a deferred job is found by polling. Two that look often find it soon, and a third
      // of the looks is enough: each is a statement, and an idle service would make a dozen in a second.
      const options = (worker: number) => {
        const seconds = worker < 2 ? 0.5 : 2;
        return {
          ...{ batchSize: 1, heartbeatRefreshSeconds: 2 },
          ...{ pollingIntervalSeconds: seconds, notifyPollingIntervalSeconds: seconds },
        };
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
        workerIds.push(await boss.work<JobData>(queueName, options(worker), perform));
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
