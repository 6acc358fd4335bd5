import assert from "node:assert/strict";
import fc from "fast-check";
import { countingExtensions, settleWeakenings, type Weakening } from "../../api/accounts/weakenings.ts";
import { findStack } from "../../api/store/stacks.ts";
import { listOverdueAccounts } from "../../api/store/weakenings.ts";
import { EXTENSION_TYPES, type Extension } from "../../programs/extensions/extensions.ts";
import type { BaselineInputs } from "../../programs/inputs.ts";
import type { RunResult } from "../../stacks/run.ts";
import { eventually } from "../stacks/probe/processes.ts";
import { fakeRunner, type RunBehaviour } from "./fakes.ts";
import { type Answer, type Serving, serve } from "./serving.ts";

const DAY = 86_400_000;
const later = (days: number, from = Date.now()) => new Date(from + days * DAY).toISOString();
const entryUntil = (expires: string, more: object = {}): Extension =>
  ({ ...EXTENSION_TYPES.suppression.example, expires, ...more }) as Extension;

const type = "aws:guardduty/detector:Detector";
const urn = `urn:pulumi:account-100000000001::bulwark::${type}::detector-us-west-2`;
const detectorGoes: Partial<RunResult> = {
  changes: { create: 0, update: 0, replace: 0, delete: 1, same: 40, import: 0 },
  steps: [{ ...{ urn, type, name: "detector-us-west-2" }, op: "delete", region: "us-west-2", old: { enable: true } }],
  baseHash: "base",
};

describe("entries that weaken", () => {
  const now = new Date("2030-01-01T00:00:00Z");
  const by = "team";
  const settle = (former: readonly Weakening[], entries: readonly Extension[], at = now) =>
    settleWeakenings(former, entries, { by, now: at });
  const approve = (weakenings: readonly Weakening[]): Weakening[] =>
    weakenings.map((one) => (one.status === "pending" ? { ...one, status: "approved", decidedBy: "board" } : one));

  it("may hold for 90 days at most, and not be over already", () => {
    fc.assert(
      fc.property(fc.integer({ min: -200, max: 200 }), (days) => {
        const { errors } = settle([], [EXTENSION_TYPES.configRule.example, entryUntil(later(days, now.getTime()))]);
        assert.equal(errors.length, days > 0 && days <= 90 ? 0 : 1);
        assert.ok(errors.every(({ field }) => field === "1.expires"));
      }),
    );
  });

  it("keep their decision while they stay as they are, and are decided on anew when anything in them changes", () => {
    const entry = entryUntil(later(30, now.getTime()));
    const approved = approve(settle([], [entry]).weakenings);
    const afterwards = new Date(now.getTime() + 60 * DAY);
    // Expired, it is no error that it is still in the list.
    assert.deepEqual(settle(approved, [structuredClone(entry)], afterwards), { weakenings: approved, errors: [] });
    const changed = entryUntil(later(20, now.getTime()));
    const { weakenings } = settle(approved, [changed]);
    assert.deepEqual(
      weakenings.map(({ status }) => status),
      ["pending", "ended"],
    );
    assert.deepEqual(countingExtensions([changed], weakenings, now), { extensions: [], endedExtensions: [entry] });
  });

  it("don't take the name of another that is still to be undone", () => {
    const approved = approve(settle([], [entryUntil(later(30, now.getTime()))]).weakenings);
    const about = entryUntil(later(30, now.getTime()), { control: "S3.1" });
    const { weakenings } = settle(approved, []);
    for (const former of [approved, weakenings]) {
      assert.deepEqual(
        settle(former, [about]).errors.map(({ field }) => field),
        ["0.name"],
      );
    }
    assert.deepEqual(settle(approved, [about], new Date(now.getTime() + 61 * DAY)).errors.length, 1);
    const afterwards = entryUntil(later(90, now.getTime()), { control: "S3.1" });
    assert.deepEqual(settle(approved, [afterwards], new Date(now.getTime() + 61 * DAY)).errors, []);
  });

  it("count from their approval until they expire, and are undone for a month after that", () => {
    const expires = later(30, now.getTime());
    const entry = entryUntil(expires);
    const rule = EXTENSION_TYPES.configRule.example;
    const pending = settle([], [rule, entry]).weakenings;
    const at = (days: number) => new Date(now.getTime() + days * DAY);
    const counting = (weakenings: readonly Weakening[], days: number) => {
      const { extensions, endedExtensions } = countingExtensions([rule, entry], weakenings, at(days));
      return [extensions.length, endedExtensions.length];
    };
    assert.deepEqual(counting(pending, 1), [1, 0]);
    const rejected = pending.map((one): Weakening => ({ ...one, status: "rejected" }));
    assert.deepEqual(counting(rejected, 40), [1, 0]);
    const approved = approve(pending);
    assert.deepEqual(
      [counting(approved, 29), counting(approved, 30), counting(approved, 61)],
      [
        [2, 0],
        [1, 1],
        [1, 0],
      ],
    );
    // Taken out before its time, it has ended then.
    const gone = settle(approved, [rule], at(2)).weakenings;
    assert.deepEqual(
      gone.map(({ status, endedAt }) => [status, endedAt]),
      [["ended", at(2).toISOString()]],
    );
    // A deployment may be what takes it away only when it would have expired.
    assert.deepEqual(counting(gone, 45), [1, 1]);
    assert.deepEqual(settle(gone, [rule], at(59)).weakenings, gone);
    assert.deepEqual(settle(gone, [rule], at(61)).weakenings, []);
  });
});

