import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { createLogger } from "../../api/logger.ts";
import type { DatabaseAddress } from "../../api/store/connection.ts";
import { freshDatabase } from "../api/database.ts";
import { fakeAws } from "../api/fakes.ts";
import { type Serving, serve } from "../api/serving.ts";
import { type Installation, install } from "../stacks/probe/installation.ts";
import { filesUnder, leaksIn, marker } from "./places.ts";

/** Every row of every table, the queue's too, as text. */
async function rowsOf(address: DatabaseAddress): Promise<Record<string, string>> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    );
    const rows: Record<string, string> = {};
    for (const { name } of tables.rows) {
      const { rows: found } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      rows[name] = found.map(({ row }) => row).join("\n");
    }
    return rows;
  } finally {
    await client.end();
  }
}

/** What a reader of the API gets, page by page, without what is shown once by intention. */
const READS = [
  "/accounts",
  "/operations",
  "/tokens",
  "/audit",
  "/changes",
  "/openapi.json",
  "/docs",
  "/readyz",
  "/metrics",
];

describe("a secret that a stack's operations meet", () => {
  const SECRET = marker("an-input");
  const session = {
    accessKeyId: "ASIA0000000000000000",
    secretAccessKey: marker("a-session-key"),
    sessionToken: marker("a-session-token"),
    expiration: "2026-01-01T00:00:00Z",
  };
  let at: Installation;
  let serving: Serving;
  let folder: string;
  const log: string[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "bulwark-secrets-"));
    const programs = join(folder, "program.ts");
    const probe = fileURLToPath(new URL("../stacks/probe/program.ts", import.meta.url));
    const logger = createLogger("trace", { write: (line) => void log.push(line) });
    at = await install({ programs, logger });
    // What each account's program does with its secret: nothing wrong, a provider that repeats it, an exception.
    const cases = {
      "account-100000000001": { items: { one: { token: SECRET } }, secretOutput: marker("an-output") },
      "account-100000000002": { items: { one: { token: SECRET, error: "AccessDenied: '{token}' and {sessions}" } } },
      "account-100000000003": { items: { one: { token: SECRET } }, throws: `no user ${SECRET}` },
    };
    await writeFile(
      programs,
      `import { programFor as probe } from ${JSON.stringify(probe)};
       const cases = ${JSON.stringify(cases)};
       const more = { world: ${JSON.stringify(at.world)}, homeRegion: "us-east-1" };
       export const programFor = (stack) => ({ run: () => probe(stack).run({ ...more, ...cases[stack] }) });`,
    );
    const aws = fakeAws();
    aws.credentialsFor = async () => ({ "100000000001": session });
    serving = await serve({ aws, dependencies: { runner: at.runner, logger } });
  });
  after(async () => {
    await serving?.stop();
    await at?.remove();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it("is in no answer, event, row, log line or state file, whether they succeed or fail", async () => {
    const told: Record<string, string> = {};
    for (const [accountId, status] of [
      ["100000000001", "succeeded"],
      ["100000000002", "failed"],
      ["100000000003", "failed"],
    ] as const) {
      const accepted = await serving.call("POST", "/accounts", { body: { accountId } });
      const operation = await serving.ended(accepted.body.id);
      assert.equal(operation.status, status, JSON.stringify(operation));
      const events = await serving.call("GET", `/operations/${operation.id}/events`);
      assert.match(events.text, /event: status|"status"/);
      told[`operation of ${accountId}`] = JSON.stringify(operation);
      told[`events of ${accountId}`] = events.text;
      told[`account ${accountId}`] = (await serving.call("GET", `/accounts/${accountId}`)).text;
    }
    assert.match(told["operation of 100000000002"] ?? "", /'\[secret\]'/);
    assert.match(told["operation of 100000000003"] ?? "", /no user \[secret\]/);
    const preview = await serving.call("POST", "/accounts/100000000001/previews", { body: {} });
    told.preview = JSON.stringify(await serving.ended(preview.body.id));
    for (const path of READS) told[path] = (await serving.call("GET", path)).text;
    const state = await filesUnder(at.backend);
    assert.ok(Object.keys(state).length > 3);
    assert.deepEqual(leaksIn({ ...told, log: log.join(""), ...state, ...(await rowsOf(serving.database)) }), []);
  });
});

