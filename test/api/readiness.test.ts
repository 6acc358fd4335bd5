import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeReadiness } from "../../api/accounts/readiness.ts";
import { saveReadiness, takeDueAccount } from "../../api/store/readiness.ts";
import { type RegionReadiness, unreadyOf } from "../../programs/readiness.ts";
import { eventually } from "../stacks/probe/processes.ts";
import { readyIn, settings } from "./fakes.ts";
import { type Serving, serve } from "./serving.ts";

const wanted = {
  partition: settings.partition,
  regions: ["us-east-1", "us-west-2"],
  standards: settings.standards,
  features: settings.features,
  adoptions: [],
};
const ready = () => Object.fromEntries(wanted.regions.map((region) => [region, readyIn(region)]));

describe("the readiness of an account", () => {
  it("is given where standards are READY, the recorder records, detector, memberships and scans are enabled, everywhere", () => {
    assert.deepEqual(unreadyOf(ready(), wanted), []);
  });

  const broken: readonly (readonly [string, Partial<RegionReadiness>, string, string])[] = [
    ["a standard that is pending", { standards: standards("PENDING") }, "standard cis-5.0.0", "PENDING"],
    [
      "a standard that is not complete",
      { standards: standards("INCOMPLETE", "NO_AVAILABLE_CONFIGURATION_RECORDER") },
      "standard cis-5.0.0",
      "INCOMPLETE: NO_AVAILABLE_CONFIGURATION_RECORDER",
    ],
    ["a recorder that is stopped", { recorder: { recording: false } }, "Config recorder", "stopped"],
    [
      "a recorder that can't deliver",
      { recorder: { recording: true, failure: "Access denied to the bucket" } },
      "Config recorder",
      "failing: Access denied to the bucket",
    ],
    ["a detector that is disabled", { detector: "DISABLED" }, "GuardDuty detector", "DISABLED"],
    ["a hub that is no member", { hubMember: "Removed" }, "Security Hub membership", "Removed"],
    ["a detector that is no member", { detectorMember: "Invited" }, "GuardDuty membership", "Invited"],
    ["an Inspector that is no member yet", { inspectorMember: "CREATED" }, "Inspector membership", "CREATED"],
    [
      "a scan that is still switched on",
      { scans: { EC2: "ENABLED", ECR: "ENABLING", LAMBDA: "ENABLED", LAMBDA_CODE: "DISABLED" } },
      "Inspector scans of ECR",
      "ENABLING",
    ],
    [
      "a scan of which AWS says nothing",
      { scans: { EC2: "ENABLED", ECR: "ENABLED" } },
      "Inspector scans of LAMBDA",
      "missing",
    ],
  ];
  for (const [what, change, missing, state] of broken) {
    it(`names ${what}`, () => {
      const found = { ...ready(), "us-west-2": { ...readyIn("us-west-2"), ...change } };
      assert.deepEqual(unreadyOf(found, wanted), [{ region: "us-west-2", what: missing, state }]);
    });
  }

  it("names all of a region of which AWS says nothing", () => {
    const missing = unreadyOf({ "us-east-1": readyIn("us-east-1") }, wanted);
    assert.equal(missing.length, settings.standards.length + 5 + settings.features.inspector.resourceTypes.length);
    assert.ok(missing.every(({ region }) => region === "us-west-2"));
  });

  it("asks for what the account's configuration policy has on, and for no hub where it has none on", () => {
    const fsbp = { enabled: true, standards: ["fsbp-1.0.0" as const] };
    const without = (standard: string) =>
      readyIn("us-west-2").standards.filter(({ standardsArn }) => !standardsArn.includes(standard));
    const looksAt = (standard: string) =>
      unreadyOf(
        { ...ready(), "us-west-2": { ...readyIn("us-west-2"), standards: without(standard) } },
        { ...wanted, governing: fsbp },
      );
    assert.deepEqual(looksAt("cis-aws"), []);
    assert.deepEqual(
      looksAt("foundational").map(({ what, state }) => [what, state]),
      [["standard fsbp-1.0.0", "not subscribed"]],
    );
    const { hubMember: _, ...hubless } = { ...readyIn("us-east-1"), standards: [] };
    const off = { ...wanted, regions: ["us-east-1"], governing: { enabled: false, standards: [] } };
    assert.deepEqual(unreadyOf({ "us-east-1": hubless }, off), []);
  });

  it("asks for the scans that an adopted account had on before, too, and for none where Inspector is not wanted", () => {
    const name = "inspector-member-scans-us-west-2";
    const before = { accountIds: ["100000000001"], resourceTypes: ["EC2", "LAMBDA_CODE"] };
    const adopted = {
      ...{
        type: "aws:inspector2/enabler:Enabler",
        name,
        region: "us-west-2",
        id: "100000000001-EC2:LAMBDA_CODE",
        before,
      },
      ...{ decision: "adopt" as const, reason: "it scans already" },
    };
    assert.deepEqual(unreadyOf(ready(), { ...wanted, adoptions: [adopted] }), [
      { region: "us-west-2", what: "Inspector scans of LAMBDA_CODE", state: "missing" },
    ]);
    const { inspectorMember: _, scans: __, ...uninspected } = readyIn("us-west-2");
    const found = { ...ready(), "us-west-2": uninspected };
    const inspector = { ...settings.features.inspector, notIn: ["us-west-2"] };
    assert.deepEqual(unreadyOf(found, { ...wanted, features: { inspector } }), []);
  });

  it("is looked at ever less often, once an hour at least, and is overdue after a day", () => {
    const missing = [{ region: "us-east-1", what: "GuardDuty detector", state: "DISABLED" }];
    const now = new Date("2026-11-22T12:00:00Z");
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * 3_600_000 }), fc.boolean(), (ageMs, asked) => {
        const look = asked ? { missing } : { error: "AWS does not answer" };
        const { readiness, nextMs } = judgeReadiness(look, { ageMs, now });
        assert.equal(readiness.ready, false);
        assert.ok(nextMs >= 3_000 && nextMs <= 3_600_000);
        assert.equal(readiness.overdue, ageMs > 24 * 3_600_000 ? true : undefined);
      }),
    );
    assert.deepEqual(judgeReadiness({ missing: [] }, { ageMs: 1, now }), {
      readiness: { ready: true, checkedAt: "2026-11-22T12:00:00.000Z", missing: [] },
      nextMs: 24 * 3_600_000,
    });
  });
});

