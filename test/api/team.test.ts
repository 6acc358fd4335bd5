import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createApplication } from "../../api/http/application.ts";
import { createAuthentication } from "../../api/http/authentication.ts";
import type { Principal } from "../../api/http/permissions.ts";
import { route } from "../../api/http/route.ts";
import { listen, stopListening } from "../../api/http/server.ts";
import { createLogger } from "../../api/logger.ts";
import { EXTENSION_TYPES } from "../../programs/extensions/extensions.ts";
import { eventually } from "../stacks/probe/processes.ts";
import { type Answer, type Serving, serve } from "./serving.ts";

const ours = "100000000001";
const theirs = "100000000002";
const nobodys = "100000000003";
const rule = EXTENSION_TYPES.configRule.example;
const suppression = {
  ...EXTENSION_TYPES.suppression.example,
  expires: new Date(Date.now() + 30 * 86_400_000).toISOString(),
};
const nothing = { create: 0, update: 0, replace: 0, delete: 0, same: 40, import: 0 };

interface Item {
  readonly id: string;
  readonly accountId?: string;
}

describe("a route", () => {
  const team: Principal = { id: "tok-1", name: "clearing", role: "team", accounts: [ours] };
  const defined = {
    method: "get",
    operationId: "x",
    tag: "x",
    summary: "x",
    permission: "read",
    responses: {},
  } as const;
  const answer = () => ({ status: 200, body: {} });
  const routes = [
    route({ ...defined, path: "/unthought", handle: answer }),
    route({ ...defined, path: "/forgetful", team: { keptTo: "rows" }, handle: answer }),
    route({
      ...{ ...defined, method: "post", path: "/forgetful", team: { keptTo: "rows" } },
      handle: ({ write }) => write(async () => answer()),
    }),
    route({
      ...{ ...defined, path: "/mindful", team: { keptTo: "rows" } },
      handle: ({ ownAccounts }) => ({ status: 200, body: ownAccounts() }),
    }),
    route({ ...defined, path: "/without-account", team: { keptTo: "account" }, handle: answer }),
  ];

  it("is closed to teams unless it says how it keeps to their accounts, and does", async () => {
    let committed = 0;
    const database = {
      transaction: () => ({
        async execute(change: (transaction: undefined) => Promise<unknown>) {
          const done = await change(undefined);
          committed += 1;
          return done;
        },
      }),
    };
    const app = createApplication({
      ...{ routes, db: database as never, trustedProxies: [], newId: () => "1", logger: createLogger("silent") },
      rateLimit: { admit: () => undefined, refused: () => undefined, spend: () => undefined },
      metrics: { observe: () => undefined },
      authentication: { ...createAuthentication(database as never, "none"), identify: async () => team },
    });
    const server = await listen(app, { host: "127.0.0.1", port: 0 });
    const { port } = server.address() as AddressInfo;
    const ask = async (path: string, method = "GET") => {
      const found = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      return [found.status, await found.json()];
    };
    assert.equal((await ask("/unthought"))[0], 403);
    assert.equal((await ask("/forgetful"))[0], 500);
    assert.equal((await ask("/forgetful", "POST"))[0], 500);
    assert.equal(committed, 0);
    assert.deepEqual(await ask("/mindful"), [200, [ours]]);
    assert.equal((await ask("/without-account"))[0], 404);
    await stopListening(server);
  });
});

