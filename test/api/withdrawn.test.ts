import assert from "node:assert/strict";
import { sql } from "kysely";
import { gate } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

describe("an operation that is cancelled before it began", () => {
  let serving: Serving;
  before(async () => {
    serving = await serve();
  });
  after(() => serving.stop());

  it("leaves its account as it was, and its end in the audit log", async () => {
    const onboarded = await serving.call("POST", "/accounts", { body: { accountId: "100000000001" } });
    await serving.ended(onboarded.body.id);
    await sql`update accounts set status = 'failed'`.execute(serving.db);
    const held = gate();
    serving.runner.behave = held.behave;
    await serving.call("POST", "/accounts/100000000001/deployments", { body: { refresh: true } });
    await held.entered;
    const { body } = await serving.call("DELETE", "/accounts/100000000001?confirm=100000000001");
    const cancelled = await serving.call("POST", `/operations/${body.id}/cancel`);
    assert.equal(cancelled.body.result.done, "nothing: it had not begun");
    assert.equal((await serving.call("GET", "/accounts/100000000001")).body.status, "failed");
    const { items } = (await serving.call("GET", `/audit?target=${body.id}`)).body;
    assert.deepEqual(
      items.map(({ action }: { action: string }) => action),
      ["operation.cancelled", "operation.cancel"],
    );
    held.open();
  });
});

describe("a token", () => {
  it("never has a name under which the service itself acts", async () => {
    const serving = await serve();
    try {
      for (const name of ["bootstrap", "Bootstrap", "bulwark", "aws.organizations"]) {
        const { status } = await serving.call("POST", "/tokens", { body: { name, role: "approver" } });
        assert.equal(status, 409, name);
      }
    } finally {
      await serving.stop();
    }
  });
});

describe("a transaction of a process that is stopped in its middle", () => {
  it("is ended by the database before a lease has run out", async () => {
    const serving = await serve();
    try {
      const { rows } = await sql<{ ms: number }>`
        select setting::integer as ms from pg_settings where name = 'idle_in_transaction_session_timeout'`.execute(
        serving.db,
      );
      assert.ok((rows[0]?.ms ?? 0) > 0 && (rows[0]?.ms ?? 0) < 10_000);
    } finally {
      await serving.stop();
    }
  });
});
