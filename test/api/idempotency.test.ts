import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection } from "node:net";
import { type Answer, type Serving, serve, token } from "./serving.ts";

describe("a write with an Idempotency-Key", () => {
  let serving: Serving;
  let other: Serving;
  let keys = 0;
  before(async () => {
    serving = await serve();
    other = await serve({ database: serving.database, options: { role: "api" }, aws: serving.aws });
  });
  after(async () => {
    await other.stop();
    await serving.stop();
  });

  const newKey = () => `key-${++keys}`;
  const keyed = (key: string, body?: unknown) => ({
    headers: { "idempotency-key": key },
    ...(body === undefined ? {} : { body }),
  });
  const sameAnswer = (first: Answer, second: Answer) => {
    assert.equal(second.status, first.status, second.text);
    assert.equal(second.text, first.text);
    for (const name of ["location", "etag", "content-type"]) {
      assert.equal(second.headers.get(name), first.headers.get(name), name);
    }
    assert.equal(second.headers.get("idempotency-replayed"), "true");
  };
  const count = async (table: "operations" | "audit") =>
    (await serving.db.selectFrom(table).select("requestId").where("requestId", "is not", null).execute()).length;

  it("gets the first answer again, of every method, also from another process", async () => {
    const calls: readonly (readonly [string, string, unknown])[] = [
      ["POST", "/accounts", { accountId: "100000000001" }],
      ["POST", "/admin/previews", undefined],
      ["POST", "/admin/deployments", { refresh: true }],
      ["PATCH", "/accounts/100000000001", { owner: "clearing" }],
    ];
    for (const [method, path, body] of calls) {
      const key = newKey();
      const first = await serving.call(method, path, keyed(key, body));
      assert.ok(first.status < 300, first.text);
      const before = [await count("operations"), await count("audit")];
      sameAnswer(first, await serving.call(method, path, keyed(key, body)));
      sameAnswer(first, await other.call(method, path, keyed(key, body)));
      assert.deepEqual([await count("operations"), await count("audit")], before, `${method} ${path}`);
    }
  });

  it("is done once when it is sent many times at once to two processes: one answer, and 409 meanwhile", async () => {
    const key = newKey();
    const before = await count("operations");
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        (index % 2 ? serving : other).call("POST", "/admin/previews", keyed(key)),
      ),
    );
    const accepted = answers.filter(({ status }) => status === 202);
    assert.ok(accepted.length >= 1);
    assert.equal(new Set(accepted.map(({ text }) => text)).size, 1);
    for (const { status, body, headers } of answers.filter((answer) => answer.status !== 202)) {
      assert.equal(status, 409);
      assert.equal(body.type, "/problems/idempotency-in-flight");
      assert.match(headers.get("retry-after") ?? "", /^[1-9]/);
    }
    assert.equal((await count("operations")) - before, 1);
  });

  it("tells 409 while the first is being checked in another process, then its answer", async () => {
    const key = newKey();
    const entered = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    const { account } = serving.aws.organizations;
    serving.aws.organizations.account = async (accountId) => {
      entered.resolve();
      await leave.promise;
      return account(accountId);
    };
    const first = serving.call("POST", "/accounts", keyed(key, { accountId: "100000000002" }));
    await entered.promise;
    const meanwhile = await other.call("POST", "/accounts", keyed(key, { accountId: "100000000002" }));
    assert.equal(meanwhile.status, 409, meanwhile.text);
    const another = await other.call("POST", "/accounts", keyed(key, { accountId: "100000000003" }));
    assert.equal(another.status, 422, "another request is told so while the first is in flight, too");
    serving.aws.organizations.account = account;
    leave.resolve();
    const answer = await first;
    assert.equal(answer.status, 202, answer.text);
    sameAnswer(answer, await other.call("POST", "/accounts", keyed(key, { accountId: "100000000002" })));
  });

  it("is refused with 422 when method, path, query or body differ", async () => {
    const key = newKey();
    assert.equal((await serving.call("POST", "/admin/previews", keyed(key, { refresh: true }))).status, 202);
    for (const [method, path, body] of [
      ["POST", "/admin/previews", { refresh: false }],
      ["POST", "/admin/deployments", { refresh: true }],
      ["DELETE", "/accounts/100000000001?confirm=100000000001", undefined],
    ] as const) {
      const answer = await serving.call(method, path, keyed(key, body));
      assert.equal(answer.status, 422, answer.text);
      assert.equal(answer.body.type, "/problems/idempotency-mismatch");
    }
  });

  it("belongs to its principal", async () => {
    const key = newKey();
    const { body } = await serving.call("POST", "/tokens", { body: { name: "second", role: "operator" } });
    const mine = await serving.call("POST", "/admin/previews", keyed(key));
    const theirs = await serving.call("POST", "/admin/previews", { ...keyed(key), token: body.token });
    assert.equal(theirs.status, 202);
    assert.notEqual(theirs.body.id, mine.body.id);
  });

  it("can be used again after a request that was refused, or failed", async () => {
    const key = newKey();
    serving.aws.fail = (call) => {
      if (call === "account") throw new Error("AWS is away");
    };
    assert.equal((await serving.call("POST", "/accounts/100000000003/previews", keyed(key))).status, 500);
    serving.aws.fail = () => undefined;
    assert.equal((await serving.call("POST", "/accounts/100000000003/previews", keyed(key))).status, 202);
    const second = newKey();
    assert.equal((await serving.call("PATCH", "/accounts/100000000003", keyed(second, { owner: "x" }))).status, 404);
    assert.equal((await serving.call("PATCH", "/accounts/100000000001", keyed(second, { owner: "x" }))).status, 200);
  });

  it("leads to one operation when the process dies after it was accepted and before its answer arrives", async () => {
    const key = newKey();
    const before = await count("operations");
    // The caller is cut off at once: what is accepted is accepted, only nobody hears of it.
    const { port, hostname } = new URL(serving.service.url);
    const socket = createConnection(Number(port), hostname);
    await once(socket, "connect");
    socket.write(
      `POST /admin/previews HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: ${key}\r\nContent-Length: 0\r\n\r\n`,
    );
    while ((await count("operations")) === before) await new Promise((settle) => setTimeout(settle, 5));
    socket.destroy();
    const again = await other.call("POST", "/admin/previews", keyed(key));
    assert.equal(again.status, 202, again.text);
    assert.equal((await count("operations")) - before, 1);
  });

  it("is free again when a process died while it checked the request", async () => {
    const key = newKey();
    const first = await serving.call("POST", "/admin/previews", keyed(key));
    assert.equal(first.status, 202);
    // As a process leaves it that was killed before the transaction.
    const claim = "00000000-0000-4000-8000-000000000000";
    const row = { claim, status: null, headers: null, body: null };
    const set = (claimedUntil: Date) =>
      serving.db
        .updateTable("idempotencyKeys")
        .set({ ...row, claimedUntil })
        .where("key", "=", key)
        .execute();
    await set(new Date(Date.now() + 60_000));
    assert.equal((await serving.call("POST", "/admin/previews", keyed(key))).status, 409);
    await set(new Date(Date.now() - 1_000));
    const taken = await Promise.all([1, 2, 3].map(() => serving.call("POST", "/admin/previews", keyed(key))));
    const ids = taken.filter(({ status }) => status === 202).map(({ body }) => body.id);
    assert.equal(new Set(ids).size, 1);
    assert.notEqual(ids[0], first.body.id);
  });

  it("changes nothing when it took so long that its claim was taken over", async () => {
    const key = newKey();
    const before = await count("operations");
    const { account } = serving.aws.organizations;
    const entered = Promise.withResolvers<void>();
    const leave = Promise.withResolvers<void>();
    serving.aws.organizations.account = async (accountId) => {
      entered.resolve();
      await leave.promise;
      return account(accountId);
    };
    const slow = serving.call("POST", "/accounts/100000000003/previews", keyed(key));
    await entered.promise;
    serving.aws.organizations.account = account;
    const past = new Date(Date.now() - 1_000);
    await serving.db.updateTable("idempotencyKeys").set({ claimedUntil: past }).where("key", "=", key).execute();
    const quick = await other.call("POST", "/accounts/100000000003/previews", keyed(key));
    assert.equal(quick.status, 202);
    leave.resolve();
    assert.equal((await slow).status, 409);
    assert.equal((await count("operations")) - before, 1);
    sameAnswer(quick, await serving.call("POST", "/accounts/100000000003/previews", keyed(key)));
  });

  it("of a new token is told what was made, never the secret again, which is not stored", async () => {
    const key = newKey();
    const body = { name: "pipeline", role: "viewer" };
    const first = await serving.call("POST", "/tokens", keyed(key, body));
    assert.equal(first.status, 201, first.text);
    const again = await other.call("POST", "/tokens", keyed(key, body));
    assert.equal(again.status, 409);
    assert.equal(again.body.type, "/problems/shown-once");
    assert.match(again.body.detail, new RegExp(first.body.id));
    assert.ok(!again.text.includes(first.body.token));
    const rows = await serving.db.selectFrom("idempotencyKeys").selectAll().execute();
    assert.ok(!JSON.stringify(rows).includes(first.body.token));
    assert.equal(
      (await serving.call("GET", "/tokens")).body.items.filter(({ name }: { name: string }) => name === "pipeline")
        .length,
      1,
    );
  });

  it("repeats a deletion with its 204, and a cancellation with its 202", async () => {
    const made = await serving.call("POST", "/tokens", { body: { name: "short-lived", role: "viewer" } });
    const key = newKey();
    const path = `/tokens/${made.body.id}`;
    const first = await serving.call("DELETE", path, keyed(key));
    assert.equal(first.status, 204);
    sameAnswer(first, await serving.call("DELETE", path, keyed(key)));
    assert.equal((await serving.call("DELETE", path)).status, 404);
  });

  it("means the same with the key in quotes, as the draft writes it, and without", async () => {
    const key = newKey();
    const first = await serving.call("POST", "/admin/previews", keyed(`"${key}"`));
    sameAnswer(first, await serving.call("POST", "/admin/previews", keyed(key)));
  });
});

describe("onboarding one account from two processes at once", () => {
  it("accepts one of fifty requests, and tells the others of it", async () => {
    const serving = await serve();
    const other = await serve({ database: serving.database, aws: serving.aws });
    try {
      // Held, so that none ends before all were answered.
      const held = Promise.withResolvers<void>();
      serving.runner.behave = other.runner.behave = async () => {
        await held.promise;
        return {};
      };
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          (index % 2 ? serving : other).call("POST", "/accounts", { body: { accountId: "100000000001" } }),
        ),
      );
      const accepted = answers.filter(({ status }) => status === 202);
      assert.equal(accepted.length, 1);
      for (const { status, body } of answers.filter((answer) => answer.status !== 202)) {
        assert.equal(status, 409);
        assert.equal(body.type, "/problems/operation-running");
        assert.equal(body.operationId, accepted[0]?.body.id);
      }
      held.resolve();
      assert.equal((await serving.ended(accepted[0]?.body.id)).status, "succeeded");
      assert.equal((await serving.call("GET", "/operations")).body.items.length, 1);
    } finally {
      await other.stop();
      await serving.stop();
    }
  });
});
