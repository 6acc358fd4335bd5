import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { OrganizationSettings } from "../programs/settings.ts";
import type { Runner } from "../stacks/runner.ts";
import { type ReadinessWatch, startReadinessWatch } from "./accounts/readiness-watch.ts";
import { startWeakeningExpiry, type WeakeningExpiry } from "./accounts/weakening-expiry.ts";
import type { Aws } from "./aws.ts";
import { type Expiry, startExpiry } from "./changes/expire.ts";
import { startConsumer } from "./consumer/consumer.ts";
import type { OpenEventQueue } from "./consumer/event-queue.ts";
import type { Consumer } from "./consumer/queue-consumer.ts";
import { startRepairConsumer } from "./consumer/repair-consumer.ts";
import { accountRoutes } from "./http/accounts.ts";
import { createApplication } from "./http/application.ts";
import { auditRoutes } from "./http/audit.ts";
import { createAuthentication } from "./http/authentication.ts";
import { changeRoutes } from "./http/changes.ts";
import { documentationRoutes } from "./http/documentation.ts";
import { toProblem } from "./http/errors.ts";
import { createEventStreams } from "./http/event-stream.ts";
import { findingRoutes } from "./http/findings.ts";
import { killSwitchRoutes } from "./http/kill-switch.ts";
import { createMetrics } from "./http/metrics.ts";
import { operationRoutes } from "./http/operations.ts";
import { presentOperation } from "./http/present.ts";
import { createRateLimit, defaultRateLimit } from "./http/rate-limit.ts";
import { remediationRoutes } from "./http/remediations.ts";
import { reportRoutes } from "./http/response-reports.ts";
import { listen, stopListening } from "./http/server.ts";
import { stackRoutes } from "./http/stacks.ts";
import { type Check, statusRoutes } from "./http/status.ts";
import { tokenRoutes } from "./http/tokens.ts";
import { weakeningRoutes } from "./http/weakenings.ts";
import { createIdSource } from "./ids.ts";
import { createPerformer } from "./operations/performer.ts";
import { startTakeover, type Takeover } from "./operations/takeover.ts";
import { markOwnProcess } from "./process-mark.ts";
import { openQueue, type Queue } from "./queue/queue.ts";
import { sharedLimitsCheck, storeChecks } from "./readiness.ts";
import { cachedFindings } from "./response/cached-findings.ts";
import { defaultRetentionDays, startRetention } from "./retention.ts";
import { type DatabaseAddress, openDatabase } from "./store/connection.ts";
import { channels, type Listener, openListener } from "./store/listener.ts";
import { migrate } from "./store/migrate.ts";
import { countUnfinished } from "./store/operations.ts";

/** What a service does: answer the API, do operations, or both. */
export type ServiceRole = "all" | "api" | "worker";

export interface ServiceOptions {
  readonly http: { readonly host: string; readonly port: number };
  readonly database: DatabaseAddress;
  readonly role: ServiceRole;
  readonly token: string;
  /** Runs of the engine at once in this process. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly runTimeoutMs: number;
  /** How long operations may go on after `stop` before they are handed back to the queue. */
  readonly stopGraceMs: number;
  readonly version: string;
  /** See `readProgramVersion`; the version unless told. */
  readonly programVersion?: string;
  /** Requests of one principal per minute. */
  readonly rateLimit?: number;
  /** Addresses and networks of proxies whose `X-Forwarded-For` tells the caller's address. */
  readonly trustedProxies?: readonly string[];
  /** Age in days at which details of ended operations are removed. */
  readonly retentionDays?: number;
}

export interface ServiceDependencies {
  readonly settings: OrganizationSettings;
  readonly runner: Runner;
  readonly aws: Aws;
  /** Absent: account events are not taken in. */
  readonly openEventQueue?: OpenEventQueue | undefined;
  /** Absent: repairs that the response asks for are not taken in. */
  readonly openRepairQueue?: OpenEventQueue | undefined;
  readonly checks: readonly Check[];
  readonly logger: Logger;
  readonly now?: () => Date;
  readonly random?: () => number;
}

export interface Service {
  readonly url: string;
  /** Ends what runs, or hands it back to the queue, and closes every connection. Safe to call twice. */
  stop(): Promise<void>;
  /** Hands back at once what a stopping service would wait for. */
  hurry(): void;
}

/**
 * Waiting operations (an account that is not ready, a creation) hold a worker but no run, so there are more workers than
 * runs.
 */
const extraWorkers = 4;

/** How long operations may take to end after they were handed back. A cancelled run has 60 s for what is in flight. */
const patienceMs = 75_000;

/** How long each connection may take to close: a database that hangs must not keep the service. */
const closingMs = 5_000;

/** How long a start waits for a database that is away: restarting, or stopped by a service that ended just now. */
const awayMs = 15_000;

async function untilThere<Result>(open: () => Promise<Result>, logger: Logger): Promise<Result> {
  const deadline = performance.now() + awayMs;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
      if (toProblem(reason).about !== "unavailable" || performance.now() > deadline) throw error;
      logger.warn({ err: error }, "the database is away, trying again");
      await sleep(500);
    }
  }
}

