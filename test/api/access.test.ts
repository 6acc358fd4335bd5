import assert from "node:assert/strict";
import { type Serving, serve, token } from "./serving.ts";

describe("access", () => {
  let serving: Serving;
  const tokens: Record<string, string> = {};
  const everybody = ["viewer", "team", "operator", "approver", "auditor", "administrator"];
  before(async () => {
    serving = await serve();
    for (const role of everybody) {
      const accounts = role === "team" ? { accounts: ["100000000009"] } : {};
      const made = await serving.call("POST", "/tokens", { body: { name: `ci-${role}`, role, ...accounts } });
      assert.equal(made.status, 201, made.text);
      tokens[role] = made.body.token;
    }
  });
  after(() => serving.stop());

  const calls = [
    ["GET", "/accounts", { viewer: 200, team: 200, operator: 200, approver: 200, auditor: 200, administrator: 200 }],
    ["GET", "/admin", { viewer: 200, team: 403, operator: 200, approver: 200, auditor: 200, administrator: 200 }],
    [
      "POST",
      "/admin/previews",
      { viewer: 403, team: 403, operator: 202, approver: 403, auditor: 403, administrator: 202 },
    ],
    [
      "DELETE",
      "/accounts/100000000001?confirm=100000000001",
      { viewer: 403, team: 403, operator: 404, approver: 403, auditor: 403, administrator: 404 },
    ],
    [
      "DELETE",
      "/admin?confirm=100000000001",
      { viewer: 403, team: 403, operator: 403, approver: 403, auditor: 403, administrator: 400 },
    ],
    ["GET", "/tokens", { viewer: 403, team: 403, operator: 403, approver: 403, auditor: 200, administrator: 200 }],
    ["GET", "/audit", { viewer: 403, team: 403, operator: 403, approver: 403, auditor: 200, administrator: 200 }],
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

  /** Everybody but teams, which are told only what is their accounts'. */
  const readers = everybody.filter((role) => role !== "team");
  const operators = ["operator", "administrator"];
  const operatorsAndTeams = ["team", ...operators];
  const approvers = ["approver", "administrator"];
  const responders = ["operator", ...approvers];
  const auditors = ["auditor", "administrator"];
  const administrators = ["administrator"];
  /** Who may make which call. Whoever adds a route adds it here. */
  const permitted: Readonly<Record<string, readonly string[] | "anybody">> = {
    "GET /accounts": everybody,
    "GET /accounts/{accountId}": everybody,
    "GET /admin": readers,
    "GET /operations": everybody,
    "GET /operations/{operationId}": everybody,
    "GET /operations/{operationId}/events": everybody,
    "GET /changes": everybody,
    "GET /changes/{changeId}": everybody,
    "POST /accounts": operators,
    "PATCH /accounts/{accountId}": operatorsAndTeams,
    "DELETE /accounts/{accountId}": operators,
    "GET /accounts/{accountId}/readiness": everybody,
    "POST /accounts/{accountId}/extensions/{type}/{name}/approve": approvers,
    "POST /accounts/{accountId}/extensions/{type}/{name}/reject": approvers,
    "POST /accounts/{accountId}/previews": operatorsAndTeams,
    "POST /accounts/{accountId}/deployments": operatorsAndTeams,
    "POST /accounts/{accountId}/drift-checks": operatorsAndTeams,
    "DELETE /admin": administrators,
    "POST /admin/previews": operators,
    "POST /admin/deployments": operators,
    "POST /admin/drift-checks": operators,
    "POST /operations/{operationId}/cancel": operators,
    "POST /changes/{changeId}/approve": approvers,
    "POST /changes/{changeId}/reject": approvers,
    "GET /findings": everybody,
    "GET /remediations": everybody,
    "GET /remediations/{remediationId}": everybody,
    "POST /remediations/{remediationId}/approve": approvers,
    "POST /remediations/{remediationId}/reject": approvers,
    "POST /remediations/{remediationId}/undo": responders,
    "POST /remediations/{remediationId}/suppress": responders,
    "POST /remediations/{remediationId}/acknowledge": ["team", ...responders],
    "GET /reports/observed": everybody,
    "GET /reports/time-to-resolve": everybody,
    "GET /reports/backlog": everybody,
    "GET /response/kill-switch": readers,
    "PUT /response/kill-switch": responders,
    "GET /tokens": auditors,
    "POST /tokens": administrators,
    "GET /tokens/{tokenId}": auditors,
    "DELETE /tokens/{tokenId}": administrators,
    "GET /audit": auditors,
    "GET /audit/verify": auditors,
    "GET /healthz": "anybody",
    "GET /readyz": "anybody",
    "GET /metrics": "anybody",
    "GET /openapi.json": "anybody",
    "GET /docs": "anybody",
    "GET /problems/{name}": "anybody",
  };

  it("to the kill switch is wider for who stops than for who lets changes begin again", async () => {
    const set = (role: string, on: boolean) =>
      serving.call("PUT", "/response/kill-switch", {
        token: tokens[role] ?? null,
        body: { on, reason: `${role} says so` },
      });
    for (const role of responders) assert.equal((await set(role, true)).status, 200, role);
    const refused = await set("operator", false);
    assert.equal(refused.status, 403);
    assert.match(refused.body.detail, /role is operator; .* takes one of: approver, administrator/);
    for (const role of approvers) {
      assert.equal((await serving.call("GET", "/response/kill-switch")).body.on, true, role);
      const { status, body } = await set(role, false);
      assert.deepEqual([status, body.on, body.by, body.reason], [200, false, `ci-${role}`, `${role} says so`]);
      await set("operator", true);
    }
  });

  it("is by tokens of which only hashes are stored, shown once", async () => {
    const rows = await serving.db.selectFrom("tokens").selectAll().execute();
    assert.equal(rows.length, everybody.length);
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
    assert.equal((await serving.call("GET", "/tokens")).body.items.length, everybody.length);
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

  // The last: it spends what the address may be refused in a minute.
  it("to every call is for the roles that the table says, and for nobody without a token", async () => {
    const { paths } = (await serving.call("GET", "/openapi.json")).body as { paths: Record<string, object> };
    const calls = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(calls.toSorted(), Object.keys(permitted).toSorted());
    for (const call of calls) {
      const [method = "", template = ""] = call.split(" ");
      // Ids that nothing has: whoever is let in is told 400 or 404, and nothing is done.
      const path = template.replaceAll(/\{\w+\}/g, "none");
      const options = method === "GET" ? {} : { body: { nonsense: true } };
      const allowed = permitted[call] ?? [];
      for (const role of everybody) {
        const { status } = await serving.call(method, path, { ...options, token: tokens[role] ?? null });
        const expected = allowed === "anybody" || allowed.includes(role);
        assert.equal(status !== 403, expected, `${role}: ${call} answers ${status}`);
        assert.notEqual(status, 401);
      }
      for (const token of [null, "an-unknown-token"]) {
        const { status } = await serving.call(method, path, { ...options, token });
        assert.equal(
          status === 401 || status === 429,
          allowed !== "anybody",
          `without a token: ${call} answers ${status}`,
        );
      }
    }
  });
});
