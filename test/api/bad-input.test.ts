import assert from "node:assert/strict";
import { problemTitles } from "../../api/http/documentation.ts";
import { explanations } from "../../api/http/explanations.ts";
import { type CallOptions, type Serving, serve } from "./serving.ts";

interface Case {
  readonly title: string;
  readonly method: string;
  readonly path: string;
  readonly options?: CallOptions;
  readonly status: number;
  readonly type: string;
  /** Names that the errors must have. */
  readonly fields?: readonly string[];
  /** What `allowed` or the detail must tell. */
  readonly tells?: RegExp;
}

const post = (body: unknown): CallOptions => ({ body });
const member = /ACTIVE member account/;
const forms = /accountId of an existing account, or name and email/;

const cases: Case[] = [
  ...["abc", "12345678901", "1000000000011", "10000000000a", "", " 100000000001"].map((accountId) => ({
    title: `the malformed account id "${accountId}"`,
    ...{ method: "POST", path: "/accounts", options: post({ accountId }) },
    ...{ status: 400, type: "invalid-request", fields: ["accountId"], tells: /twelve digits/ },
  })),
  {
    title: "an account id that is a number",
    ...{ method: "POST", path: "/accounts", options: post({ accountId: 100000000001 }) },
    ...{ status: 400, type: "invalid-request", fields: ["accountId"], tells: /string/ },
  },
  ...(
    [
      ["an unknown account", "999999999999", /not in the organization/],
      ["an account outside the organization", "555555555555", /not in the organization/],
      ["the management account", "111111111111", /management account/],
      ["the security account", "222222222222", /security account/],
      ["the log archive", "333333333333", /log archive/],
      ["a suspended account", "100000000099", /SUSPENDED/],
    ] as const
  ).flatMap(([title, accountId, tells]) => [
    {
      title,
      ...{ method: "POST", path: "/accounts", options: post({ accountId }) },
      ...{ status: 422, type: "not-acceptable-account", fields: ["accountId"], tells },
    },
    {
      title: `a preview of ${title}`,
      ...{ method: "POST", path: `/accounts/${accountId}/previews` },
      ...{ status: 422, type: "not-acceptable-account", fields: ["accountId"], tells: member },
    },
  ]),
  {
    title: "both forms at once",
    ...{
      method: "POST",
      path: "/accounts",
      options: post({ accountId: "100000000001", name: "x", email: "x@y.example" }),
    },
    ...{ status: 400, type: "invalid-request", fields: ["name", "email"], tells: forms },
  },
  {
    title: "neither form",
    ...{ method: "POST", path: "/accounts", options: post({ owner: "team" }) },
    ...{ status: 400, type: "invalid-request", fields: ["accountId"], tells: forms },
  },
  {
    title: "a creation without an e-mail address",
    ...{ method: "POST", path: "/accounts", options: post({ name: "x" }) },
    ...{ status: 400, type: "invalid-request", fields: ["email"], tells: forms },
  },
  {
    title: "a creation with a broken e-mail address",
    ...{ method: "POST", path: "/accounts", options: post({ name: "x", email: "nobody-here" }) },
    ...{ status: 400, type: "invalid-request", fields: ["email"] },
  },
  {
    title: "a creation with an address that is taken",
    ...{ method: "POST", path: "/accounts", options: post({ name: "x", email: "CLEARING-PROD@clearing.example.com" }) },
    ...{ status: 422, type: "not-acceptable-account", fields: ["email"], tells: /100000000001/ },
  },
  {
    title: "a creation under an organizational unit that does not exist",
    method: "POST",
    path: "/accounts",
    options: post({ name: "x", email: "x@y.example", organizationalUnitId: "ou-bulw-nothere00" }),
    ...{ status: 422, type: "not-acceptable-account", fields: ["organizationalUnitId"], tells: /ou-bulw-prod00001/ },
  },
  {
    title: "a malformed organizational unit",
    method: "POST",
    path: "/accounts",
    options: post({ name: "x", email: "x@y.example", organizationalUnitId: "prod" }),
    ...{ status: 400, type: "invalid-request", fields: ["organizationalUnitId"] },
  },
  {
    title: "an extension of a type that does not exist",
    ...{
      method: "POST",
      path: "/accounts",
      options: post({ accountId: "100000000001", extensions: [{ type: "backdoor", name: "x" }] }),
    },
    ...{ status: 400, type: "invalid-request", fields: ["extensions.0.type"], tells: /configRule, conformancePack/ },
  },
  {
    title: "an extension with a wrong field",
    ...{
      method: "POST",
      path: "/accounts",
      options: post({
        accountId: "100000000001",
        extensions: [{ type: "configRule", name: "x", managed: { identifier: "required tags" } }],
      }),
    },
    ...{ status: 400, type: "invalid-request", fields: ["extensions.0.managed.identifier"], tells: /REQUIRED_TAGS/ },
  },
  {
    title: "an extension that the organization does not permit",
    ...{
      method: "POST",
      path: "/accounts",
      options: post({
        accountId: "100000000001",
        extensions: [
          { type: "configRule", name: "x", managed: { identifier: "REQUIRED_TAGS" }, regions: ["eu-north-1"] },
        ],
      }),
    },
    ...{ status: 422, type: "extension-not-permitted", fields: ["extensions.0.regions.0"], tells: /us-east-1/ },
  },
  {
    title: "unknown fields, each by its name",
    ...{ method: "POST", path: "/accounts", options: post({ accountId: "100000000001", a: 1, __b: 2 }) },
    ...{ status: 400, type: "invalid-request", fields: ["a", "__b"] },
  },
  {
    title: "an unknown field within an entry, without the fields of something else",
    ...{ method: "POST", path: "/accounts" },
    options: post({
      accountId: "100000000001",
      extensions: [{ type: "configRule", name: "x", managed: { identifer: "Y" } }],
    }),
    ...{
      status: 400,
      type: "invalid-request",
      fields: ["extensions.0.managed.identifier", "extensions.0.managed.identifer"],
    },
    tells: /^(?!.*allowed: .*owner)/,
  },
  {
    title: "an environment that is no name",
    ...{ method: "POST", path: "/accounts", options: post({ accountId: "100000000001", environment: "Prod !" }) },
    ...{ status: 400, type: "invalid-request", fields: ["environment"], tells: /lower-case/ },
  },
  ...["[]", '"text"', "null", "42"].map((raw) => ({
    title: `the body ${raw}`,
    ...{ method: "POST", path: "/accounts", options: { raw } },
    ...{ status: 400, type: "invalid-request", fields: ["body"], tells: /object/ },
  })),
  {
    title: "no body",
    ...{ method: "POST", path: "/accounts", status: 400, type: "invalid-request", fields: ["body"] },
  },
  {
    title: "broken JSON",
    ...{ method: "POST", path: "/accounts", options: { raw: '{"accountId": "1000' } },
    ...{ status: 400, type: "invalid-json", fields: ["body"] },
  },
  {
    title: "a body over 1 MB",
    ...{
      method: "POST",
      path: "/accounts",
      options: post({ accountId: "100000000001", owner: "x".repeat(1_000_001) }),
    },
    ...{ status: 413, type: "body-too-large", tells: /1 MB/ },
  },
  {
    title: "a body that is not said to be JSON",
    method: "POST",
    path: "/accounts",
    options: { raw: "accountId=100000000001", headers: { "content-type": "application/x-www-form-urlencoded" } },
    ...{ status: 415, type: "unsupported-media-type", fields: ["Content-Type"] },
  },
  {
    title: "a body in a charset that is not UTF",
    method: "POST",
    path: "/accounts",
    options: { raw: "{}", headers: { "content-type": "application/json; charset=latin1" } },
    ...{ status: 415, type: "unsupported-media-type" },
  },
  {
    title: "an unknown field in a deployment",
    ...{ method: "POST", path: "/admin/deployments", options: post({ force: true }) },
    ...{ status: 400, type: "invalid-request", fields: ["force"], tells: /refresh/ },
  },
  {
    title: "a field in a drift check, which takes none",
    ...{ method: "POST", path: "/admin/drift-checks", options: post({ refresh: true }) },
    ...{ status: 400, type: "invalid-request", fields: ["refresh"], tells: /no fields/ },
  },
  {
    title: "refresh that is no boolean",
    ...{ method: "POST", path: "/admin/deployments", options: post({ refresh: "yes" }) },
    ...{ status: 400, type: "invalid-request", fields: ["refresh"], tells: /boolean/ },
  },
  ...["0", "501", "-1", "1.5", "ten", "", "1e2", "99999999999"].map((limit) => ({
    title: `limit=${limit}`,
    ...{ method: "GET", path: `/operations?limit=${limit}`, status: 400, type: "invalid-request", fields: ["limit"] },
  })),
  {
    title: "limit given twice",
    ...{ method: "GET", path: "/accounts?limit=1&limit=2", status: 400, type: "invalid-request", fields: ["limit"] },
  },
  ...["garbage", "e30", "eyJ2IjoxfQ", "%00", "eyJ2IjoxLCJzY29wZSI6e30sImFmdGVyIjoiMSJ9", "'; drop table accounts"].map(
    (cursor) => ({
      title: `the cursor ${cursor}`,
      ...{ method: "GET", path: `/accounts?cursor=${encodeURIComponent(cursor)}` },
      ...{ status: 400, type: "invalid-request", fields: ["cursor"], tells: /nextCursor/ },
    }),
  ),
  {
    title: "an unknown filter",
    ...{ method: "GET", path: "/operations?state=running", status: 400, type: "invalid-request", fields: ["state"] },
  },
  {
    title: "a status that does not exist",
    ...{ method: "GET", path: "/operations?status=done" },
    ...{ status: 400, type: "invalid-request", fields: ["status"], tells: /queued, running/ },
  },
  {
    title: "a malformed account id in the path",
    ...{ method: "GET", path: "/accounts/abc", status: 400, type: "invalid-request", fields: ["accountId"] },
  },
  {
    title: "an account that Bulwark does not know",
    method: "GET",
    path: "/accounts/100000000002",
    status: 404,
    type: "not-found",
  },
  {
    title: "a deployment of an account that was never onboarded",
    ...{ method: "POST", path: "/accounts/100000000002/deployments", status: 404, type: "not-found" },
  },
  { title: "an unknown operation", method: "GET", path: "/operations/op-1", status: 404, type: "not-found" },
  {
    title: "an operation id that would be SQL",
    ...{ method: "POST", path: "/operations/';drop table operations/cancel", status: 404, type: "not-found" },
  },
  { title: "an unknown path", method: "GET", path: "/acounts", status: 404, type: "not-found", tells: /openapi/ },
  {
    title: "a path that can't be decoded",
    ...{ method: "GET", path: "/accounts/%E0%A4%A", status: 400, type: "invalid-request" },
  },
  {
    title: "an unknown method",
    method: "PUT",
    path: "/accounts",
    status: 405,
    type: "method-not-allowed",
    tells: /POST, GET/,
  },
  {
    title: "no token",
    method: "GET",
    path: "/accounts",
    options: { token: null },
    status: 401,
    type: "unauthenticated",
  },
  {
    title: "a wrong token",
    method: "GET",
    path: "/accounts",
    options: { token: "wrong" },
    status: 401,
    type: "unauthenticated",
  },
  {
    title: "no token, before anything about the body",
    ...{ method: "POST", path: "/accounts", options: { token: null, raw: "{" }, status: 401, type: "unauthenticated" },
  },
  {
    title: "a malformed Idempotency-Key",
    method: "POST",
    path: "/accounts",
    options: { body: { accountId: "100000000001" }, headers: { "idempotency-key": "a key" } },
    ...{ status: 400, type: "invalid-request", fields: ["Idempotency-Key"] },
  },
  {
    title: "a token of an unknown role",
    ...{ method: "POST", path: "/tokens", options: post({ name: "ci", role: "god" }) },
    ...{
      status: 400,
      type: "invalid-request",
      fields: ["role"],
      tells: /viewer, team, operator, approver, auditor, admin/,
    },
  },
  ...(
    [
      ["of a team without accounts", { role: "team" }, /allowed: 1 to 100 account ids with role team/],
      ["of a team with no account", { role: "team", accounts: [] }, /at least 1 item/],
      ["of a team with a wrong account id", { role: "team", accounts: ["1"] }, /accounts\.0/, "accounts.0"],
      ["of another role with accounts", { role: "operator", accounts: ["100000000001"] }, /role operator/],
    ] as const
  ).map(([of, body, tells, field = "accounts"]) => ({
    title: `a token ${of}`,
    ...{ method: "POST", path: "/tokens", options: post({ name: "ci", ...body }) },
    ...{ status: 400, type: "invalid-request", fields: [field], tells },
  })),
];

