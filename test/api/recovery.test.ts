import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { freshDatabase } from "./database.ts";
import { gate } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

/** A worker in a process of its own, whose runs never end. */
async function startWorker(database: object): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [new URL("./stuck-worker.ts", import.meta.url).pathname, JSON.stringify(database)],
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
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, "it did not happen in time");
    await sleep(25);
  }
}
