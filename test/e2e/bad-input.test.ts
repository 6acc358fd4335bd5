import assert from "node:assert/strict";
import { ListAccountsCommand, OrganizationsClient } from "@aws-sdk/client-organizations";
import type { Answer, CallOptions } from "./api.ts";
import { type Environment, organization } from "./environment.ts";

interface Row extends CallOptions {
  readonly what: string;
  readonly method?: string;
  readonly path?: string;
  readonly status: number;
  /** The field that the problem names, and what it says is allowed; none where the problem is about no field. */
  readonly field?: string;
  readonly allowed?: RegExp;
}

const member = /ACTIVE member account/;
const forms = /accountId.*name and email/;
const twelveDigits = /twelve digits/;

const rows: readonly Row[] = [
  ...["1", "10000000000a", "1000000000001", "", "../admin", "１００００００００００１"].map((accountId) => ({
    what: `the malformed id ${JSON.stringify(accountId)}`,
    body: { accountId },
    status: 400,
    field: "accountId",
    allowed: twelveDigits,
  })),
  ...[100000000011, null, ["100000000011"], true].map((accountId) => ({
    what: `an id that is ${JSON.stringify(accountId)}`,
    body: { accountId },
    status: 400,
    field: "accountId",
    allowed: /string/,
  })),
  { what: "an unknown id", body: { accountId: "999999999999" }, status: 422, field: "accountId", allowed: member },
  { what: "an id outside", body: { accountId: "555555555555" }, status: 422, field: "accountId", allowed: member },
  {
    what: "a suspended account",
    body: { accountId: "100000000099" },
    status: 422,
    field: "accountId",
    allowed: member,
  },
  ...["111111111111", "222222222222", "333333333333"].map((accountId) => ({
    what: `core account ${accountId}`,
    body: { accountId },
    status: 422,
    field: "accountId",
    allowed: member,
  })),
  ...["111111111111", "222222222222", "333333333333", "555555555555", "100000000099"].map((accountId) => ({
    what: `a preview of ${accountId}`,
    path: `/accounts/${accountId}/previews`,
    body: {},
    status: 422,
    field: "accountId",
    allowed: member,
  })),
  {
    what: "both forms at once",
    body: { accountId: "100000000011", name: "x", email: "x@clearing.example.com" },
    status: 400,
    field: "name",
    allowed: forms,
  },
  { what: "neither form", body: {}, status: 400, field: "accountId", allowed: forms },
  { what: "a name without address", body: { name: "x" }, status: 400, field: "email", allowed: forms },
  {
    what: "a unit alone",
    body: { organizationalUnitId: "ou-bulw-dev000001" },
    status: 400,
    field: "name",
    allowed: forms,
  },
  {
    what: "a malformed unit",
    body: { name: "x", email: "x@clearing.example.com", organizationalUnitId: "dev" },
    status: 400,
    field: "organizationalUnitId",
    allowed: /ou-/,
  },
  {
    what: "an unknown unit",
    body: { name: "x", email: "x@clearing.example.com", organizationalUnitId: "ou-bulw-nowhere01" },
    status: 422,
    field: "organizationalUnitId",
    allowed: /ou-bulw-dev000001/,
  },
  {
    what: "an address that is taken",
    body: { name: "x", email: "aws+risk-prod@clearing.example.com" },
    status: 422,
    field: "email",
    allowed: /100000000002/,
  },
  {
    what: "a malformed address",
    body: { name: "x", email: "nobody" },
    status: 400,
    field: "email",
    allowed: /e-mail address/,
  },
  {
    what: "a name that is too long",
    body: { name: "x".repeat(51), email: "x@clearing.example.com" },
    status: 400,
    field: "name",
    allowed: /50/,
  },
  {
    what: "an unknown field",
    body: { accountId: "100000000011", region: "us-east-1" },
    status: 400,
    field: "region",
    allowed: /accountId/,
  },
  {
    what: "an unknown extension",
    body: { accountId: "100000000011", extensions: [{ type: "openBucket" }] },
    status: 400,
    field: "extensions.0.type",
    allowed: /configRule/,
  },
  {
    what: "an unknown field of a deployment",
    path: "/admin/deployments",
    body: { force: true },
    status: 400,
    field: "force",
    allowed: /refresh/,
  },
  { what: "no object", raw: '"100000000011"', status: 400, field: "body", allowed: /object/ },
  { what: "a list", raw: "[]", status: 400, field: "body", allowed: /object/ },
  { what: "no body", status: 400, field: "body", allowed: /object/ },
  { what: "broken JSON", raw: '{"accountId": "1000', status: 400 },
  { what: "a body over 1 MB", raw: JSON.stringify({ accountId: "x".repeat(1_000_001) }), status: 413 },
  {
    what: "a body that is no JSON",
    raw: "accountId=1",
    headers: { "content-type": "text/plain" },
    status: 415,
    field: "Content-Type",
    allowed: /application\/json/,
  },
  {
    what: "an unknown cursor",
    method: "GET",
    path: "/accounts?cursor=abc",
    status: 400,
    field: "cursor",
    allowed: /nextCursor/,
  },
  ...["0", "501", "-1", "1.5", "many", ""].map((limit) => ({
    what: `limit=${limit}`,
    method: "GET",
    path: `/operations?limit=${limit}`,
    status: 400,
    field: "limit",
    allowed: /whole number/,
  })),
  {
    what: "an unknown filter",
    method: "GET",
    path: "/accounts?colour=red",
    status: 400,
    field: "colour",
    allowed: /limit/,
  },
  {
    what: "an unknown status",
    method: "GET",
    path: "/accounts?status=fine",
    status: 400,
    field: "status",
    allowed: /active/,
  },
  {
    what: "an offboarding without confirmation",
    method: "DELETE",
    path: "/accounts/100000000011",
    status: 400,
    field: "confirm",
    allowed: /100000000011/,
  },
  {
    what: "an offboarding that confirms another",
    method: "DELETE",
    path: "/accounts/100000000011?confirm=100000000016",
    status: 400,
    field: "confirm",
    allowed: /100000000011/,
  },
  {
    what: "an offboarding of an unknown account",
    method: "DELETE",
    path: "/accounts/100000000011?confirm=100000000011",
    status: 404,
  },
  {
    what: "a deployment of an account that is not onboarded",
    path: "/accounts/100000000011/deployments",
    body: {},
    status: 404,
  },
  { what: "no token", body: { accountId: "100000000011" }, token: null, status: 401 },
  { what: "a wrong token", body: { accountId: "100000000011" }, token: "x".repeat(40), status: 401 },
  { what: "an unknown operation", method: "GET", path: "/operations/op-0", status: 404 },
  { what: "an unknown path", method: "GET", path: "/acounts", status: 404 },
  { what: "an unknown method", method: "PUT", path: "/accounts", status: 405 },
];

