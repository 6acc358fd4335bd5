import assert from "node:assert/strict";
import type { Manifest } from "../../../remediation/manifest.ts";
import { type Repair, repairRemediation } from "../../../remediation/repair.ts";
import { suppress } from "../../../remediation/response/attention.ts";
import type { SettingMode } from "../../../remediation/response/decision.ts";
import { approve, undo } from "../../../remediation/response/requests.ts";
import { respond } from "../../../remediation/response/respond.ts";
import type { Responder } from "../../../remediation/response/responder.ts";
import { REPAIR_LASTS } from "../../../remediation/response/times.ts";
import { tick } from "../../../remediation/response/watch.ts";
import { s3PublicAccessBlock } from "../../../remediation/s3-public-access-block/manifest.ts";
import { asff, event } from "./findings.ts";
import { tables } from "./tables.ts";
import { makeWorld } from "./world.ts";

const manifest: Manifest & { repairs: "baseline" } = {
  ...s3PublicAccessBlock,
  repairs: "baseline",
  irreversible: true,
};
const MINUTE = 60_000;
const ACCOUNT = "100000000001";
const message = (overrides: Record<string, unknown> = {}, actionId?: string) =>
  JSON.stringify({
    ...event(asff(overrides), actionId),
    ...(overrides.UpdatedAt === undefined ? {} : { time: overrides.UpdatedAt }),
  });