describe("an extension that weakens", () => {
  const accountId = "100000000001";
  const tokens: Record<string, string> = {};
  let serving: Serving;
  before(async () => {
    serving = await serve();
    for (const role of ["operator", "approver"]) {
      const made = await serving.call("POST", "/tokens", { body: { name: `ci-${role}`, role } });
      tokens[role] = made.body.token;
    }
    await done("POST", "/accounts", { accountId });
  });
  after(() => serving.stop());

  async function done(method: string, path: string, body: object): Promise<Answer["body"]> {
    const accepted = await serving.call(method, path, { body });
    assert.equal(accepted.status, 202, accepted.text);
    const ended = await serving.ended(accepted.body.id);
    assert.equal(ended.status, "succeeded", JSON.stringify(ended));
    return ended;
  }
  const patch = (extensions: readonly Extension[], as = "operator") =>
    serving.call("PATCH", `/accounts/${accountId}`, { body: { extensions }, token: tokens[as] ?? null });
  const decide = (verb: string, { type, name }: Extension, body: object, token = tokens.approver) =>
    serving.call("POST", `/accounts/${accountId}/extensions/${type}/${name}/${verb}`, {
      body,
      ...(token === undefined ? {} : { token }),
    });
  const requestOf = ({ body }: Answer, index = 0) => ({ requestedAt: body.weakenings[index].requestedAt });
  const deployed = async () => {
    await done("POST", `/accounts/${accountId}/deployments`, {});
    const { inputs } = serving.runner.requests.at(-1) ?? {};
    const { extensions, endedExtensions } = inputs as { extensions: unknown; endedExtensions: unknown };
    return { extensions, endedExtensions };
  };

  const entry = entryUntil(later(30));

  it("waits for an approver and does nothing until then", async () => {
    const asked = await patch([entry]);
    assert.equal(asked.status, 200, asked.text);
    assert.deepEqual(asked.body.extensions, [entry]);
    const [weakening] = asked.body.weakenings;
    assert.deepEqual([weakening.status, weakening.requestedBy, weakening.entry], ["pending", "ci-operator", entry]);
    assert.deepEqual(await deployed(), { extensions: [], endedExtensions: [] });
  });

  it("is approved by somebody else with that role, who has seen what is asked for, once", async () => {
    const seen = await serving.call("GET", `/accounts/${accountId}`);
    assert.equal((await decide("approve", entry, requestOf(seen), tokens.operator)).status, 403);
    const stale = await decide("approve", entry, { requestedAt: later(-1) });
    assert.equal(stale.status, 409);
    assert.match(stale.body.detail, /was asked for anew at/);
    assert.equal((await decide("approve", entry, {})).status, 400);
    assert.equal((await decide("approve", { ...entry, name: "other" } as Extension, requestOf(seen))).status, 404);
    const approved = await decide("approve", entry, { ...requestOf(seen), comment: "until the move" });
    assert.equal(approved.status, 200, approved.text);
    const { status, decidedBy, comment } = approved.body.weakenings[0];
    assert.deepEqual([status, decidedBy, comment], ["approved", "ci-approver", "until the move"]);
    assert.equal((await decide("reject", entry, requestOf(seen))).status, 409);
    assert.deepEqual(await deployed(), { extensions: [entry], endedExtensions: [] });
    const rows = await serving.db.selectFrom("audit").selectAll().where("action", "=", "extension.approved").execute();
    assert.deepEqual(
      rows.map(({ actor, target, detail }) => [actor, target, detail.name, detail.requestedBy]),
      [["ci-approver", accountId, "public-website", "ci-operator"]],
    );
  });

  it("is not approved by who asked for it, whatever that token may do", async () => {
    const own = { ...EXTENSION_TYPES.remediationOff.example, expires: later(10) };
    const asked = await serving.call("PATCH", `/accounts/${accountId}`, { body: { extensions: [entry, own] } });
    assert.deepEqual(
      asked.body.weakenings.map(({ status }: Weakening) => status),
      ["approved", "pending"],
    );
    const byBootstrap = await serving.call(
      "POST",
      `/accounts/${accountId}/extensions/${own.type}/${own.name}/approve`,
      {
        body: requestOf(asked, 1),
      },
    );
    assert.deepEqual([byBootstrap.status, byBootstrap.body.type], [403, "/problems/four-eyes"]);
    const rejected = await decide("reject", own, requestOf(asked, 1));
    assert.equal(rejected.body.weakenings[1].status, "rejected");
    assert.deepEqual(await deployed(), { extensions: [entry], endedExtensions: [] });
  });

  it("is decided on anew when it changes, and what it was before is undone", async () => {
    const wider = entryUntil(later(30), { resources: undefined, reason: "All buckets of this account are websites" });
    // Beside it nothing could undo what the narrower one did.
    const refused = await patch([JSON.parse(JSON.stringify(wider)) as Extension]);
    assert.deepEqual([refused.status, refused.body.errors[0].field], [422, "extensions.0.name"]);
    const asked = await patch([JSON.parse(JSON.stringify({ ...wider, name: "all-websites" })) as Extension]);
    assert.deepEqual(
      asked.body.weakenings.map(({ status }: Weakening) => status),
      ["pending", "ended"],
    );
    assert.deepEqual(await deployed(), { extensions: [], endedExtensions: [entry] });
  });

  for (const [what, expires, message] of [
    ["for longer than 90 days", later(91), /is later than 90 days from now/],
    ["into the past", later(-1), /is over already/],
  ] as const) {
    it(`is refused ${what}, with the path of the field`, async () => {
      const refused = await patch([EXTENSION_TYPES.configRule.example, entryUntil(expires)]);
      assert.deepEqual([refused.status, refused.body.type], [422, "/problems/extension-not-permitted"]);
      assert.equal(refused.body.errors[0].field, "extensions.1.expires");
      assert.match(refused.body.detail, message);
      const onboarding = await serving.call("POST", "/accounts", {
        body: { accountId: "100000000002", extensions: [entryUntil(expires)] },
      });
      assert.deepEqual([onboarding.status, onboarding.body.errors[0].field], [422, "extensions.0.expires"]);
    });
  }

  it("of which an organization's rule forbids what it would weaken is refused with that rule", async () => {
    const standards = ["cis-3.0.0"];
    const refused = await patch([{ ...EXTENSION_TYPES.exception.example, standards, expires: later(1) } as Extension]);
    assert.equal(refused.status, 422);
    assert.match(refused.body.detail, /cis-3\.0\.0 is not a standard of the organization's settings \(standards\)/);
  });

  it("may come with an account that is onboarded, and waits there as well", async () => {
    const other = "100000000002";
    await done("POST", "/accounts", { accountId: other, extensions: [entry] });
    const { body } = await serving.call("GET", `/accounts/${other}`);
    assert.deepEqual([body.weakenings[0].status, body.weakenings[0].requestedBy], ["pending", "bootstrap"]);
    const { inputs } = serving.runner.requests.at(-1) ?? {};
    assert.deepEqual((inputs as { extensions: unknown }).extensions, []);
  });

  it("ends by itself: when its time is over, the service deploys without it, once", async () => {
    const asked = await patch([entry]);
    assert.equal((await decide("approve", entry, requestOf(asked))).status, 200);
    assert.deepEqual((await deployed()).extensions, [entry]);
    const overdue = (days: number) => listOverdueAccounts(serving.db, new Date(Date.now() + days * DAY));
    assert.deepEqual([await overdue(29), await overdue(31)], [[], [accountId]]);
    const status = (status: "active" | "failed" | "offboarding") =>
      serving.db.updateTable("accounts").set({ status }).where("accountId", "=", accountId).execute();
    await status("offboarding");
    assert.deepEqual(await overdue(31), []);
    // What failed is still there, and so is what has expired.
    await status("failed");
    assert.deepEqual(await overdue(31), [accountId]);
    // Begun by a deployment that did not come to its end, the undoing is still owed.
    const { inputs: standing, deployedHash: hash } = (await findStack(serving.db, `account-${accountId}`)) ?? {};
    const keep = (inputs: object | null, deployedHash: string | null) =>
      serving.db
        .updateTable("stacks")
        .set({ inputs: JSON.stringify(inputs), deployedHash })
        .where("accountId", "=", accountId)
        .execute();
    await keep({ ...standing, extensions: [], endedExtensions: [entry] }, null);
    assert.deepEqual(await overdue(31), [accountId]);
    await keep({ ...standing, extensions: [], endedExtensions: [entry] }, "hash");
    assert.deepEqual(await overdue(31), []);
    await keep(standing ?? null, hash ?? null);
    // Outstanding, and of the kind that has to be approved: it must not hold up the end of what weakens.
    const rule = EXTENSION_TYPES.configRule.example as Extension;
    assert.equal((await patch([entry, rule])).status, 200);
    const stopped: RunBehaviour = ({ verb, inputs }) =>
      verb === "preview" && (inputs as BaselineInputs).extensions.length > 0 ? detectorGoes : {};
    const { database } = serving;
    await serving.stop();
    const runner = fakeRunner(stopped);
    serving = await serve({ database, runner, dependencies: { now: () => new Date(Date.now() + 31 * DAY) } });
    let operation: Answer["body"];
    await eventually("the service's own deployment", async () => {
      const { body } = await serving.call("GET", `/operations?accountId=${accountId}`);
      operation = body.items.find(({ how }: { how: string }) => how === "schedule");
      return operation !== undefined;
    });
    assert.deepEqual([operation.kind, operation.requestedBy], ["deploy", "bulwark"]);
    assert.equal((await serving.ended(operation.id)).status, "succeeded");
    const { inputs } = serving.runner.requests.at(-1) ?? {};
    const { extensions, endedExtensions } = inputs as Record<string, unknown>;
    assert.deepEqual([extensions, endedExtensions], [[], [entry]]);
    assert.deepEqual(await listOverdueAccounts(serving.db, new Date(Date.now() + 31 * DAY)), []);

    const whole = await serving.call("POST", `/accounts/${accountId}/deployments`, { body: {} });
    await eventually("the change that waits", async () => {
      const { body } = await serving.call("GET", `/operations/${whole.body.id}`);
      return body.status === "awaiting_approval";
    });
    const wanted = serving.runner.requests.at(-1)?.inputs as BaselineInputs;
    assert.deepEqual(
      wanted.extensions.map(({ name }) => name),
      [rule.name],
    );
  });
});