describe("the secrets that a service is started with", () => {
  const plain = (name: string): string => marker(name).replaceAll(/["é]/g, "");
  const given = {
    token: plain("the-token"),
    database: plain("the-database"),
    backend: plain("the-backend"),
    passphrase: plain("the-passphrase"),
    key: plain("the-service-key"),
    session: plain("the-service-session"),
  };

  it("are in no answer, row or log line at the finest level, nor is a token that it makes", async () => {
    const database = (await freshDatabase()) as Exclude<DatabaseAddress, { connectionString: string }>;
    const client = new pg.Client(database);
    await client.connect();
    const role = `secretive_${process.pid}`;
    await client.query(`create role ${role} login superuser password '${given.database}'`);
    await client.end();
    const folder = await mkdtemp(join(tmpdir(), "bulwark-secrets-"));
    await writeFile(join(folder, "passphrase"), `${given.passphrase}\n`);
    const at = `localhost:${database.port}/${database.database}?host=${encodeURIComponent(database.host)}`;
    const service = start(folder, `postgres://${role}:${given.database}@${at}`);
    try {
      const url = await service.serving();
      const call = (path: string, init: RequestInit = {}, token = given.token) =>
        fetch(url + path, {
          ...init,
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers },
        });
      const made = await call("/tokens", {
        method: "POST",
        body: JSON.stringify({ name: "reader", role: "viewer" }),
        headers: { "idempotency-key": "make-the-reader" },
      });
      const { token } = (await made.json()) as { token: string };
      assert.match(token, /^bulwark_.{40,}/);
      const told: Record<string, string> = {};
      // AWS and the state backend can't be reached: every part that is asked for them fails.
      const deployment = await call("/admin/deployments", { method: "POST", body: "{}" });
      const { id } = (await deployment.json()) as { id: string };
      told.refused = await (await call("/accounts", {}, `${given.token}x`)).text();
      for (let tries = 0; tries < 100; tries++) {
        told.operation = await (await call(`/operations/${id}`, {}, token)).text();
        if (/"attempt":[2-9]|Trying again|"status":"failed"/.test(told.operation)) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await call(`/operations/${id}/cancel`, { method: "POST" });
      for (const path of READS) told[path] = await (await call(path)).text();
      told.facts = await readFile(join(folder, "service.json"), "utf8");
      await service.stop();
      const rows = await rowsOf(database);
      assert.deepEqual(leaksIn({ ...told, ...rows, log: service.output() }), []);
      for (const [name, text] of Object.entries({ ...told, ...rows, log: service.output() })) {
        assert.ok(!text.includes(token), `the token that was made stands in ${name}`);
      }
    } finally {
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("are not in what it says when it can't start", async () => {
    const folder = await mkdtemp(join(tmpdir(), "bulwark-secrets-"));
    try {
      for (const address of [
        `postgres://bulwark:${given.database}@127.0.0.1:1/bulwark`,
        `postgres://bulwark:${given.database}@host name:port/bulwark`,
        `mysql://bulwark:${given.database}@db/bulwark`,
      ]) {
        const service = start(folder, address);
        assert.equal(await service.ended, 1);
        assert.match(service.output(), /^bulwark: /m);
        assert.deepEqual(leaksIn({ [address]: service.output() }), []);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  function start(folder: string, databaseUrl: string) {
    const { PATH = "", HOME = "" } = process.env;
    const settings = fileURLToPath(new URL("../../sandbox/organization/settings.json", import.meta.url));
    const child = spawn(process.execPath, [fileURLToPath(new URL("../../api/main.ts", import.meta.url))], {
      env: {
        ...{ PATH, HOME, PORT: "0", BULWARK_SETTINGS: settings, BULWARK_DATA: folder, BULWARK_LOG_LEVEL: "trace" },
        ...{ BULWARK_CONCURRENCY: "1", BULWARK_TOKEN: given.token, DATABASE_URL: databaseUrl },
        BULWARK_BACKEND_URL: `postgres://state:${given.backend}@127.0.0.1:1/state?sslmode=disable`,
        ...{ AWS_ACCESS_KEY_ID: "AKIA0000000000000000", AWS_SECRET_ACCESS_KEY: given.key },
        ...{ AWS_SESSION_TOKEN: given.session, AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_REGION: "us-east-1" },
        NODE_EXTRA_CA_CERTS: "",
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const ended = once(child, "close").then(([code]) => code as number | null);
    return {
      output: () => output,
      ended,
      async serving(): Promise<string> {
        for (let tried = 0; tried < 600 && child.exitCode === null; tried++) {
          const url = /"url":"(http[^"]+)".*"msg":"serving"/.exec(output)?.[1];
          if (url !== undefined) return url;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        assert.fail(`the service does not serve: ${output}`);
      },
      async stop(): Promise<void> {
        if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
        await ended;
      },
    };
  }
});