describe("the look at the readiness of accounts", () => {
  const accountId = "100000000001";
  let serving: Serving;
  beforeEach(async () => {
    serving = await serve();
  });
  afterEach(() => serving?.stop());

  const readiness = async () => (await serving.call("GET", `/accounts/${accountId}/readiness`)).body;
  const onboard = async () => {
    const accepted = await serving.call("POST", "/accounts", { body: { accountId } });
    assert.equal((await serving.ended(accepted.body.id)).status, "succeeded");
  };

  it("follows an onboarding, says what is missing, and looks again until all is there", async () => {
    serving.aws.readiness = (regions) =>
      Object.fromEntries(regions.map((region) => [region, { ...readyIn(region), detector: "DISABLED" }]));
    await onboard();
    await eventually("the first look", async () => (await readiness()).checkedAt !== undefined);
    const first = await readiness();
    assert.equal(first.ready, false);
    assert.deepEqual(first.missing, [
      { region: "us-east-1", what: "GuardDuty detector", state: "DISABLED" },
      { region: "us-west-2", what: "GuardDuty detector", state: "DISABLED" },
    ]);
    serving.aws.readiness = (regions) => Object.fromEntries(regions.map((region) => [region, readyIn(region)]));
    await eventually("readiness", async () => (await readiness()).ready === true);
    const list = await serving.call("GET", "/accounts");
    assert.equal(list.body.items[0].readiness.ready, true);
    const { headers } = await serving.call("GET", `/accounts/${accountId}`);
    await serving.db.updateTable("accounts").set({ readiness: null }).execute();
    const again = await serving.call("GET", `/accounts/${accountId}`);
    assert.equal(again.headers.get("etag"), headers.get("etag"), "what is observed does not stand against a write");
  });

  it("tells that AWS could not be asked, and asks again", async () => {
    let asked = 0;
    serving.aws.readiness = () => {
      asked += 1;
      throw new Error("reading the state of the standards of account 100000000001: ThrottlingException");
    };
    await onboard();
    await eventually("a look", async () => (await readiness()).error !== undefined);
    assert.match((await readiness()).error, /ThrottlingException/);
    await eventually("another look", async () => asked > 1);
  });

  it("gives no account to two processes, and records nothing of one that is not active any more", async () => {
    await onboard();
    await eventually("the first look", async () => (await readiness()).ready === true);
    const { db } = serving;
    const lost = judgeReadiness({ missing: [] }, { ageMs: 0, now: new Date(0) });
    assert.equal(await takeDueAccount(db, 0), undefined);
    await db
      .updateTable("accounts")
      .set({ readinessDueAt: new Date(0) })
      .execute();
    const taken = await Promise.all([1, 2, 3].map(() => takeDueAccount(db, 0)));
    // The service itself may have been faster.
    const [mine, ...others] = taken.filter((one) => one !== undefined);
    assert.deepEqual(others, []);
    if (mine !== undefined) {
      await db
        .updateTable("accounts")
        .set({ readinessDueAt: new Date(1) })
        .execute();
      await saveReadiness(db, mine, lost);
    }
    await db
      .updateTable("accounts")
      .set({ status: "offboarding", readinessDueAt: new Date(2) })
      .execute();
    await saveReadiness(db, { accountId, takenUntil: new Date(2).toISOString() }, lost);
    const row = await db.selectFrom("accounts").select("readiness").executeTakeFirstOrThrow();
    assert.notEqual(row.readiness?.checkedAt, lost.readiness.checkedAt);
  });
});

function standards(status: string, reason?: string): RegionReadiness["standards"] {
  return readyIn("us-west-2").standards.map((standard) =>
    standard.standardsArn.includes("cis")
      ? { ...standard, status, ...(reason === undefined ? {} : { reason }) }
      : standard,
  );
}