/** Starts a service on a database that is there. The one place where its parts meet. */
export async function createService(options: ServiceOptions, dependencies: ServiceDependencies): Promise<Service> {
  const { settings, runner, aws, logger } = dependencies;
  const { now = () => new Date(), random = Math.random } = dependencies;
  const works = options.role !== "api";
  const newId = createIdSource();
  const onError = (err: Error) => logger.warn({ err }, "the database can't be reached");

  const db = openDatabase(options.database, { connections: 15, onError });
  const leaseDb = openDatabase(options.database, { connections: 2, onError });
  const process = await markOwnProcess();
  let listener: Listener;
  let queue: Queue;
  try {
    await untilThere(() => migrate(db as never), logger);
    const heard = await untilThere(() => openListener(options.database, onError), logger);
    listener = heard;
    queue = await untilThere(() => openQueue(options.database, logger, works), logger).catch(async (error) => {
      await heard.close();
      throw error;
    });
  } catch (error) {
    await Promise.allSettled([db.destroy(), leaseDb.destroy()]);
    throw error;
  }

  let activeHere = () => 0;
  const metrics = createMetrics({ unfinished: () => countUnfinished(db), activeHere: () => activeHere() });
  const streams = createEventStreams({ db, listener });
  const accepting = { db, queue, newId, present: presentOperation };
  const status = statusRoutes({
    checks: [...storeChecks(db, queue), sharedLimitsCheck(db, { settings, now }), ...dependencies.checks],
    registry: metrics.registry,
  });
  const responding = { db, settings, response: aws.response, now };
  const api = [
    ...accountRoutes({ ...accepting, aws, settings, now }),
    ...weakeningRoutes({ db, now }),
    ...stackRoutes({ ...accepting, aws, settings, now }),
    ...operationRoutes({ ...accepting, streams }),
    ...changeRoutes({ db, queue, newId }),
    ...findingRoutes({ db, findings: cachedFindings({ read: aws.response.findings, now }), now }),
    ...remediationRoutes(responding),
    ...reportRoutes(responding),
    ...killSwitchRoutes(responding),
    ...tokenRoutes({ db, newId }),
    ...auditRoutes({ db }),
  ];
  const routes = options.role === "worker" ? status : [...api, ...status];
  const authentication = createAuthentication(db, options.token);
  const app = createApplication({
    routes: [...routes, ...documentationRoutes(routes, options.version)],
    ...{ db, authentication, logger, newId, metrics },
    rateLimit: createRateLimit(options.rateLimit ?? defaultRateLimit),
    trustedProxies: options.trustedProxies ?? [],
  });
  let server: Server;
  try {
    server = await listen(app, options.http);
  } catch (error) {
    await Promise.allSettled([queue.stop(), listener.close(), db.destroy(), leaseDb.destroy()]);
    throw error;
  }

  const performer = createPerformer({
    ...{ db, queue, runner, aws, settings, logger, now, random },
    instanceId: newId(),
    ...{ process, leaseDb },
    leaseMs: options.leaseMs,
    runTimeoutMs: options.runTimeoutMs,
    baselineVersion: options.version,
    programVersion: options.programVersion ?? options.version,
    newId,
    onEnded: metrics.operationEnded,
  });
  activeHere = () => performer.active;
  const unsubscribe = listener.subscribe(channels.cancel, (id) => {
    if (id !== undefined) performer.cancel(id);
  });
  let consumer: Consumer | undefined;
  let repairs: Consumer | undefined;
  let expiry: Expiry | undefined;
  let weakeningExpiry: WeakeningExpiry | undefined;
  let takeover: Takeover | undefined;
  let readinessWatch: ReadinessWatch | undefined;
  if (works) {
    runner.sweep().then(
      (found) => logger.info(found, "swept what dead services left of runs"),
      (error: unknown) => logger.warn({ err: error }, "sweeping what dead services left of runs failed"),
    );
    takeover = startTakeover({ db, queue, newId, process, logger });
    expiry = startExpiry({ db, logger });
    weakeningExpiry = startWeakeningExpiry({ ...accepting, logger, now });
    readinessWatch = startReadinessWatch({ db, aws, logger, now, busy: () => performer.active });
    await queue.work(options.concurrency + extraWorkers, performer.perform);
    if (dependencies.openEventQueue !== undefined) {
      const open = dependencies.openEventQueue;
      consumer = startConsumer({ ...accepting, aws, settings, logger, open, onOutcome: metrics.eventReceived });
    }
    if (dependencies.openRepairQueue !== undefined) {
      const open = dependencies.openRepairQueue;
      repairs = startRepairConsumer({ ...accepting, logger, open, homeRegion: settings.homeRegion });
    }
  }

  const retention = startRetention({ db, logger, days: options.retentionDays ?? defaultRetentionDays, random });

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    streams.close();
    const watched = readinessWatch?.stop();
    await Promise.all([
      stopListening(server),
      consumer?.stop(),
      repairs?.stop(),
      takeover?.stop(),
      expiry?.stop(),
      weakeningExpiry?.stop(),
    ]);
    const grace = setTimeout(() => performer.handBack(), options.stopGraceMs);
    // A call to AWS without an answer must not keep the service; its job is delivered again elsewhere.
    await Promise.race([queue.drain(), sleep(options.stopGraceMs + patienceMs, undefined, { ref: false })]);
    clearTimeout(grace);
    await runner.close();
    unsubscribe();
    for (const close of [
      () => watched ?? Promise.resolve(),
      () => retention.stop(),
      () => queue.stop(),
      () => listener.close(),
      () => leaseDb.destroy(),
      () => db.destroy(),
    ]) {
      await Promise.race([close(), sleep(closingMs, undefined, { ref: false })]).catch(onError);
    }
  }

  const { port } = server.address() as AddressInfo;
  const host = options.http.host.includes(":") ? `[${options.http.host}]` : options.http.host;
  return {
    url: `http://${host}:${port}`,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
    hurry: () => performer.handBack(),
  };
}
