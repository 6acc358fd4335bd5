import assert from "node:assert/strict";
import { sql } from "kysely";
import { type Serving, serve } from "./serving.ts";

describe("lists", () => {
  let serving: Serving;
  const accountIds = Array.from({ length: 25 }, (_, index) => String(100000000100 + index));
  before(async () => {
    serving = await serve();
    for (const accountId of accountIds) {
      const email = `${accountId}@clearing.example.com`;
      serving.aws.accountsById.set(accountId, { accountId, name: accountId, email, state: "ACTIVE" });
      await serving.call("POST", "/accounts", { body: { accountId } });
    }
  });
  after(() => serving.stop());

  async function walk(path: string, limit: number, between: (page: number) => Promise<void> = async () => undefined) {
    const items: { id: string; accountId: string }[] = [];
    let cursor: string | null = null;
    let pages = 0;
    do {
      const query = new URLSearchParams({ limit: String(limit), ...(cursor === null ? {} : { cursor }) });
      const { status, body, text } = await serving.call("GET", `${path}${path.includes("?") ? "&" : "?"}${query}`);
      assert.equal(status, 200, text);
      assert.ok(body.items.length <= limit);
      items.push(...body.items);
      cursor = body.nextCursor;
      pages += 1;
      await between(pages);
    } while (cursor !== null);
    return { items, pages };
  }

  it("of accounts come in pages, in the order of their ids, each once", async () => {
    const { items, pages } = await walk("/accounts", 7);
    assert.deepEqual(
      items.map(({ accountId }) => accountId),
      accountIds,
    );
    assert.equal(pages, 4);
    assert.equal((await walk("/accounts", 25)).pages, 1);
    assert.equal((await walk("/accounts", 500)).pages, 1);
  });

  it("of operations come newest first, and stay whole while operations are added", async () => {
    const before = (await walk("/operations", 500)).items.map(({ id }) => id);
    assert.deepEqual(before, before.toSorted().toReversed());
    const { items } = await walk("/operations", 4, async (page) => {
      if (page < 4) await serving.call("POST", "/admin/previews");
    });
    assert.deepEqual(
      items.map(({ id }) => id),
      before,
    );
  });

  it("stay whole while rows before and after the page come and go, and where many have the same time", async () => {
    const id = (number: number) => `op-00000000-0000-7000-8000-${String(number).padStart(12, "0")}`;
    const at = new Date("2026-01-01T00:00:00Z");
    const add = (number: number) =>
      serving.db
        .insertInto("operations")
        .values({
          ...{ id: id(number), jobId: id(number).slice(3), queueKey: "admin", kind: "drift_check", stack: "admin" },
          ...{ accountId: null, status: "cancelled", origin: "api", requestedBy: "x", requestId: null },
          ...{ request: "{}", progress: "{}", finishedAt: at },
        })
        .execute();
    const remove = (number: number) => serving.db.deleteFrom("operations").where("id", "=", id(number)).execute();
    for (let number = 100; number < 160; number++) await add(number);
    await sql`update operations set created_at = ${at} where kind = 'drift_check'`.execute(serving.db);
    const { items } = await walk("/operations?kind=drift_check", 10, async (page) => {
      await add(1_000 + page);
      await remove(160 - page);
      await add(page);
      // Not read yet, so that it is missing from now on.
      if (page === 2) await remove(110);
    });
    const numbers = items.map(({ id }) => Number(id.slice(-12)));
    const expected = Array.from({ length: 60 }, (_, index) => 159 - index).filter((number) => number !== 110);
    assert.deepEqual(
      numbers.filter((number) => number >= 100),
      expected,
      "each once, though rows came and went on both sides",
    );
    assert.equal(new Set(numbers).size, numbers.length);
    await serving.db.deleteFrom("operations").where("kind", "=", "drift_check").execute();
  });

  it("filter by kind, account and status, and refuse a cursor of other filters", async () => {
    const previews = await walk("/operations?kind=preview", 2);
    assert.equal(previews.items.length, 3);
    const one = await walk(`/operations?accountId=${accountIds[3]}`, 2);
    assert.equal(one.items.length, 1);
    const { body } = await serving.call("GET", "/operations?kind=onboard&limit=2");
    const crossed = await serving.call("GET", `/operations?kind=preview&cursor=${body.nextCursor}`);
    assert.equal(crossed.status, 400);
    assert.match(crossed.body.detail, /other filters/);
    for (const { id } of one.items) await serving.ended(id);
    const succeeded = await serving.call("GET", `/operations?status=succeeded&accountId=${accountIds[3]}`);
    assert.equal(succeeded.body.items.length, 1);
    const active = await serving.call("GET", "/accounts?status=offboarded");
    assert.deepEqual(active.body.items, []);
  });
});
