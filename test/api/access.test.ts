import assert from "node:assert/strict";
import { type Serving, serve, token } from "./serving.ts";

describe("access", () => {
  let serving: Serving;
  const tokens: Record<string, string> = {};
  before(async () => {
    serving = await serve();
    for (const role of ["viewer", "operator", "approver", "administrator"]) {
      const made = await serving.call("POST", "/tokens", { body: { name: `ci-${role}`, role } });
      assert.equal(made.status, 201, made.text);
      tokens[role] = made.body.token;
    }
  });
  after(() => serving.stop());

  const calls = [
    ["GET", "/accounts", { viewer: 200, operator: 200, approver: 200, administrator: 200 }],
    ["GET", "/admin", { viewer: 200, operator: 200, approver: 200, administrator: 200 }],
    ["POST", "/admin/previews", { viewer: 403, operator: 202, approver: 403, administrator: 202 }],
    [
      "DELETE",
      "/accounts/100000000001?confirm=100000000001",
      { viewer: 403, operator: 404, approver: 403, administrator: 404 },
    ],
    ["GET", "/tokens", { viewer: 403, operator: 403, approver: 403, administrator: 200 }],
  ] as const;
  for (const [method, path, answers] of calls) {
    it(`to ${method} ${path} depends on the role`, async () => {
      for (const [role, status] of Object.entries(answers)) {
        const answer = await serving.call(method, path, { token: tokens[role] ?? null });
        assert.equal(answer.status, status, `${role}: ${answer.text}`);
        if (status === 403) assert.match(answer.body.detail, new RegExp(`role is ${role}; this takes one of: `));
      }
    });
  }

  it("is by tokens of which only hashes are stored, shown once", async () => {
    const rows = await serving.db.selectFrom("tokens").selectAll().execute();
    assert.equal(rows.length, 4);
    const stored = JSON.stringify(rows.map((row) => ({ ...row, hash: row.hash.toString("latin1") })));
    for (const secret of Object.values(tokens)) assert.ok(!stored.includes(secret));
    const list = await serving.call("GET", "/tokens");
    for (const secret of Object.values(tokens)) assert.ok(!list.text.includes(secret));
    for (const secret of [...Object.values(tokens), token]) assert.ok(!serving.log.join("").includes(secret));
  });

  it("ends at once when a token is deleted", async () => {
    const made = await serving.call("POST", "/tokens", { body: { name: "gone", role: "viewer" } });
    assert.equal((await serving.call("GET", "/accounts", { token: made.body.token })).status, 200);
    assert.equal((await serving.call("DELETE", `/tokens/${made.body.id}`)).status, 204);
    assert.equal((await serving.call("GET", "/accounts", { token: made.body.token })).status, 401);
    assert.equal((await serving.call("DELETE", `/tokens/${made.body.id}`)).status, 404);
  });

  it("keeps names of tokens apart, the bootstrap administrator's among them", async () => {
    for (const name of ["ci-viewer", "bootstrap"]) {
      const again = await serving.call("POST", "/tokens", { body: { name, role: "viewer" } });
      assert.equal(again.status, 409, name);
    }
    assert.equal((await serving.call("GET", "/tokens")).body.items.length, 4);
  });

  it("needs no token for health, readiness and documentation", async () => {
    for (const path of ["/healthz", "/readyz", "/openapi.json", "/docs", "/metrics"]) {
      assert.equal((await serving.call("GET", path, { token: null })).status, 200, path);
    }
    assert.equal((await serving.call("GET", "/", { token: null })).headers.get("location"), "/docs");
  });

  it("leaves a trace of every change", async () => {
    const rows = await serving.db.selectFrom("audit").selectAll().orderBy("id").execute();
    assert.ok(rows.some(({ action, actor }) => action === "token.create" && actor === "bootstrap"));
    assert.ok(rows.some(({ action, actor }) => action === "operation.preview" && actor === "ci-operator"));
  });
});