describe("a remediation whose setting the baseline owns", function () {
  this.timeout(120_000);
  const dynamodb = tables();

  /** A world whose doors nobody but the baseline locks. */
  async function world(table: string, mode: SettingMode = "automatic") {
    const { made, responder: plain, kept } = await makeWorld(dynamodb(), table, mode);
    const repair: Repair<string> = {
      manifest,
      targetsOf: ({ Resources }) => (Resources[0]?.Type === "AwsS3Bucket" ? made.targets : []),
      told: (name) => `door ${name}`,
      isWell: async (_session, name) => {
        if (made.broken.has(`read ${name}`)) throw new Error("it is stuck");
        return made.doors.get(name)?.locked;
      },
    };
    const responder: Responder = { ...plain, remediations: [repairRemediation(repair)] };
    const deploy = () => made.doors.set("front", { locked: true, colour: "red" });
    const ended = async (text: string, state: string) => {
      const answer = await respond(responder, text);
      assert.ok("state" in answer && answer.state === state && "id" in answer, JSON.stringify(answer));
      return answer.id;
    };
    const states = async (id: string) => (await kept.history(id)).map((step) => step.state);
    return { made, responder, kept, deploy, ended, states };
  }

  it("is asked for as a repair, and verified when the deployment has come", async () => {
    const { made, responder, kept, deploy, ended, states } = await world("repair");
    const id = await ended(message(), "repairing");
    const [asked] = made.repairs;
    assert.deepEqual(asked, {
      ...{ id: `${id}-1`, incident: id, accountId: ACCOUNT, remediation: manifest.name },
      ...{ reason: asked?.reason, at: "2026-03-01T12:00:00.000Z" },
    });
    assert.match(asked?.reason ?? "", /^door front is not as it shall be/);
    assert.deepEqual([made.told, made.writes], [["NOTIFIED"], []]);
    assert.equal((await kept.used(countedFor(id), new Date(made.time))).action, 1, "it counts as any change");
    // What Security Hub was told of comes back as an event.
    assert.equal((await respond(responder, message())).kind, "duplicate");
    made.time += 2 * MINUTE;
    await tick(responder);
    await ended(message({ UpdatedAt: "2026-03-01T12:01:00Z" }), "repairing");
    assert.equal((await suppress(responder, id, { who: "ann" })).kind, "refused");
    deploy();
    assert.equal((await tick(responder)).attended, 1);
    assert.deepEqual(await states(id), ["started", "repairing", "verified"]);
    assert.deepEqual([made.told, made.repairs.length], [["NOTIFIED", "RESOLVED"], 1]);
    assert.deepEqual(
      made.published.map(({ status }) => status),
      ["approved", "remediated"],
    );
    assert.equal((await tick(responder)).attended, 0);
    const refused = await undo(responder, id, { who: "ann" });
    assert.match(JSON.stringify(refused), /refused.*the account's baseline, which owns the setting/);
    made.doors.set("front", { locked: false, colour: "red" });
    await ended(message({ UpdatedAt: "2026-03-01T12:02:00Z" }), "repairing");
    assert.deepEqual(
      made.repairs.map((one) => one.id),
      [`${id}-1`, `${id}-2`],
    );
  });

  it("is asked for by the same message wherever it was cut off", async () => {
    for (let cut = 0; ; cut++) {
      const { made, responder, states } = await world(`repair-cut-${cut}`);
      made.cut = cut;
      const first = await respond(responder, message()).catch(() => undefined);
      if (first?.kind === "done") break;
      made.time += 301_000;
      const again = await respond(responder, message());
      assert.ok("state" in again && again.state === "repairing", `cut at ${cut}: ${JSON.stringify(again)}`);
      assert.deepEqual([...new Set(made.repairs.map((one) => one.id))], [`${again.id}-1`]);
      assert.deepEqual((await states(again.id)).at(-1), "repairing");
    }
  });

  it("fails for a person when a day was not enough, also where nobody could look", async () => {
    const { made, responder, ended, states } = await world("repair-late");
    const id = await ended(message(), "repairing");
    made.broken.add("read front");
    made.time += 2 * MINUTE;
    const { attended, unseen } = await tick(responder);
    assert.deepEqual([attended, unseen.length], [0, 1]);
    assert.match(unseen[0] ?? "", /it is stuck/);
    made.broken.clear();
    made.time += REPAIR_LASTS - 3 * MINUTE;
    await tick(responder);
    assert.deepEqual(await states(id), ["started", "repairing"]);
    made.broken.add("read front");
    made.time += MINUTE;
    await tick(responder);
    assert.deepEqual(await states(id), ["started", "repairing", "failed"]);
    assert.equal(made.told.at(-1), "NOTIFIED");
    assert.match(made.notes.at(-1) ?? "", /a day was not enough.*it is stuck/);
    assert.equal(made.repairs.length, 1);
  });

  it("says what would be done, is done when a person approves it, and stops at what stops any change", async () => {
    const { made, responder, kept, ended } = await world("repair-ask", "ask");
    const id = await ended(message(), "asked");
    const [line] = await kept.lines(id, 0);
    assert.equal(line?.why, "door front is not as it shall be: the account's baseline would be deployed again");
    assert.equal(made.repairs.length, 0);
    const settings = made.settings;
    assert.ok(settings !== undefined);
    made.settings = { ...settings, killed: true };
    const stopped = await approve(responder, id, { who: "ann" });
    assert.ok(stopped.kind === "done" && stopped.state === "alerted", JSON.stringify(stopped));
    made.settings = settings;
    await ended(message({ UpdatedAt: "2026-03-01T11:30:00Z" }), "asked");
    const answer = await approve(responder, id, { who: "ann" });
    assert.ok(answer.kind === "done" && answer.state === "repairing", JSON.stringify(answer));
    assert.equal(made.repairs.length, 1);

    const well = await world("repair-well");
    well.deploy();
    await well.ended(message(), "well");
    well.made.doors.clear();
    await well.ended(message({ UpdatedAt: "2026-03-01T11:30:00Z" }), "gone");
    assert.deepEqual(well.made.repairs, []);
  });

  it("ends with what its finding tells meanwhile, and begins anew when a person asks again", async () => {
    const { made, ended, deploy, states } = await world("repair-over");
    const Compliance = { Status: "PASSED", SecurityControlId: "S3.8" };
    const id = await ended(message(), "repairing");
    // Security Hub may look at another time than Bulwark: what is read counts.
    await ended(message({ UpdatedAt: "2026-03-01T11:30:00Z", Compliance }), "repairing");
    await ended(message({ UpdatedAt: "2026-03-01T11:40:00Z" }, manifest.customAction.id), "repairing");
    assert.deepEqual(
      made.repairs.map((one) => one.id),
      [`${id}-1`, `${id}-2`],
    );
    deploy();
    await ended(message({ UpdatedAt: "2026-03-01T11:50:00Z", Compliance }), "verified");
    assert.deepEqual(await states(id), ["started", "repairing", "started", "repairing", "verified"]);

    const other = await world("repair-set-aside");
    const theirs = await other.ended(message(), "repairing");
    const Workflow = { Status: "SUPPRESSED" };
    await other.ended(message({ UpdatedAt: "2026-03-01T11:30:00Z", Workflow }), "suppressed");
    other.made.time += 2 * MINUTE;
    assert.equal((await tick(other.responder)).attended, 0);
    assert.deepEqual((await other.states(theirs)).at(-1), "suppressed");
  });
});

const countedFor = (id: string) => ({
  account: { name: ACCOUNT },
  control: { name: id },
  action: { name: manifest.name },
});