describe("bad input", function () {
  this.timeout(600_000);
  let environment: Environment;
  let found: unknown;
  before(async () => {
    environment = await organization();
    found = await everything();
  });

  /** Accounts and operations of the service, and accounts of the organization. */
  async function everything() {
    const { api, root } = environment;
    const [accounts, operations, organizations] = await Promise.all([
      api.call("GET", "/accounts?limit=500"),
      api.call("GET", "/operations?limit=500"),
      new OrganizationsClient(root("111111111111")).send(new ListAccountsCommand({})),
    ]);
    return { accounts: accounts.body, operations: operations.body, organization: organizations.Accounts };
  }

  for (const { what, method = "POST", path = "/accounts", status, field, allowed, ...options } of rows) {
    it(`${what} is refused with ${status}${field === undefined ? "" : `, naming ${field}`}`, async () => {
      const answer = await environment.api.call(method, path, options);
      assertProblem(answer, status);
      if (field === undefined) return;
      const errors = answer.body.errors as { field: string; message: string; allowed?: string }[];
      const named = errors.find((error) => error.field === field);
      assert.ok(named, `${field} is not named: ${answer.text}`);
      assert.match(`${named.message} ${named.allowed ?? ""}`, allowed ?? /\S/);
      assert.ok(answer.body.detail.includes(field), answer.body.detail);
    });
  }

  it("changes nothing", async () => {
    assert.deepEqual(await everything(), found);
  });
});

function assertProblem({ status, headers, body, text }: Answer, expected: number): void {
  assert.equal(status, expected, text);
  assert.match(headers.get("content-type") ?? "", /^application\/problem\+json/);
  assert.equal(body.status, expected);
  assert.match(body.type, /^\/problems\/[a-z-]+$/);
  for (const member of ["title", "detail", "requestId"]) assert.ok(body[member], `${member} of ${text}`);
  assert.doesNotMatch(text, /\bat \S+ \(|node_modules|\.ts:\d+|BULWARK_TOKEN|postgres/);
}
