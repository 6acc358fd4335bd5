import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { AwsCallError } from "../../stacks/aws/call-error.ts";
import { freshDatabase } from "./database.ts";
import { gate } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

/** A worker in a process of its own, whose runs never end. */
async function startWorker(database: object, leaseMs = 2_000): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [new URL("./stuck-worker.ts", import.meta.url).pathname, JSON.stringify({ database, leaseMs })],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [first] = (await once(lines, "line")) as [string];
  assert.equal(first, "working");
  return child;
}

describe("an accepted operation", () => {
  let serving: Serving;
  let worker: ChildProcess | undefined;
  afterEach(async () => {
    worker?.kill("SIGKILL");
    worker = undefined;
    await serving.stop();
  });

  const row = (id: string) =>
    serving.db.selectFrom("operations").selectAll().where("id", "=", id).executeTakeFirstOrThrow();

  it("is taken up by another worker when its own is killed, and ends once", async () => {
    const database = await freshDatabase();
    serving = await serve({ database, options: { role: "api" } });
    worker = await startWorker(database);
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await until(async () => (await serving.call("GET", `/operations/${body.id}`)).body.status === "running");
    await sleep(200);
    worker.kill("SIGKILL");
    await once(worker, "exit");
    const second = await serve({ database });
    try {
      const operation = await serving.ended(body.id);
      assert.equal(operation.status, "succeeded");
      assert.equal(operation.attempt, 2);
      const finals = await serving.db
        .selectFrom("operationEvents")
        .selectAll()
        .where("operationId", "=", body.id)
        .execute();
      const ends = finals.filter(({ type, data }) => type === "status" && data.status === "succeeded");
      assert.equal(ends.length, 1);
      const leases = await serving.db.selectFrom("stackLeases").selectAll().execute();
      assert.deepEqual(leases, []);
    } finally {
      await second.stop();
    }
  });

  it("is taken up at once by a worker on the same machine: nobody waits for the lease of a process that is gone", async () => {
    const database = await freshDatabase();
    serving = await serve({ database, options: { role: "api" } });
    worker = await startWorker(database, 300_000);
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await until(async () => (await serving.db.selectFrom("runs").selectAll().execute()).length > 0);
    const second = await serve({ database });
    try {
      worker.kill("SIGKILL");
      assert.equal((await serving.ended(body.id)).status, "succeeded");
      assert.equal(second.runner.recoveries.length, 1);
      const { crashes } = await row(body.id);
      assert.equal(crashes, 1);
    } finally {
      await second.stop();
    }
  });

  it("is written by nobody who was stopped for longer than his lease and goes on then", async () => {
    const database = await freshDatabase();
    serving = await serve({ database, options: { role: "api" } });
    worker = await startWorker(database);
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await until(async () => (await serving.db.selectFrom("runs").selectAll().execute()).length > 0);
    worker.kill("SIGSTOP");
    const second = await serve({ database });
    try {
      assert.equal((await serving.ended(body.id)).status, "succeeded");
      // The other service looks whether the account is ready, and records it.
      await until(async () => (await serving.db.selectFrom("accounts").selectAll().execute())[0]?.readiness != null);
      const after = await everything();
      worker.kill("SIGCONT");
      await sleep(3_000);
      assert.deepEqual(await everything(), after);
    } finally {
      await second.stop();
    }

    async function everything() {
      const { db } = serving;
      const tables = ["operations", "operationEvents", "runs", "stacks", "accounts", "stackLeases"] as const;
      return Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
    }
  });

  it("is delivered again where its lease ran out and nobody had taken it", async () => {
    serving = await serve();
    const held = gate();
    let runs = 0;
    serving.runner.behave = (request, hooks) => {
      runs += 1;
      return runs === 1 ? held.behave(request, hooks) : {};
    };
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await held.entered;
    // Renewals wait for the row, as they would for a database that hangs, until the lease is over.
    await serving.db.transaction().execute(async (transaction) => {
      await transaction.selectFrom("stackLeases").selectAll().forUpdate().execute();
      await until(async () => serving.log.join("").includes("a lease is lost"));
    });
    assert.equal((await serving.ended(body.id)).status, "succeeded");
    // The next attempt looks at what the first has left before it goes on.
    assert.equal(runs, 3);
    assert.equal(serving.runner.recoveries.length, 1);
  });

  it("gets a job again where it has lost its own", async () => {
    serving = await serve({ options: { role: "api" } });
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await sql`delete from pgboss.job where id = ${body.id.slice(3)}::uuid`.execute(serving.db);
    const second = await serve({ database: serving.database });
    try {
      assert.equal((await serving.ended(body.id)).status, "succeeded");
    } finally {
      await second.stop();
    }
  });

  it("is not touched by a clock of the service that is set forward or back by hours", async () => {
    for (const hours of [30, -30]) {
      let failures = 2;
      serving = await serve({ dependencies: { now: () => new Date(Date.now() + hours * 3_600_000), random: () => 0 } });
      serving.aws.fail = (call, accountId) => {
        if (call !== "enabledRegions" || failures === 0) return;
        failures -= 1;
        const cause = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
        const place = { activity: "listing regions", region: "us-east-1", call: "account:ListRegions" };
        throw new AwsCallError({ ...place, accountId }, cause);
      };
      const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
      const operation = await serving.ended(body.id);
      assert.deepEqual([operation.status, operation.attempt], ["succeeded", 3], JSON.stringify(operation));
      if (hours > 0) await serving.stop();
    }
  });

  it("goes back to the queue when its service stops, and is done by the next", async () => {
    const held = gate();
    serving = await serve({ options: { stopGraceMs: 100 } });
    serving.runner.behave = held.behave;
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await held.entered;
    await serving.service.stop();
    assert.equal(serving.runner.closed, true);
    assert.equal(serving.runner.running, 0);
    const next = await serve({ database: serving.database });
    try {
      const operation = await next.ended(body.id);
      assert.equal(operation.status, "succeeded");
      assert.equal(operation.attempt, 1, "an attempt that was handed back does not count");
    } finally {
      await next.stop();
    }
  });

  it("that runs is finished by a service that stops, where that takes no longer than its grace", async () => {
    const held = gate();
    serving = await serve({ options: { stopGraceMs: 5_000 } });
    serving.runner.behave = held.behave;
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await held.entered;
    setTimeout(held.open, 200);
    await serving.service.stop();
    const row = await serving.db
      .selectFrom("operations")
      .selectAll()
      .where("id", "=", body.id)
      .executeTakeFirstOrThrow();
    assert.equal(row.status, "succeeded");
  });

  it("is written by nobody whose lease another attempt has taken", async () => {
    serving = await serve();
    const held = gate();
    let aborted = false;
    serving.runner.behave = async (request, hooks) => {
      hooks.signal?.addEventListener("abort", () => (aborted = true));
      return held.behave(request, hooks);
    };
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await held.entered;
    await serving.db.updateTable("stackLeases").set({ token: 999_999, owner: "another" }).execute();
    await serving.db.updateTable("operations").set({ fencingToken: 999_999 }).where("id", "=", body.id).execute();
    await until(async () => aborted);
    await sleep(300);
    const row = await serving.db
      .selectFrom("operations")
      .selectAll()
      .where("id", "=", body.id)
      .executeTakeFirstOrThrow();
    assert.equal(row.status, "running");
    assert.equal(row.fencingToken, 999_999);
    assert.match(serving.log.join(""), /a newer attempt has taken it over/);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 90_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, "it did not happen in time");
    await sleep(25);
  }
}
