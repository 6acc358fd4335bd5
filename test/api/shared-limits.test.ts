import assert from "node:assert/strict";
import { EXTENSION_TYPES, type Extension } from "../../programs/extensions/extensions.ts";
import { type Serving, serve } from "./serving.ts";

/** Archive rules: of the suppressions the same table counts. */
const rules = (count: number, name: string): Extension[] =>
  Array.from({ length: count }, (_, index) => ({ ...EXTENSION_TYPES.archiveRule.example, name: `${name}-${index}` }));

describe("a limit that all accounts share", () => {
  const [first = "", second = "", third = "", fourth = "", fifth = ""] = [1, 2, 3, 4, 5].map((n) => `10000000000${n}`);
  let serving: Serving;
  before(async () => {
    serving = await serve();
    for (const accountId of [first, second, third, fourth, fifth]) {
      await serving.db
        .insertInto("accounts")
        .values({
          ...{ accountId, name: accountId, email: `${accountId}@example.org`, origin: "request", status: "active" },
        })
        .execute();
      await serving.db
        .insertInto("stacks")
        .values({ name: `account-${accountId}`, accountId })
        .execute();
    }
  });
  after(() => serving.stop());

  const patch = (accountId: string, extensions: readonly Extension[], token?: string) =>
    serving.call("PATCH", `/accounts/${accountId}`, {
      body: { extensions },
      ...(token === undefined ? {} : { token }),
    });
  const limits = async () => {
    const { body } = await serving.call("GET", "/readyz");
    return body.checks.find(({ name }: { name: string }) => name === "limits");
  };

  it("is not near at first", async () => {
    assert.deepEqual(await limits(), {
      ...{ name: "limits", ok: true },
      detail: "less than 80 % of each shared limit of AWS is taken",
    });
  });

  it("is warned of where four fifths are taken", async () => {
    for (const accountId of [first, second, third]) {
      assert.equal((await patch(accountId, rules(25, "partner"))).status, 200);
    }
    assert.equal((await patch(fourth, rules(15, "partner"))).status, 200);
    const { ok, detail } = await limits();
    assert.equal(ok, true);
    assert.match(detail, /^warning: 90 of 100 archive rules .* are taken in /);
    assert.doesNotMatch(detail, /\d{12}/);
  });

  it("is refused to all but one of those who ask at a time for what is left for one", async () => {
    const answers = await Promise.all([patch(fourth, rules(25, "partner")), patch(fifth, rules(10, "other"))]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
    const [refused] = answers.filter(({ status }) => status === 409);
    assert.equal(refused?.body.type, "/problems/limit-reached");
    assert.match(refused?.body.detail, /archive rules .* AWS allows 100 for all accounts together: 25 by 100000000001/);
    assert.match(refused?.body.remedy, /deploy that first/);
  });

  it("leaves the account as it was where it is refused", async () => {
    const { body } = await serving.call("GET", `/accounts/${fifth}`);
    const before = body.extensions.length;
    assert.equal((await patch(fifth, rules(25, "more"))).status, 409);
    assert.equal((await serving.call("GET", `/accounts/${fifth}`)).body.extensions.length, before);
  });

  it("tells a team of no account but its own", async () => {
    const made = await serving.call("POST", "/tokens", { body: { name: "team", role: "team", accounts: [fifth] } });
    const { status, body } = await patch(fifth, rules(25, "more"), made.body.token);
    assert.equal(status, 409, JSON.stringify(body));
    assert.match(body.detail, /: 25 by 100000000005, \d+ by other accounts/);
  });

  it("is counted for accounts that are yet to be created", async () => {
    assert.equal((await patch(fifth, [])).status, 200);
    assert.equal((await patch(fourth, rules(15, "partner"))).status, 200);
    const create = (name: string) =>
      serving.call("POST", "/accounts", {
        body: { name, email: `${name}@example.org`, extensions: rules(10, "new") },
      });
    const answers = await Promise.all([create("one"), create("other")]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 409]);
    const accepted = answers.find(({ status }) => status === 202);
    // However it ends: the account is there by then, and counted by itself.
    await serving.ended(accepted?.body.id);
    assert.equal((await create("third")).status, 409);
  });

  it("counts what was deployed until it is gone from AWS", async () => {
    const inputs = JSON.stringify({ extensions: rules(25, "partner") });
    await serving.db.updateTable("stacks").set({ inputs }).where("accountId", "=", first).execute();
    assert.equal((await patch(first, [])).status, 200);
    assert.equal((await patch(fifth, rules(25, "more"))).status, 409);
    await serving.db.updateTable("stacks").set({ inputs: null }).where("accountId", "=", first).execute();
    assert.equal((await patch(fifth, rules(10, "more"))).status, 200);
  });

  it("ends the preview of what would go over it, before a run", async () => {
    // Of a time before the limit was counted.
    const extensions = JSON.stringify(rules(25, "older"));
    for (const accountId of [first, second, third, fourth, fifth]) {
      await serving.db.updateTable("accounts").set({ extensions }).where("accountId", "=", accountId).execute();
    }
    const runs = serving.runner.requests.length;
    for (const path of [`/accounts/${first}/previews`, "/admin/previews"]) {
      const accepted = await serving.call("POST", path);
      const ended = await serving.ended(accepted.body.id);
      assert.equal(ended.status, "failed");
      assert.match(ended.error.detail, /135 archive rules .* would be taken/);
    }
    assert.equal(serving.runner.requests.length, runs);
  });

  it("does not hold up who makes room, even where too much is taken still", async () => {
    assert.equal((await patch(first, rules(24, "older"))).status, 200);
  });
});
