import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { Organizations } from "@aws-sdk/client-organizations";
import { awsNames } from "../../programs/names.ts";
import { CONTROL_PARAMETERS, LOG_ARCHIVE, MANAGEMENT, SECURITY, TRIAL_UNIT } from "../programs/samples.ts";
import type { Operation } from "./api.ts";
import { type Environment, organization } from "./environment.ts";
import { bootstrap, EVERYTHING, serveWith } from "./every-option.ts";
import { refusal } from "./sessions.ts";
import { deployApproved } from "./turned-off-in-admin/approved.ts";
import { listEvidence, listOptions } from "./turned-off-in-admin/options.ts";
import type { AdminAccounts } from "./turned-off-in-admin/row.ts";
import { TURNED_OFF_IN_ADMIN } from "./turned-off-in-admin/rows.ts";
import { TURNED_OFF } from "./turned-off-in-member.ts";
import { type Member, WHOLE } from "./turned-off-row.ts";
import { until } from "./until.ts";
import { readWhole, type WholeState } from "./whole-state.ts";

const accountId = "100000000009";
const unit = "ou-bulw-stage0001";
const regions = ["us-east-1", "us-west-2"];

const unchanged = { create: 0, update: 0, replace: 0, delete: 0, import: 0 };
/** Less what AWS names anew when a thing is made again: a detector's id, the end of a recorder's ARN. */
const withoutIds = (state: unknown): unknown =>
  JSON.parse(
    JSON.stringify(state ?? null).replaceAll(/(:configuration-recorder\/\w+)\/\w+/g, "$1"),
    (key, value: unknown) => (key === "id" ? undefined : value),
  );

describe("an organization that has every option", function () {
  this.timeout(1_200_000);
  let environment: Environment;
  let accounts: AdminAccounts;
  let back: (() => Promise<void>) | undefined;
  let without: readonly [Awaited<ReturnType<typeof listOptions>>, Awaited<ReturnType<typeof listEvidence>>];
  const list = () => Promise.all([listOptions(accounts), listEvidence(accounts)]);
  before(async () => {
    environment = await organization();
    const at = (id: string) => (region: string) => environment.root(id, region);
    accounts = { management: at(MANAGEMENT), security: at(SECURITY), logArchive: at(LOG_ARCHIVE) };
    without = await list();
    back = await serveWith(environment, { features: EVERYTHING, controlParameters: CONTROL_PARAMETERS });
    await bootstrap(environment);
    await deployApproved(environment);
  });
  // Whatever happened, for the files that come after this one.
  after(async () => {
    await back?.();
    await bootstrap(environment);
  });

  describe("and its member", () => aMember(() => environment));
  describe("and its admin stack", () =>
    itsAdminStack(
      () => environment,
      () => accounts,
    ));

  describe("that has them no more", () => {
    it("holds nothing of them but evidence, and its key", async () => {
      // The bootstrap comes later: with the options it takes the rights to remove what they made.
      await back?.();
      back = undefined;
      const { result } = await deployApproved(environment);
      const [options, { buckets, keys }] = await list();
      assert.deepEqual(options, without[0]);
      const trail = awsNames.trailBucket(LOG_ARCHIVE, "us-east-1");
      assert.deepEqual(buckets, [...new Set([...without[1].buckets, trail])].sort());
      assert.ok(
        keys.every((state) => state === "Enabled" || state === "PendingDeletion"),
        keys.join(),
      );
      const { same, ...changes } = (await deployApproved(environment)).changes ?? {};
      assert.deepEqual(changes, unchanged);
      assert.equal(same, result.resources);
    });
  });
});

