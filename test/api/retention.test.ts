import assert from "node:assert/strict";
import { sql } from "kysely";
import { createLogger } from "../../api/logger.ts";
import { removeExpired } from "../../api/retention.ts";
import { gate } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

const logger = createLogger("silent");

describe("what is old", () => {
  let serving: Serving;
  beforeEach(async () => {
    serving = await serve();
  });
  afterEach(() => serving.stop());

  const remove = (days = 90) => removeExpired({ db: serving.db, logger, days });
  const events = async (id: string) =>
    (await serving.db.selectFrom("operationEvents").selectAll().where("operationId", "=", id).execute()).length;
  const age = (id: string, days: number) =>
    sql`update operations set created_at = now() - ${days} * interval '1 day', started_at = now() - ${days} * interval '1 day',
      finished_at = case when finished_at is null then null else now() - ${days} * interval '1 day' end where id = ${id}`.execute(
      serving.db,
    );

  it("loses its events and large lists, and keeps its answer, the audit and what has not ended", async () => {
    const steps = Array.from({ length: 100 }, (_, step) => ({
      urn: `urn:pulumi:${step}`,
      op: "create",
      at: "x".repeat(60),
    }));
    const onboarded = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    const young = await serving.call("POST", "/admin/previews");
    for (const { body } of [onboarded, young]) await serving.ended(body.id);
    const held = gate();
    serving.runner.behave = held.behave;
    const running = await serving.call("POST", "/admin/deployments", { body: { refresh: true } });
    await held.entered;
    const result = JSON.stringify({ resources: 7, done: "all", steps, outputs: { a: 1 } });
    await serving.db.updateTable("operations").set({ result }).where("id", "=", onboarded.body.id).execute();
    const before = (await serving.call("GET", `/operations/${onboarded.body.id}`)).body;
    await age(onboarded.body.id, 91);
    await age(running.body.id, 400);
    await age(young.body.id, 89);
    const audit = (await serving.call("GET", "/audit/verify")).body;

    assert.equal((await remove())?.operations, 1);
    assert.equal(await events(onboarded.body.id), 0);
    assert.ok((await events(young.body.id)) > 0);
    assert.ok((await events(running.body.id)) > 0);
    const after = (await serving.call("GET", `/operations/${onboarded.body.id}`)).body;
    for (const field of ["status", "kind", "target", "changes", "requestedBy"])
      assert.deepEqual(after[field], before[field]);
    assert.deepEqual(after.result, { resources: 7, done: "all", removedForAge: ["outputs", "steps"] });
    assert.deepEqual((await serving.call("GET", "/audit/verify")).body, audit);
    assert.equal((await serving.call("GET", "/accounts/100000000001")).body.status, "active");
    assert.equal((await remove())?.operations, 0, "is looked at once");
    held.open();
    assert.equal((await serving.ended(running.body.id)).status, "succeeded");
  });

  it("goes in small batches, by one process at a time", async () => {
    const { body } = await serving.call("POST", "/admin/previews");
    await serving.ended(body.id);
    await sql`insert into operations (id, job_id, queue_key, kind, stack, status, origin, requested_by, finished_at)
      select 'old-' || n, gen_random_uuid(), 'admin', 'preview', 'admin', 'succeeded', 'api', 'x', now() - interval '100 days'
      from generate_series(1, 90) n`.execute(serving.db);
    await sql`insert into operation_events (operation_id, id, type, data)
      select 'old-' || n, e, 'progress', '{}' from generate_series(1, 90) n, generate_series(1, 20) e`.execute(
      serving.db,
    );
    await sql`insert into received_events (id, detail_type, outcome, received_at)
      select 'e' || n, 'x', 'known', now() - interval '200 days' from generate_series(1, 2500) n`.execute(serving.db);
    const both = await Promise.all([remove(), remove()]);
    const done = both.filter((removed) => removed !== undefined);
    assert.equal(done.length, 1, "the other one found it under way");
    assert.equal(done[0]?.operations, 90);
    assert.equal(done[0]?.receivedEvents, 2500);
    assert.equal(await events("old-17"), 0);
    assert.ok((await events(body.id)) > 0);
    assert.ok((await remove()) !== undefined, "the lock is free again");
  });

  it("is forgotten of idempotency keys after two days, of received events not before AWS forgets its messages", async () => {
    const headers = { "idempotency-key": "yesterday" };
    const first = await serving.call("POST", "/admin/previews", { headers });
    const back = (hours: number) =>
      sql`update idempotency_keys set created_at = now() - ${hours} * interval '1 hour'`.execute(serving.db);
    await back(47);
    await remove(1);
    assert.equal((await serving.call("POST", "/admin/previews", { headers })).text, first.text);
    await back(49);
    assert.equal((await remove(1))?.idempotencyKeys, 1);
    assert.notEqual((await serving.call("POST", "/admin/previews", { headers })).text, first.text);
    await sql`insert into received_events (id, detail_type, outcome, received_at)
      values ('recent', 'x', 'known', now() - interval '14 days'), ('old', 'x', 'known', now() - interval '16 days')`.execute(
      serving.db,
    );
    assert.equal((await remove(1))?.receivedEvents, 1);
  });

  it("lets the figures of what is under way be read from an index", async () => {
    const plan = await serving.db.transaction().execute(async (transaction) => {
      // A table of three rows would be read whole otherwise.
      await sql`set local enable_seqscan = off`.execute(transaction);
      return sql`explain select status, count(*) from operations where finished_at is null group by status`.execute(
        transaction,
      );
    });
    assert.match(JSON.stringify(plan.rows), /operations_unfinished/);
  });
});
