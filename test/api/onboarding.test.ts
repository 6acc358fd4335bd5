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

  it("works on a database that a URL names, and on one that has the schema already", async () => {
    const { host, port, user, password, database } = serving.database as Record<string, string>;
    const url = `postgres://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(host ?? "")}`;
    const other = await serve({ database: { connectionString: url } });
    try {
      const accepted = await other.call("POST", "/accounts", { body: { accountId: "100000000002" } });
      assert.equal((await serving.ended(accepted.body.id)).status, "succeeded");
      const ready = await other.call("GET", "/readyz", { token: null });
      assert.deepEqual(
        ready.body.checks.map(({ name, ok }: { name: string; ok: boolean }) => [name, ok]),
        [
          ["database", true],
          ["queue", true],
          ["limits", true],
        ],
      );
    } finally {
      await other.stop();
    }
  });

  it("is not ready where a part of the service is not, and says which", async () => {
    const look = async () => {
      throw new Error("the engine is not there: install it with make engine");
    };
    const other = await serve({ dependencies: { checks: [{ name: "engine", look }] } });
    try {
      const ready = await other.call("GET", "/readyz", { token: null });
      assert.equal(ready.status, 503);
      assert.match(ready.text, /install it with make engine/);
      assert.equal((await other.call("GET", "/healthz", { token: null })).status, 200);
    } finally {
      await other.stop();
    }
  });
});
