import assert from "node:assert/strict";
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
