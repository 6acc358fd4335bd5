import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import type { Client } from "../demo/client.ts";
import { percentile } from "./arithmetic.ts";
import { type Organization, plainEnvironment, token, untilEnded } from "./organization.ts";
import type { ReadAnswers, ReadOrder } from "./reads-process.ts";
import { startService } from "./service.ts";

const RUNS = 4;
const PER_SECOND = 200;
const WARM_UP_SECONDS = 1;

export interface Reads {
  readonly requests: number;
  readonly errors: number;
  readonly p50: number;
  readonly p99: number;
  readonly greatest: number;
  /** Deployments that ended meanwhile. */
  readonly deployments: number;
  /** Greatest resident set of the service's own process. */
  readonly serviceBytes: number;
}

/** Reads at a fixed rate while four runs are active without a pause. The accounts must be deployed. */
export async function measureReads(organization: Organization, python: string, seconds: number): Promise<Reads> {
  const extra = { BULWARK_CONCURRENCY: String(RUNS) };
  const service = await startService(organization, python, "changed", { extra, memory: "own" });
  const { client, url } = service;
  let stopped = false;
  let deployments = 0;
  const busy = organization.accountIds.slice(0, RUNS).map(async (accountId) => {
    while (!stopped) {
      await deploy(client, accountId);
      deployments++;
    }
  });
  try {
    while ((await running(client)) < RUNS) await new Promise((settle) => setTimeout(settle, 100));
    await service.process.mark();
    const paths = await pathsOf(client, organization);
    const order: ReadOrder = { url, paths, perSecond: PER_SECOND, seconds, warmUpSeconds: WARM_UP_SECONDS };
    const { milliseconds, errors } = await send(order);
    const { rssBytes } = await service.process.mark();
    return {
      ...{ requests: milliseconds.length + errors, errors, deployments, serviceBytes: rssBytes },
      p50: percentile(milliseconds, 0.5),
      p99: percentile(milliseconds, 0.99),
      greatest: percentile(milliseconds, 1),
    };
  } finally {
    stopped = true;
    await Promise.allSettled(busy);
    await service.process.stop();
  }
}

/** With a refresh, so that every run works on every resource. */
async function deploy(client: Client, accountId: string): Promise<void> {
  const { id } = await client.post<{ id: string }>(`/accounts/${accountId}/deployments`, { refresh: true });
  await untilEnded(client, id);
}

async function running(client: Client): Promise<number> {
  const { items } = await client.get<{ items: unknown[] }>("/operations?status=running");
  return items.length;
}

async function pathsOf(client: Client, { accountIds }: Organization): Promise<string[]> {
  const { items } = await client.get<{ items: { id: string }[] }>("/operations?limit=20");
  const accounts = accountIds.map((accountId) => `/accounts/${accountId}`);
  return Array.from({ length: 20 }, (_, index) => [
    "/accounts",
    accounts[index % accounts.length] ?? "/accounts",
    "/operations",
    `/operations/${items[index % items.length]?.id}`,
  ]).flat();
}

/** In a session of its own, so that its precedence is not the service's. */
async function send(order: ReadOrder): Promise<ReadAnswers> {
  const entry = join(import.meta.dirname, "reads-process.ts");
  const reader = spawn(process.execPath, [entry, JSON.stringify(order)], {
    env: plainEnvironment({ BENCH_TOKEN: token }),
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [answers] = await Promise.all([json(reader.stdout), once(reader, "close")]);
  return answers as ReadAnswers;
}