describe("a team", () => {
  let serving: Serving;
  let us: string;
  let them: string;
  let approver: string;
  /** Operations of each account, and one of the admin stack. */
  const operations: Record<string, string> = {};
  const changes: Record<string, string> = {};

  async function makeToken(name: string, role: string, accounts?: string[]): Promise<string> {
    const made = await serving.call("POST", "/tokens", { body: { name, role, ...(accounts && { accounts }) } });
    assert.equal(made.status, 201, made.text);
    assert.deepEqual(made.body.accounts, accounts);
    return made.body.token;
  }

  const as = (token: string, method: string, path: string, body?: unknown): Promise<Answer> =>
    serving.call(method, path, { token, ...(body === undefined ? {} : { body }) });
  const all = async (token: string, path: string, query = ""): Promise<Item[]> =>
    (await as(token, "GET", `${path}?limit=500${query}`)).body.items;

  before(async () => {
    serving = await serve();
    us = await makeToken("clearing", "team", [ours]);
    them = await makeToken("risk", "team", [theirs]);
    approver = await makeToken("board", "approver");
    for (const accountId of [ours, theirs]) {
      const { body } = await serving.call("POST", "/accounts", { body: { accountId, owner: `desk-of-${accountId}` } });
      await serving.ended(body.id);
    }
    const admin = await serving.call("POST", "/admin/previews");
    await serving.ended(admin.body.id);
    operations.admin = admin.body.id;
    const type = "aws:guardduty/detector:Detector";
    serving.runner.behave = ({ verb, stack }) => {
      if (verb !== "preview") return {};
      const urn = `urn:pulumi:${stack}::bulwark::${type}::detector`;
      const steps = [{ urn, type, name: "detector", op: "delete" as const, region: "us-west-2" }];
      return { changes: { ...nothing, delete: 1 }, steps, baseHash: "base" };
    };
    for (const [token, accountId] of [
      [us, ours],
      [them, theirs],
    ] as const) {
      const { body } = await as(token, "POST", `/accounts/${accountId}/deployments`);
      operations[accountId] = body.id;
      await eventually(
        "a deployment that waits for approval",
        async () => (await serving.call("GET", `/operations/${body.id}`)).body.status === "awaiting_approval",
      );
      const [change] = await all(token, "/changes");
      changes[accountId] = change?.id ?? "none";
    }
    serving.runner.behave = () => ({});
  });
  after(() => serving.stop());

  it("lists what belongs to its accounts and nothing else, whatever it filters by", async () => {
    for (const [token, own, other] of [
      [us, ours, theirs],
      [them, theirs, ours],
    ] as const) {
      assert.deepEqual(
        (await all(token, "/accounts")).map(({ accountId }) => accountId),
        [own],
      );
      const listed = (await as(token, "GET", "/operations")).body.items;
      assert.deepEqual(
        listed.map(({ kind, target }: { kind: string; target: Item }) => [kind, target.accountId]),
        [
          ["deploy", own],
          ["onboard", own],
        ],
      );
      assert.deepEqual(
        (await all(token, "/changes")).map(({ id }) => id),
        [changes[own]],
      );
      for (const path of ["/operations", "/changes"]) {
        assert.equal((await all(token, path, `&accountId=${own}`)).length, path === "/changes" ? 1 : 2);
        assert.deepEqual(await all(token, path, `&accountId=${other}`), []);
      }
    }
  });

  it("is given whole pages of it, also by a cursor that was somebody else's", async () => {
    for (let count = 0; count < 5; count++) {
      for (const accountId of [ours, theirs]) {
        await serving.ended((await serving.call("POST", `/accounts/${accountId}/drift-checks`)).body.id);
      }
    }
    const expected = (await all(us, "/operations")).map(({ id }) => id);
    assert.equal(expected.length, 7);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `&cursor=${cursor}`;
      const { body } = await as(us, "GET", `/operations?limit=3${query}`);
      assert.ok(body.items.length === 3 || body.nextCursor === null);
      seen.push(...body.items.map(({ id }: Item) => id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    assert.deepEqual(seen, expected);

    const { nextCursor } = (await serving.call("GET", "/operations?limit=1")).body;
    const { items } = (await as(us, "GET", `/operations?limit=500&cursor=${nextCursor}`)).body;
    assert.deepEqual(
      items.map(({ id }: Item) => id),
      expected,
    );
  });

  it("finds nothing where there is something of another team's, as where there is nothing", async () => {
    const told = async (method: string, path: string, id: string) => {
      const { status, text } = await as(us, method, path, method === "PATCH" ? { extensions: [rule] } : undefined);
      const { requestId: _, ...problem } = JSON.parse(text);
      return { status, problem: JSON.parse(JSON.stringify(problem).replaceAll(id, "<id>")) };
    };
    const uuid = "00000000-0000-7000-8000-000000000000";
    for (const [path, id, other] of [
      ["/accounts", theirs, nobodys],
      ["/operations", operations[theirs] ?? "", `op-${uuid}`],
      ["/operations", operations.admin ?? "", `op-${uuid}`],
      ["/changes", changes[theirs] ?? "", `chg-${uuid}`],
    ] as const) {
      assert.equal((await serving.call("GET", `${path}/${id}`)).status, 200, id);
      const found = await told("GET", `${path}/${id}`, id);
      assert.equal(found.status, 404, id);
      assert.deepEqual(found, await told("GET", `${path}/${other}`, other));
    }
    for (const [method, path] of [
      ["GET", "readiness"],
      ["PATCH", undefined],
      ["POST", "previews"],
      ["POST", "deployments"],
      ["POST", "drift-checks"],
    ] as const) {
      const of = (accountId: string) => ["/accounts", accountId, path].filter(Boolean).join("/");
      const found = await told(method, of(theirs), theirs);
      assert.equal(found.status, 404, `${method} ${path}`);
      assert.deepEqual(found, await told(method, of(nobodys), nobodys));
    }
    assert.deepEqual((await serving.call("GET", `/accounts/${theirs}`)).body.extensions, []);
  });

  it("extends its own accounts, and changes nothing else about them", async () => {
    const extended = await as(us, "PATCH", `/accounts/${ours}`, { extensions: [rule] });
    assert.equal(extended.status, 200, extended.text);
    assert.deepEqual(extended.body.extensions, [rule]);
    for (const body of [{ owner: "us" }, { environment: "dev" }, { extensions: [], environment: null }]) {
      const refused = await as(us, "PATCH", `/accounts/${ours}`, body);
      assert.equal(refused.status, 403, refused.text);
      const [error] = refused.body.errors;
      assert.ok(error.field in body && error.field !== "extensions");
      assert.equal(error.allowed, "extensions");
    }
    const { body } = await serving.call("GET", `/accounts/${ours}`);
    assert.deepEqual([body.owner, body.extensions], [`desk-of-${ours}`, [rule]]);
    const audited = (await serving.call("GET", `/audit?target=${ours}&actor=clearing`)).body.items;
    assert.deepEqual(
      audited.map(({ action }: { action: string }) => action),
      ["account.update"],
    );
  });

  it("asks for what weakens, which an approver decides on and it does not", async () => {
    const asked = await as(us, "PATCH", `/accounts/${ours}`, { extensions: [rule, suppression] });
    const [weakening] = asked.body.weakenings;
    assert.deepEqual([weakening.status, weakening.requestedBy], ["pending", "clearing"]);
    const decision = `/accounts/${ours}/extensions/suppression/${suppression.name}/approve`;
    const body = { requestedAt: weakening.requestedAt };
    for (const token of [us, them]) assert.equal((await as(token, "POST", decision, body)).status, 403);
    assert.equal((await as(approver, "POST", decision, body)).body.weakenings[0].status, "approved");
  });

  it("has its own stacks previewed, deployed and checked, of which an approver decides what destroys", async () => {
    const change = await as(us, "GET", `/changes/${changes[ours]}`);
    assert.deepEqual([change.status, change.body.requestedBy], [200, "clearing"]);
    assert.equal((await as(us, "POST", `/changes/${changes[ours]}/approve`)).status, 403);
    assert.equal((await as(approver, "POST", `/changes/${changes[ours]}/reject`)).status, 200);
    for (const verb of ["previews", "deployments", "drift-checks"]) {
      const accepted = await as(us, "POST", `/accounts/${ours}/${verb}`);
      assert.equal(accepted.status, 202, accepted.text);
      assert.equal((await serving.ended(accepted.body.id)).requestedBy, "clearing");
      assert.equal((await as(us, "GET", accepted.headers.get("location") ?? "")).status, 200);
    }
  });

  it("is told of no other account by any call that there is, and has nothing done to one", async () => {
    const { paths } = (await serving.call("GET", "/openapi.json")).body as { paths: Record<string, object> };
    const before = await serving.db.selectFrom("audit").select("id").execute();
    const ids: Record<string, string | undefined> = {
      ...{ accountId: theirs, operationId: operations[theirs], changeId: changes[theirs] },
      ...{ tokenId: "tok-none", type: "suppression", name: suppression.name },
    };
    const secrets = [
      "risk-prod",
      `desk-of-${theirs}`,
      theirs,
      changes[theirs] ?? "none",
      ...Object.values(operations),
    ].filter((secret) => secret !== operations[ours]);
    const open: string[] = [];
    for (const [template, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) {
        const path = template.replaceAll(/\{(\w+)\}/g, (_, name) => ids[name] ?? "none");
        const body = method === "get" ? undefined : method === "patch" ? { extensions: [] } : {};
        const answer = await as(us, method.toUpperCase(), path, body);
        const call = `${method} ${template}: ${answer.status} ${answer.text}`;
        if (answer.status === 200) open.push(template);
        else assert.ok(answer.status === 403 || answer.status === 404, call);
        // Ids that are repeated from the path tell nothing.
        for (const secret of secrets.filter((one) => !path.includes(one)))
          assert.ok(!answer.text.includes(secret), call);
      }
    }
    // What is open to whoever has no token tells nobody of accounts.
    const ofResponse = [
      "/findings",
      "/remediations",
      ...["observed", "time-to-resolve", "backlog"].map((report) => `/reports/${report}`),
    ];
    const public_ = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"];
    assert.deepEqual(open.toSorted(), ["/accounts", "/operations", "/changes", ...ofResponse, ...public_].toSorted());
    assert.equal((await serving.db.selectFrom("audit").select("id").execute()).length, before.length);
  });
});
