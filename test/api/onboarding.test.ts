import assert from "node:assert/strict";
import { type Serving, serve } from "./serving.ts";

describe("onboarding", () => {
  let serving: Serving;
  before(async () => {
    serving = await serve();
  });
  after(() => serving.stop());

  it("accepts an existing account, does it, and shows it as active", async () => {
    const accepted = await serving.call("POST", "/accounts", {
      body: { accountId: "100000000001", owner: "clearing" },
    });
    assert.equal(accepted.status, 202, accepted.text);
    assert.equal(accepted.headers.get("location"), `/operations/${accepted.body.id}`);
    assert.equal(accepted.body.status, "queued");
    const operation = await serving.ended(accepted.body.id);
    assert.equal(operation.status, "succeeded", JSON.stringify(operation));
    assert.deepEqual(operation.target, { stack: "account-100000000001", accountId: "100000000001" });
    assert.equal(operation.changes.create, 2);
    const account = await serving.call("GET", "/accounts/100000000001");
    assert.equal(account.body.status, "active");
    assert.equal(account.body.owner, "clearing");
    assert.equal(account.body.resources, 2);
    assert.equal(account.body.baselineVersion, "9.9.9");
  });
});