describe("bad input", () => {
  let serving: Serving;
  before(async () => {
    serving = await serve();
  });
  after(() => serving.stop());

  for (const { title, method, path, options, status, type, fields, tells } of cases) {
    it(`is refused: ${title}`, async () => {
      const answer = await serving.call(method, path, options);
      assert.equal(answer.status, status, answer.text);
      assert.match(answer.headers.get("content-type") ?? "", /^application\/problem\+json/);
      assert.equal(answer.body.type, `/problems/${type}`);
      assert.equal(answer.body.status, status);
      assert.ok(answer.body.title && answer.body.detail && answer.body.requestId);
      assert.equal(answer.body.requestId, answer.headers.get("x-request-id"));
      for (const field of fields ?? []) {
        const found = answer.body.errors.filter((error: { field: string }) => error.field === field);
        assert.equal(found.length, 1, `${field} in ${answer.text}`);
      }
      if (tells !== undefined) assert.match(answer.text, tells);
      assert.doesNotMatch(answer.text, /node_modules|\.ts:\d|at [A-Z]\w+ \(|insert into/);
      if (status === 401) assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/);
      if (status === 405) assert.match(answer.headers.get("allow") ?? "", /POST, GET/);
    });
  }

  it("leads by its type to an explanation", async () => {
    const { body } = await serving.call("GET", "/accounts/abc");
    const explained = await serving.call("GET", body.type, { token: null });
    const { type, title, explanation } = explained.body;
    assert.deepEqual({ type, title }, { type: "/problems/invalid-request", title: "The request is not valid" });
    assert.match(explanation, /names each wrong field/);
  });

  it("is explained in words for every type of problem, of calls and of operations", () => {
    assert.deepEqual([...problemTitles.keys()].toSorted(), Object.keys(explanations).toSorted());
  });

  it("changed nothing: no account, no operation, no job, no call that changes AWS", async () => {
    const accounts = await serving.call("GET", "/accounts");
    assert.deepEqual(accounts.body, { items: [], nextCursor: null });
    const operations = await serving.call("GET", "/operations");
    assert.deepEqual(operations.body, { items: [], nextCursor: null });
    assert.equal(serving.runner.requests.length, 0);
    assert.deepEqual(
      serving.aws.calls.filter((call) => !call.startsWith("account ")),
      [],
    );
    const audit = await serving.db.selectFrom("audit").selectAll().execute();
    assert.deepEqual(audit, []);
  });

  it("is answered when a large body is sent without waiting for the answer", async () => {
    const chunk = new Uint8Array(3_000_000).fill(32);
    const answer = await serving.call("POST", "/accounts", {
      raw: chunk,
      headers: { "content-type": "application/json" },
    });
    assert.equal(answer.status, 413);
  });
});
