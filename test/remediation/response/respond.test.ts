import assert from "node:assert/strict";
import { suppress } from "../../../remediation/response/attention.ts";
import { incidentOf } from "../../../remediation/response/incident.ts";
import { undo } from "../../../remediation/response/requests.ts";
import { respond } from "../../../remediation/response/respond.ts";
import type { Responder } from "../../../remediation/response/responder.ts";
import { s3PublicAccessBlock as manifest } from "../../../remediation/s3-public-access-block/manifest.ts";
import { asff, event, findingOf } from "./findings.ts";
import { tables } from "./tables.ts";
import { makeWorld } from "./world.ts";

const OPEN = { locked: false, colour: "red" };
const SHUT = { locked: true, colour: "red" };
const message = (overrides: Record<string, unknown> = {}, actionId?: string) =>
  JSON.stringify({
    ...event(asff(overrides), actionId),
    ...(overrides.UpdatedAt === undefined ? {} : { time: overrides.UpdatedAt }),
  });
const body = message();
/** The same issue, found again at a time. */
const newer = (UpdatedAt: string) => message({ UpdatedAt });
const counted = { account: { name: "100000000001" }, control: { name: "S3.8" }, action: { name: manifest.name } };

describe("responding to a finding", function () {
  this.timeout(120_000);
  const dynamodb = tables();
  const world = (table: string, mode?: "observe" | "ask" | "automatic") => makeWorld(dynamodb(), table, mode);
  async function ended(responder: Responder, text: string, state: string) {
    const answer = await respond(responder, text);
    assert.ok("state" in answer && answer.state === state, JSON.stringify(answer));
    assert.ok("why" in answer);
    return answer;
  }

  it("changes once and tells once for ten duplicates, and for what comes late", async () => {
    const { made, responder } = await world("duplicates");
    const answers = await Promise.all(Array.from({ length: 10 }, () => respond(responder, body)));
    assert.equal(answers.filter(({ kind }) => kind === "done").length, 1);
    assert.equal((await respond(responder, body)).kind, "duplicate");
    const late = message({ UpdatedAt: "2026-02-28T10:00:00Z", Workflow: { Status: "NOTIFIED" } });
    assert.equal((await respond(responder, late)).kind, "duplicate");
    assert.deepEqual([made.doors.get("front"), made.writes, made.told], [SHUT, ["front"], ["RESOLVED"]]);
  });

  it("changes once wherever it is cut off, with one slot of the caps, and keeps what was before", async () => {
    let cuts = 0;
    for (let cut = 0; ; cut++) {
      const { made, responder, kept } = await world(`cut-${cut}`);
      made.cut = cut;
      const first = await respond(responder, body).catch(() => undefined);
      if (first?.kind === "done") break;
      cuts++;
      if (first === undefined) assert.equal((await respond(responder, body)).kind, "busy");
      made.time += 301_000;
      const again = await ended(responder, body, "verified");
      assert.deepEqual(
        [made.doors.get("front"), made.writes, made.told.at(-1)],
        [SHUT, ["front"], "RESOLVED"],
        `cut at ${cut}`,
      );
      const [line, ...others] = await kept.lines(again.id, 1);
      assert.deepEqual([line?.change?.before, line?.change?.after, others], [OPEN, SHUT, []]);
      assert.equal((await kept.used(counted, new Date(made.time))).action, 1, `cut at ${cut}`);
    }
    assert.ok(cuts >= 6);
  });

  it("begins a new change with a record of its own for what is found after a verified one", async () => {
    const { made, responder, kept } = await world("epochs");
    const { id } = await ended(responder, body, "verified");
    made.doors.set("front", { locked: false, colour: "blue" });
    await ended(responder, newer("2026-03-01T11:00:00Z"), "verified");
    assert.deepEqual(made.doors.get("front"), { locked: true, colour: "blue" }, "the owner's colour stays");
    const [first, second] = [await kept.lines(id, 1), await kept.lines(id, 2)];
    assert.deepEqual([first[0]?.change?.before, second[0]?.change?.before], [OPEN, { locked: false, colour: "blue" }]);
    assert.deepEqual(await kept.get(id).then((entry) => [entry?.epoch, entry?.verified]), [2, 2]);
  });

  it("goes on without another attempt, and stops where it was killed or protected meanwhile", async () => {
    for (const [table, stop] of [
      ["killed", (made: Made) => Object.assign(made, { settings: { ...made.settings, killed: true } })],
      [
        "untouchable",
        (made: Made) => Object.assign(made, { settings: { ...made.settings, protected: ["*statements"] } }),
      ],
      ["tagged", (made: Made) => Object.assign(made, { tags: { "bulwark:protected": "" } })],
    ] as const) {
      const { made, responder, kept } = await world(table);
      // Read and recorded, and cut off before the door was written.
      made.cut = 3;
      await respond(responder, body).catch(() => undefined);
      stop(made);
      made.time += 301_000;
      const { id } = await ended(responder, body, "alerted");
      assert.deepEqual([made.doors.get("front"), made.told], [OPEN, ["NOTIFIED"]], table);
      assert.equal((await kept.get(id))?.epoch, 1);
    }
    const { made, responder } = await world("unknown");
    made.cut = 2;
    await assert.rejects(respond(responder, body));
    made.time += 301_000;
    made.settings = undefined;
    await assert.rejects(respond(responder, body), /going on with incident .*: the settings can't be read/);
    assert.deepEqual(made.doors.get("front"), OPEN);
  });
  type Made = Awaited<ReturnType<typeof world>>["made"];

  it("fails after its attempts, and says at which step and why", async () => {
    const { made, responder, kept } = await world("fails");
    made.broken.add("write front");
    for (const _attempt of [1, 2]) assert.equal((await respond(responder, body)).kind, "again");
    const { id, why } = await ended(responder, body, "failed");
    assert.match(why, /tried 3 times, stopped at change: .*door front: it is stuck/);
    assert.deepEqual([made.told, made.writes], [["NOTIFIED"], []]);
    assert.equal((await kept.used(counted, new Date(made.time))).action, 1);
    assert.deepEqual(
      (await kept.history(id)).map(({ state }) => state),
      ["started", "started", "started", "failed"],
    );
    made.broken.clear();
    await ended(responder, newer("2026-03-01T11:00:00Z"), "alerted");
    const clicked = { ...event(asff(), manifest.customAction.id), time: "2026-03-01T12:00:00Z" };
    await ended(responder, JSON.stringify(clicked), "verified");
  });

  it("writes over nothing that an owner has set since it was written or cut off", async () => {
    const blue = { locked: false, colour: "blue" };
    const { made, responder } = await world("written");
    // The second reading verifies.
    const [remediation] = responder.remediations;
    assert.ok(remediation !== undefined);
    let readings = 0;
    const flaky: Responder = {
      ...responder,
      remediations: [
        {
          ...remediation,
          read: async (...of) => {
            if (++readings === 2) throw new Error("throttled");
            return remediation.read(...of);
          },
        },
      ],
    };
    await ended(flaky, body, "changed");
    made.doors.set("front", blue);
    await ended(flaky, body, "changed");
    await ended(flaky, body, "failed");
    assert.deepEqual([made.doors.get("front"), made.writes], [blue, ["front"]]);

    const late = await world("late");
    late.made.broken.add("write front");
    await ended(late.responder, body, "started");
    late.made.broken.clear();
    late.made.doors.set("front", blue);
    late.made.time += 2 * 60 * 60 * 1000;
    assert.equal((await respond(late.responder, body)).kind, "again");
    assert.deepEqual([late.made.doors.get("front"), late.made.writes], [blue, []]);
  });

  it("hands evidence over until it is done, and leaves the resource alone meanwhile", async () => {
    const { made, responder, kept } = await world("delivers");
    made.evidenceIsReady = false;
    for (const _again of [1, 2, 3, 4]) await ended(responder, body, "delivering");
    made.doors.set("front", { locked: false, colour: "blue" });
    made.evidenceIsReady = true;
    const { id } = await ended(responder, body, "verified");
    assert.deepEqual([made.doors.get("front"), made.writes], [{ locked: false, colour: "blue" }, ["front"]]);
    assert.equal((await kept.get(id))?.verified, 1);
  });

  it("leaves the workflow alone where nothing was to change, and tells what is gone", async () => {
    const { made, responder, kept } = await world("well");
    made.doors.set("front", SHUT);
    const { id, why } = await ended(responder, body, "well");
    assert.deepEqual([made.told, why], [[], "door front is as it shall be"]);
    assert.equal((await kept.get(id))?.verified, 0, "there is nothing to undo");
    made.doors.delete("front");
    await ended(responder, newer("2026-03-01T11:00:00Z"), "gone");
    assert.deepEqual([made.told, made.notes], [["NOTIFIED"], [`Bulwark ${id}: door front is not there any more`]]);
  });

  it("gives each of several targets its own outcome, and verifies only when all are well", async () => {
    const { made, responder, kept } = await world("several");
    made.targets = ["front", "back", "side", "cellar"];
    for (const name of made.targets) made.doors.set(name, name === "back" ? SHUT : OPEN);
    made.broken.add("write front");
    made.refuses.add("cellar");
    assert.equal((await respond(responder, body)).kind, "again");
    // An owner opens again what was shut: it is not shut a second time.
    made.doors.set("side", OPEN);
    made.broken.clear();
    const { id, why } = await ended(responder, body, "alerted");
    assert.match(why, /front is changed.*back is as it shall be.*side is changed.*the last one/);
    assert.deepEqual(made.writes, ["side", "front"]);
    const states = Object.fromEntries((await kept.lines(id, 1)).map(({ target, state }) => [target, state]));
    assert.deepEqual(states, { front: "verified", back: "well", side: "verified", cellar: "refused" });
    made.refuses.clear();
    await ended(responder, newer("2026-03-01T11:00:00Z"), "verified");
  });

  it("observes without a change or a word, records what it would have done, and names what is wrong", async () => {
    const { made, responder, kept } = await world("observes", "observe");
    const { id, why } = await ended(responder, body, "observed");
    assert.match(why, /set to observe; door front would be changed/);
    const [line] = await kept.lines(id, 0);
    assert.deepEqual([line?.state, line?.change?.before, line?.change?.after], ["planned", OPEN, SHUT]);
    assert.equal((await kept.history(id)).length, 1);
    made.tags["bulwark:protected"] = "";
    await ended(responder, newer("2026-03-01T11:00:00Z"), "observed");
    assert.deepEqual(
      (await kept.lines(id, 0)).map(({ state, change }) => [state, change]),
      [["protected", null]],
    );
    made.broken.add("read front");
    await ended(responder, newer("2026-03-01T11:30:00Z"), "observed");
    assert.match((await kept.lines(id, 0))[0]?.why ?? "", /reading door front: it is stuck/);
    assert.equal((await respond(responder, "{}")).kind, "wrong");
    assert.deepEqual([made.doors.get("front"), made.told], [OPEN, []]);
  });

  it("leaves a finding to the one that can work on its resource, where several answer its type", async () => {
    const { made, responder } = await world("answered-by-several");
    const [door] = responder.remediations;
    assert.ok(door !== undefined);
    const other = { ...door, manifest: { ...manifest, name: "gates" }, targetsOf: () => [] };
    await ended({ ...responder, remediations: [other, door] }, body, "verified");
    assert.deepEqual([made.doors.get("front"), made.writes], [SHUT, ["front"]]);
  });

  it("goes to one that is to act where an earlier one that could work on it too is off or observed, and ends what was begun", async () => {
    for (const mode of ["off", "observe"] as const) {
      const { made, responder } = await world(`acts-before-${mode}`);
      const [door] = responder.remediations;
      assert.ok(door !== undefined && made.settings !== undefined);
      made.settings = { ...made.settings, modes: { ...made.settings.modes, gates: mode } };
      const gates = { ...door, manifest: { ...manifest, name: "gates" } };
      const both = { ...responder, remediations: [gates, door] };
      const { id } = await ended(both, body, "verified");
      assert.equal((await both.ledger.get(id))?.remediation, manifest.name, mode);
    }
    const { made, responder } = await world("begun-before");
    const [door] = responder.remediations;
    assert.ok(door !== undefined && made.settings !== undefined);
    made.broken.add("write front");
    assert.equal((await respond(responder, body)).kind, "again");
    made.broken.clear();
    made.settings = { ...made.settings, modes: { ...made.settings.modes, gates: "automatic" } };
    const gates = { ...door, manifest: { ...manifest, name: "gates" } };
    const both = { ...responder, remediations: [gates, door] };
    const { id } = await ended(both, body, "verified");
    assert.equal((await both.ledger.get(id))?.remediation, manifest.name);
  });

  it("does what a person asks in the second in which a finding came, or before a product's clock has it, once", async () => {
    for (const [table, UpdatedAt] of [
      ["clicked-soon", "2026-03-01T12:00:00.700Z"],
      ["clicked-before", "2026-03-01T12:02:00.000Z"],
    ] as const) {
      const { made, responder } = await world(table, "observe");
      await ended(responder, message({ UpdatedAt }), "observed");
      const click = JSON.stringify({
        ...event(asff({ UpdatedAt }), manifest.customAction.id),
        time: "2026-03-01T12:00:00Z",
      });
      await ended(responder, click, "verified");
      assert.equal((await respond(responder, click)).kind, "duplicate");
      assert.deepEqual(made.writes, ["front"]);
    }
  });

  it("answers a person whose custom action it can do nothing with", async () => {
    const { made, responder, kept } = await world("unable");
    const roles = { Resources: [{ Type: "AwsIamRole", Id: "arn:aws:iam::100000000001:role/clerk" }] };
    assert.equal((await respond(responder, message({ ...roles, Severity: { Label: "LOW" } }))).kind, "none");
    const { id } = await ended(responder, message(roles, manifest.customAction.id), "alerted");
    await ended(responder, message({}, "Nobody"), "alerted");
    assert.match(made.notes[0] ?? "", /can do nothing about this finding of AwsIamRole/);
    assert.match(made.notes[1] ?? "", /no remediation answers the custom action Nobody/);
    assert.equal((await kept.history(id)).length, 1);
    assert.deepEqual(made.doors.get("front"), OPEN);
  });

  it("tells people of what nothing answers, from a severity on, and only counts the rest", async () => {
    const { made, responder, kept } = await world("unanswered");
    const lambda = (Label: string, more = {}) =>
      message({
        ...{ Compliance: { Status: "FAILED", SecurityControlId: "Lambda.2" }, Severity: { Label } },
        ...{ Resources: [{ Type: "AwsLambdaFunction", Id: "arn:aws:lambda:eu-west-1:100000000001:function:pay" }] },
        ...more,
      });
    for (const Label of ["LOW", "MEDIUM"]) assert.deepEqual(await respond(responder, lambda(Label)), { kind: "none" });
    const { id } = incidentOf(findingOf(JSON.parse(lambda("LOW")).detail.findings[0]));
    const seen = await kept.get(id);
    assert.deepEqual([seen?.state, seen?.findings, await kept.history(id), made.told], ["seen", 1, [], []]);
    await ended(responder, lambda("HIGH", { UpdatedAt: "2026-03-01T11:00:00Z" }), "alerted");
    const [incident, ...others] = made.published;
    assert.deepEqual([made.told, others], [["NOTIFIED"], []]);
    assert.deepEqual(
      [incident?.id, incident?.version, incident?.status, incident?.findings, incident?.remediation, incident?.owner],
      [id, 2, "detected", 2, null, "payments"],
    );
    const [first, second] = incident?.history ?? [];
    assert.deepEqual([first?.at, first?.what], ["2026-03-01T10:00:00.000Z", "Found by Security Hub"]);
    assert.match(second?.what ?? "", /no remediation answers it/);
    assert.deepEqual((await kept.list({ shelf: "open", limit: 9 })).items.map(String).length, 1);
    // The same again, with what Bulwark told of it.
    const again = { UpdatedAt: "2026-03-01T11:30:00Z", Workflow: { Status: "NOTIFIED" } };
    assert.deepEqual(await respond(responder, lambda("HIGH", again)), { kind: "none" });
    assert.deepEqual([made.told.length, made.published.length, (await kept.get(id))?.findings], [1, 1, 3]);
    made.settings = made.settings && { ...made.settings, tellFrom: "LOW" };
    await ended(
      responder,
      message({ ...JSON.parse(lambda("LOW")).detail.findings[0], Region: "eu-west-3" }),
      "alerted",
    );
  });

  it("closes an incident whose finding is over, and no other: neither by another finding nor by an echo of its own", async () => {
    const { made, responder, kept } = await world("over", "observe");
    const none = { kind: "none" };
    const passed = { Compliance: { Status: "PASSED", SecurityControlId: "S3.8" } };
    assert.deepEqual(await respond(responder, message(passed)), none, "what was never an incident is none by passing");
    const { id } = await ended(responder, body, "observed");
    assert.deepEqual(await respond(responder, message({ ...passed, Id: "arn:other" })), none);
    const early = message({ ...passed, UpdatedAt: "2026-03-01T09:00:00Z" });
    assert.equal((await respond(responder, early)).kind, "duplicate");
    // What people set in Security Hub comes with the same time of update.
    const byHand = (at: string, overrides: object) =>
      JSON.stringify({ ...event(asff({ UpdatedAt: "2026-03-01T10:00:00.000Z", ...overrides })), time: at });
    const resolved = await ended(
      responder,
      byHand("2026-03-01T10:00:00Z", { Workflow: { Status: "RESOLVED" } }),
      "resolved",
    );
    assert.match(resolved.why, /somebody has resolved/);
    await ended(responder, newer("2026-03-01T11:00:00Z"), "observed");
    made.time = Date.parse("2026-03-01T11:10:30Z");
    await ended(responder, message({ ...passed, UpdatedAt: "2026-03-01T11:10:00Z" }), "resolved");
    assert.equal((await respond(responder, newer("2026-03-01T11:05:00Z"))).kind, "duplicate", "it came late");
    await ended(responder, newer("2026-03-01T11:20:00Z"), "observed");
    await ended(responder, byHand("2026-03-01T11:30:00Z", { RecordState: "ARCHIVED" }), "resolved");
    assert.deepEqual(
      made.published.at(-1)?.history.map(({ status }) => status),
      [...["detected", "observed", "resolved", "observed", "resolved", "observed", "resolved"]],
    );
    assert.deepEqual([(await kept.get(id))?.openedAt, made.told], ["2026-03-01T11:20:00.000Z", []]);

    const own = await world("over-own");
    const { id: verified } = await ended(own.responder, body, "verified");
    const echo = byHand("2026-03-01T12:00:01Z", { Workflow: { Status: "RESOLVED" } });
    assert.deepEqual(await respond(own.responder, echo), none);
    assert.deepEqual(
      [(await own.kept.get(verified))?.state, (await own.kept.history(verified)).length],
      ["verified", 2],
    );
    own.made.time = Date.parse("2026-03-01T12:00:02.5Z");
    await undo(own.responder, verified, { who: "ann" });
    assert.deepEqual(await respond(own.responder, echo), { kind: "duplicate" }, "it came after the undo");
    assert.equal((await own.kept.get(verified))?.state, "undone");
  });

  it("leaves aside what a person has suppressed, until that is lifted or a finding is made after it", async () => {
    const { made, responder } = await world("aside", "observe");
    const { id } = await ended(responder, body, "observed");
    const suppressed = { Workflow: { Status: "SUPPRESSED" } };
    await ended(responder, JSON.stringify({ ...event(asff(suppressed)), time: "2026-03-01T11:00:00Z" }), "suppressed");
    const at = (UpdatedAt: string, more: object) => message({ UpdatedAt, ...more });
    const other = { Id: "arn:other" };
    assert.equal((await respond(responder, at("2026-03-01T12:01:00Z", other))).kind, "none");
    assert.equal((await respond(responder, at("2026-03-01T12:02:00Z", suppressed))).kind, "none");
    await ended(responder, at("2026-03-01T12:03:00Z", {}), "observed");
    await suppress(responder, id, { who: "ann" });
    assert.deepEqual([made.told, made.published.at(-1)?.status], [["SUPPRESSED"], "suppressed"]);
    const CreatedAt = "2026-03-01T12:10:00Z";
    await ended(responder, at(CreatedAt, { ...other, CreatedAt }), "observed");
  });

  it("says that it is put aside where people have heard of what is ignored by now", async () => {
    const { made, responder } = await world("ignored", "observe");
    await ended(responder, body, "observed");
    const acceptedRisks = [{ control: "S3.8", expires: "2027-01-01T00:00:00Z", reason: "a public site" }];
    made.settings = made.settings && { ...made.settings, acceptedRisks };
    await ended(responder, newer("2026-03-01T11:00:00Z"), "ignored");
    await ended(responder, newer("2026-03-01T11:30:00Z"), "ignored");
    assert.deepEqual(
      made.published.map(({ version, status }) => [version, status]),
      [
        [2, "observed"],
        [3, "suppressed"],
      ],
    );
  });
});
