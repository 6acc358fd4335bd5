import assert from "node:assert/strict";
import { approve, expire, reject, undo } from "../../../remediation/response/requests.ts";
import { respond } from "../../../remediation/response/respond.ts";
import type { Responder } from "../../../remediation/response/responder.ts";
import { QUESTION_LASTS } from "../../../remediation/response/times.ts";
import { s3PublicAccessBlock as manifest } from "../../../remediation/s3-public-access-block/manifest.ts";
import { asff, event } from "./findings.ts";
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

describe("what people ask of an incident", function () {
  this.timeout(120_000);
  const dynamodb = tables();
  async function ended(responder: Responder, text: string, state: string): Promise<string> {
    const answer = await respond(responder, text);
    assert.ok("state" in answer && answer.state === state && "id" in answer, JSON.stringify(answer));
    return answer.id;
  }

  it("changes what one of two approves at once, and names who it was", async () => {
    const { made, responder, kept } = await makeWorld(dynamodb(), "approve", "ask");
    const id = await ended(responder, body, "asked");
    assert.deepEqual(
      (await kept.lines(id, 0)).map(({ change }) => change?.after),
      [SHUT],
      "who is asked sees what would be",
    );
    const answers = await Promise.all(["ann", "bob"].map((who) => approve(responder, id, { who })));
    const [won, ...others] = answers.filter(({ kind }) => kind === "done");
    assert.ok(won?.kind === "done" && won.state === "verified" && others.length === 0, JSON.stringify(answers));
    assert.deepEqual([made.doors.get("front"), made.writes], [SHUT, ["front"]]);
    const [, approved, started, verified] = await kept.history(id);
    assert.deepEqual([approved?.state, started?.state, verified?.state], ["approved", "started", "verified"]);
    assert.ok(["ann", "bob"].includes(approved?.by ?? "") && started?.by === approved?.by);
    assert.deepEqual(await reject(responder, id, { who: "cid" }), {
      kind: "refused",
      why: `incident ${id} asks nothing: it is verified`,
    });
    assert.equal((await approve(responder, "nothing", { who: "ann" })).kind, "refused");
  });

  it("goes on with an approval that was cut off, once", async () => {
    for (let cut = 0; ; cut++) {
      const { made, responder } = await makeWorld(dynamodb(), `approve-${cut}`, "ask");
      const id = await ended(responder, body, "asked");
      made.calls = 0;
      made.cut = cut;
      const first = await approve(responder, id, { who: "ann" }).catch(() => undefined);
      if (first?.kind === "done") break;
      made.time += 301_000;
      const again = await approve(responder, id, { who: "ann" });
      assert.ok(again.kind === "done" && again.state === "verified", JSON.stringify(again));
      assert.deepEqual([made.doors.get("front"), made.writes], [SHUT, ["front"]], `cut at ${cut}`);
    }
  });

  it("closes a question by a no, or when its time is over, and by nothing else", async () => {
    const { made, responder, kept } = await makeWorld(dynamodb(), "close", "ask");
    const id = await ended(responder, body, "asked");
    assert.equal((await expire(responder, id)).kind, "refused");
    assert.deepEqual(await reject(responder, id, { who: "ann" }), {
      kind: "done",
      id,
      state: "rejected",
      why: "rejected by ann",
    });
    assert.equal((await approve(responder, id, { who: "bob" })).kind, "refused");
    await ended(responder, message({ UpdatedAt: "2026-03-01T11:00:00Z" }), "asked");
    made.time += QUESTION_LASTS;
    assert.match(JSON.stringify(await approve(responder, id, { who: "bob" })), /was open until 2026-03-02T12:00:00/);
    assert.equal((await expire(responder, id)).kind, "done");
    const steps = (await kept.history(id)).map(({ state, by }) => `${state} ${by}`);
    assert.deepEqual(steps, ["asked Bulwark", "rejected ann", "asked Bulwark", "expired Bulwark"]);
    assert.deepEqual(made.writes, []);
  });

  it("undoes the last verified change, and makes it again only for a person or a new finding", async () => {
    const { made, responder, kept } = await makeWorld(dynamodb(), "undo");
    const id = await ended(responder, body, "verified");
    // Security Hub finds by itself that the control passes: the change can be undone still.
    const Compliance = { Status: "PASSED", SecurityControlId: "S3.8" };
    const passed = message({ UpdatedAt: "2026-03-01T11:00:00Z", Compliance });
    assert.deepEqual(await respond(responder, passed), { kind: "none" });
    assert.deepEqual(await undo(responder, id, { who: "ann" }), {
      kind: "done",
      id,
      state: "undone",
      why: "undone by ann",
    });
    assert.deepEqual([made.doors.get("front"), made.told], [OPEN, ["RESOLVED", "NOTIFIED"]]);
    assert.equal((await undo(responder, id, { who: "ann" })).kind, "refused", "it was undone");
    const echo = event(asff({ Workflow: { Status: "RESOLVED" } }));
    const late = JSON.stringify({ ...echo, time: new Date(made.time).toISOString() });
    assert.deepEqual(await respond(responder, late), { kind: "duplicate" }, "the echo of what was before");
    assert.equal((await kept.get(id))?.state, "undone");
    made.time += 60_000;
    await ended(responder, message({ UpdatedAt: "2026-03-01T12:00:30Z" }), "alerted");
    assert.deepEqual(made.doors.get("front"), OPEN, "the same finding, updated");
    const [last] = (await kept.history(id)).slice(-1);
    assert.match(last?.why ?? "", /was undone 2026-03-01T12:00:00.000Z/);
    const at = "2026-03-01T12:30:00Z";
    const created = { ...event(asff({ Id: "another", CreatedAt: at, UpdatedAt: at })), time: at };
    await ended(responder, JSON.stringify(created), "verified");
    assert.equal((await undo(responder, id, { who: "bob" })).kind, "done");
    const clicked = { ...event(asff(), manifest.customAction.id), time: "2026-03-01T13:00:00Z" };
    await ended(responder, JSON.stringify(clicked), "verified");
    assert.deepEqual(made.writes.length, 5);
  });

  it("goes on with an undo that was cut off, and takes no owner's change back", async () => {
    const { made, responder, kept } = await makeWorld(dynamodb(), "undo-cut");
    made.targets = ["front", "back"];
    made.doors.set("back", OPEN);
    const id = await ended(responder, body, "verified");
    made.broken.add("write front");
    const stuck = await undo(responder, id, { who: "ann" });
    assert.ok(
      stuck.kind === "again" && stuck.state === "undoing" && /it is stuck/.test(stuck.why),
      JSON.stringify(stuck),
    );
    // What it left half done is its own; no finding comes between.
    made.doors.set("front", { locked: true, colour: "half" });
    await ended(responder, message({ UpdatedAt: "2026-03-01T11:00:00Z" }), "undoing");
    made.broken.clear();
    assert.equal((await undo(responder, id, { who: "bob" })).kind, "done");
    assert.deepEqual([made.doors.get("front"), made.doors.get("back")], [OPEN, OPEN]);
    const by = (await kept.history(id)).filter(({ state }) => state === "undone").map((step) => step.by);
    assert.deepEqual(by, ["bob"]);

    const other = await makeWorld(dynamodb(), "undo-theirs");
    const theirs = await ended(other.responder, body, "verified");
    const blue = { locked: true, colour: "blue" };
    other.made.doors.set("front", blue);
    for (const _twice of [1, 2]) {
      const answer = await undo(other.responder, theirs, { who: "ann" });
      assert.ok(
        answer.kind === "done" && answer.state === "failed" && /somebody has changed it since/.test(answer.why),
      );
      assert.deepEqual(other.made.doors.get("front"), blue);
    }
  });
});
