import assert from "node:assert/strict";
import { died, gate } from "../api/fakes.ts";
import { type Serving, serve } from "../api/serving.ts";

const day = 86_400_000;

describe("a wall clock that is set forward by days", () => {
  let serving: Serving;
  let aheadMs: number;
  beforeEach(async () => {
    aheadMs = 0;
    serving = await serve({ dependencies: { now: () => new Date(Date.now() + aheadMs) } });
  });
  afterEach(() => serving.stop());

  const begin = async (): Promise<string> => {
    const { body } = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    return body.id;
  };

  it("takes no lease from a run, and its operation ends once, in its first attempt", async () => {
    const held = gate();
    serving.runner.behave = held.behave;
    const id = await begin();
    await held.entered;
    aheadMs = 30 * day;
    // Longer than the lease of 2 s, which is renewed by then or is lost.
    await new Promise((settle) => setTimeout(settle, 3_000));
    held.open();
    const operation = await serving.ended(id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation.error));
    assert.equal(operation.attempt, 1);
  });

  it("takes no attempt from an operation that is tried again", async () => {
    let tried = 0;
    serving.runner.behave = (request) => {
      tried += 1;
      aheadMs += day;
      if (tried < 3) throw died(request);
      return {};
    };
    const operation = await serving.ended(await begin());
    assert.equal(operation.status, "succeeded", JSON.stringify(operation.error));
    assert.equal(operation.attempt, 3);
    const ends = await serving.db
      .selectFrom("operationEvents")
      .select("data")
      .where("operationId", "=", operation.id)
      .where("type", "=", "status")
      .execute();
    assert.equal(ends.filter(({ data }) => data.status === "succeeded").length, 1);
  });

  it("and back again does not disorder ids: the newest operation is the first of the list", async () => {
    aheadMs = day;
    const first = await serving.ended(await begin());
    aheadMs = 0;
    const { body } = await serving.call("POST", "/accounts/100000000001/previews");
    await serving.ended(body.id);
    const { body: list } = await serving.call("GET", "/operations");
    assert.deepEqual(
      list.items.map(({ id }: { id: string }) => id),
      [body.id, first.id],
    );
  });
});
