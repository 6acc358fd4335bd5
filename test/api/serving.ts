import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { createLogger } from "../../api/logger.ts";
import { createService, type Service, type ServiceDependencies, type ServiceOptions } from "../../api/service.ts";
import { type DatabaseAddress, type Db, openDatabase } from "../../api/store/connection.ts";
import { freshDatabase } from "./database.ts";
import { adminOutputs, type FakeAws, type FakeRunner, fakeAws, fakeRunner, settings } from "./fakes.ts";

export const token = "administrator-token-of-the-tests";

/** A service on a real database over real HTTP, with an engine and an AWS that are stood in for. */
export interface Serving {
  readonly service: Service;
  readonly runner: FakeRunner;
  readonly aws: FakeAws;
  readonly database: DatabaseAddress;
  readonly db: Db;
  readonly log: string[];
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Waits until an operation has ended. */
  ended(id: string): Promise<Answer["body"]>;
  stop(): Promise<void>;
}

export interface CallOptions {
  readonly body?: unknown;
  readonly raw?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Record<string, string>;
  readonly token?: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of every shape.
  readonly body: any;
  readonly text: string;
}

export interface ServingOptions {
  readonly options?: Partial<ServiceOptions>;
  readonly dependencies?: Partial<ServiceDependencies>;
  readonly database?: DatabaseAddress;
  readonly runner?: FakeRunner;
  readonly aws?: FakeAws;
  /** The admin stack counts as deployed unless told otherwise. */
  readonly adminDeployed?: boolean;
}

export async function serve(wanted: ServingOptions = {}): Promise<Serving> {
  const database = wanted.database ?? (await freshDatabase());
  const { runner = fakeRunner(), aws = fakeAws() } = wanted;
  const log: string[] = [];
  const logger = createLogger("debug", { write: (line) => log.push(line) });
  const service = await createService(
    {
      http: { host: "127.0.0.1", port: 0 },
      ...{ database, role: "all", token, concurrency: 2, leaseMs: 2_000, runTimeoutMs: 60_000, stopGraceMs: 200 },
      version: "9.9.9",
      ...wanted.options,
    },
    { settings, runner, aws, checks: [], logger, ...wanted.dependencies },
  );
  const db = openDatabase(database, { connections: 2, onError: () => undefined });
  if (wanted.adminDeployed !== false) await markAdminDeployed(db);

  async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { body, raw, headers = {} } = options;
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(service.url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(options.token === null ? {} : { authorization: `Bearer ${options.token ?? token}` }),
        ...(sent === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent }),
    });
    const text = await response.text();
    const isJson = text !== "" && /json/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : undefined, text };
  }

  return {
    ...{ service, runner, aws, database, db, log, call },
    async ended(id) {
      // Only what never ends takes as long, also on a busy machine.
      const deadline = Date.now() + 400_000;
      while (Date.now() < deadline) {
        const { body } = await call("GET", `/operations/${id}`);
        if (["succeeded", "failed", "cancelled"].includes(body.status)) return body;
        await sleep(30);
      }
      assert.fail(`operation ${id} did not end:\n${log.slice(-30).join("")}`);
    },
    async stop() {
      await db.destroy();
      await service.stop();
    },
  };
}

async function markAdminDeployed(db: Db): Promise<void> {
  const outputs = JSON.stringify(adminOutputs);
  await db
    .insertInto("stacks")
    .values({ name: "admin", outputs, adoptions: "[]", deployedAt: new Date() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
