import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

export interface HttpMetrics {
  observe(method: string, path: string, status: number, seconds: number): void;
}

export interface Metrics extends HttpMetrics {
  readonly registry: Registry;
  operationEnded(kind: string, status: string, seconds: number): void;
  eventReceived(outcome: string): void;
}

/** Figures that are read when they are asked for. */
export interface Gauges {
  unfinished(): Promise<Record<string, number>>;
  activeHere(): number;
}

/** Prometheus metrics of this process. Labels never hold account ids. */
export function createMetrics(gauges: Gauges): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "bulwark_http_request_duration_seconds",
    help: "Duration of HTTP requests.",
    labelNames: ["method", "path", "status"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const operations = new Histogram({
    name: "bulwark_operation_duration_seconds",
    help: "Time from the first start of an operation to its end.",
    labelNames: ["kind", "status"],
    buckets: [1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 1800],
    registers,
  });
  const events = new Counter({
    name: "bulwark_account_events_total",
    help: "Events of the organization's accounts, by what came of them.",
    labelNames: ["outcome"],
    registers,
  });
  new Gauge({
    name: "bulwark_operations_unfinished",
    help: "Operations of all processes that have not ended, by status.",
    labelNames: ["status"],
    registers,
    async collect() {
      this.reset();
      // While the database is away its figures are missing, and those of the process are wanted all the more.
      const unfinished = await gauges.unfinished().catch(() => undefined);
      if (unfinished === undefined) return;
      for (const status of ["queued", "running", "awaiting_approval"]) this.set({ status }, 0);
      for (const [status, count] of Object.entries(unfinished)) this.set({ status }, count);
    },
  });
  new Gauge({
    name: "bulwark_operations_active",
    help: "Operations that this process is at work on.",
    registers,
    collect() {
      this.set(gauges.activeHere());
    },
  });
  return {
    registry,
    observe: (method, path, status, seconds) => requests.observe({ method, path, status: String(status) }, seconds),
    operationEnded: (kind, status, seconds) => operations.observe({ kind, status }, seconds),
    eventReceived: (outcome) => events.inc({ outcome }),
  };
}