/** The steps build on one another. */
function aMember(running: () => Environment): void {
  let environment: Environment;
  let empty: WholeState;
  let deployed: WholeState;
  let onboarding: Operation;
  let member: Member;
  before(async () => {
    environment = running();
    empty = await read();
    onboarding = await environment.api.done("POST", "/accounts", { accountId });
    deployed = await read();
    const at = (id: string) => (region: string) => environment.root(id, region);
    const [vpc = ""] = deployed.regions[WHOLE]?.own.vpcs ?? [];
    member = { accountId, vpc, own: at(accountId), security: at(SECURITY) };
  });

  const read = () => readWhole(environment.root, accountId, regions);
  const deploy = () => environment.api.done("POST", `/accounts/${accountId}/deployments`);
  const checkDrift = () => environment.api.done("POST", `/accounts/${accountId}/drift-checks`);

  it("had nothing of any type of the baseline before, and has all after it", () => {
    for (const { type, drifts, shownBy, byDefault } of TURNED_OFF) {
      if (byDefault === true) continue;
      assert.notDeepEqual(shownBy(deployed), shownBy(empty), `no listing shows ${drifts(member.vpc)} of type ${type}`);
    }
  });

  it("shows as drift, by its name, each thing that somebody turns off by hand", async () => {
    for (const { turnOff, drifts } of TURNED_OFF) {
      await turnOff(member).catch((error: unknown) => {
        throw new Error(`turning off ${drifts(member.vpc)} by hand`, { cause: error });
      });
    }
    await until("the end of all that was turned off", async () => {
      const now = await read();
      return TURNED_OFF.every(({ shownBy }) => JSON.stringify(shownBy(now)) !== JSON.stringify(shownBy(deployed)));
    });
    const { result } = await checkDrift();
    assert.equal(result.drifted, true);
    const drifted = (result.drift as { name: string; type: string }[]).map(({ name, type }) => `${name} ${type}`);
    const missing = TURNED_OFF.map(({ drifts, type }) => `${drifts(member.vpc)} ${type}`).filter(
      (one) => !drifted.includes(one),
    );
    assert.deepEqual(missing, [], `these did: ${drifted.join(", ")}`);
    const { body: account } = await environment.api.call("GET", `/accounts/${accountId}`);
    assert.equal(account.drift.drifted, true);
    assert.equal((await read()).regions[WHOLE]?.detector, undefined, "a check repairs nothing");
  });

  it("is repaired by the next deployment, which takes in a network that has come; the one after it does nothing", async () => {
    const ec2 = new EC2(member.own(WHOLE));
    const { Vpc } = await ec2.createVpc({ CidrBlock: "10.9.0.0/16" });
    const VpcId = Vpc?.VpcId ?? "";
    const repair = await deploy();
    const { own } = (await read()).regions[WHOLE] ?? {};
    assert.deepEqual(own?.openings[VpcId], [0, 0]);
    assert.ok(own?.flowLogs.some((log) => log.startsWith(`${VpcId} REJECT`)));
    const { same, ...changes } = (await deploy()).changes ?? {};
    assert.deepEqual(changes, unchanged);
    assert.equal(same, repair.result.resources);
    const { result } = await checkDrift();
    assert.equal(result.drifted, false, JSON.stringify(result.drift));
    const { body: account } = await environment.api.call("GET", `/accounts/${accountId}`);
    assert.equal(account.drift.drifted, false);

    await ec2.deleteVpc({ VpcId });
    const forgotten = await deploy();
    assert.deepEqual({ ...forgotten.changes, same: 0 }, { ...unchanged, delete: 2, same: 0 });
    const repaired = await read();
    for (const { drifts, shownBy } of TURNED_OFF) {
      assert.deepEqual(withoutIds(shownBy(repaired)), withoutIds(shownBy(deployed)), drifts(member.vpc));
    }
    assert.deepEqual(withoutIds(repaired), withoutIds(deployed));
  });

  it("is kept by guardrails from what turns protection off, once they bind it", async () => {
    const organizations = new Organizations(environment.root(MANAGEMENT));
    const before = await read();
    const away = { AccountId: accountId, SourceParentId: unit, DestinationParentId: TRIAL_UNIT };
    await organizations.moveAccount(away);
    const allowed: string[] = [];
    for (const { turnOff, drifts } of TURNED_OFF.filter(({ forbidden }) => forbidden)) {
      const outcome = await refusal(turnOff(member)).catch((error: Error) => error.message);
      if (!/AccessDenied|UnauthorizedOperation|DeclarativePolicy/.test(outcome))
        allowed.push(`${drifts(member.vpc)}: ${outcome}`);
    }
    await organizations.moveAccount({ ...away, SourceParentId: TRIAL_UNIT, DestinationParentId: unit });
    assert.deepEqual(allowed, []);
    assert.deepEqual(await read(), before);
  });

  it("holds nothing more that was not there before, once it has left", async () => {
    const leaving = await environment.api.done("DELETE", `/accounts/${accountId}?confirm=${accountId}`);
    assert.deepEqual(leaving.result.leftovers, []);
    assert.equal(leaving.result.resources, 0);
    assert.match(leaving.result.kept.join("\n"), /evidence in the log archive/);
    assert.deepEqual(await read(), empty);
  });

  it("can come back, and has all of it again", async () => {
    const again = await environment.api.done("POST", "/accounts", { accountId });
    assert.equal(again.result.resources, onboarding.result.resources);
    assert.deepEqual(withoutIds(await read()), withoutIds(deployed));
  });
}

/** The same. */
function itsAdminStack(running: () => Environment, its: () => AdminAccounts): void {
  let environment: Environment;
  let accounts: AdminAccounts;
  let deployed: readonly string[];
  before(async () => {
    environment = running();
    accounts = its();
    deployed = await read();
  });

  /** What AWS says of each row, as text. */
  const read = () =>
    Promise.all(
      TURNED_OFF_IN_ADMIN.map(async (row) => {
        const found = await row.read(accounts).catch((error: unknown) => {
          throw new Error(`reading ${row.drifts}`, { cause: error });
        });
        return `${row.drifts}: ${JSON.stringify(found)}`;
      }),
    );

  it("shows as drift, by its name, each thing that somebody turns off by hand", async () => {
    const refused: string[] = [];
    const done = new Set<number>();
    for (const [index, { turnOff, drifts }] of TURNED_OFF_IN_ADMIN.entries()) {
      await turnOff(accounts).then(
        () => done.add(index),
        (error: unknown) => refused.push(`${drifts}: ${error}`),
      );
    }
    let unseen: readonly string[] = [];
    await until("the end of all that was turned off", async () => {
      const now = await read();
      unseen = deployed.filter((found, index) => done.has(index) && found === now[index]);
      return unseen.length === 0;
    }).catch((error: unknown) => {
      throw new Error(`turned off, and not to be seen: ${unseen.join("; ")}; refused: ${refused}`, { cause: error });
    });
    const { result } = await environment.api.done("POST", "/admin/drift-checks");
    const drifted = (result.drift as { name: string; type: string }[]).map(({ name, type }) => `${name} ${type}`);
    const missing = TURNED_OFF_IN_ADMIN.map(({ drifts, type }) => `${drifts} ${type}`).filter(
      (one) => !drifted.includes(one),
    );
    assert.deepEqual({ refused, missing }, { refused: [], missing: [] }, `these did: ${drifted.join(", ")}`);
  });

  it("is repaired by the next deployment, and the one after it does nothing", async () => {
    const repair = await deployApproved(environment);
    assert.deepEqual(await read(), deployed);
    const { same, ...changes } = (await deployApproved(environment)).changes ?? {};
    assert.deepEqual(changes, unchanged);
    assert.equal(same, repair.result.resources);
  });
}
