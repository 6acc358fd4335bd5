import assert from "node:assert/strict";
import { answerRequest } from "../../../remediation/response/answer-request.ts";
import { incidentOf } from "../../../remediation/response/incident.ts";
import { RequestMessage } from "../../../remediation/response/request-message.ts";
import { respond } from "../../../remediation/response/respond.ts";
import type { Responder } from "../../../remediation/response/responder.ts";
import { QUESTION_LASTS } from "../../../remediation/response/times.ts";
import { tick } from "../../../remediation/response/watch.ts";
import { asff, event, findingOf } from "./findings.ts";
import { tables } from "./tables.ts";
import { makeWorld } from "./world.ts";

const OPEN = { locked: false, colour: "red" };
const body = JSON.stringify(event(asff()));

describe("requests and the watch", function () {
  this.timeout(120_000);
  const dynamodb = tables();
  let sent = 0;
  function request(kind: RequestMessage["kind"], incident: string, who = "ann"): RequestMessage {
    const at = "2026-03-01T12:00:00Z";
    return RequestMessage.parse({ id: `request-${sent++}`, kind, incident, who, source: "slack", at });
  }
  async function asked(responder: Responder): Promise<string> {
    const answer = await respond(responder, body);
    assert.ok(answer.kind === "done" && answer.state === "asked", JSON.stringify(answer));
    return answer.id;
  }
  const kindOf = async (responder: Responder, message: RequestMessage) =>
    (await answerRequest(responder, message)).kind;

  it("does what a request asks once, however often and wherever cut off it comes", async () => {
    let cuts = 0;
    for (let cut = 0; ; cut++) {
      const { made, responder, kept } = await makeWorld(dynamodb(), `once-${cut}`, "ask");
      const id = await asked(responder);
      const yes = request("approve", id);
      made.calls = 0;
      made.cut = cut;
      const first = await kindOf(responder, yes).catch(() => "cut");
      made.time += 301_000;
      const again = await kindOf(responder, yes);
      if (first === "done") {
        assert.equal(again, "duplicate");
        break;
      }
      cuts++;
      assert.equal(again, "done", `cut at ${cut}`);
      const back = request("undo", id, "bob");
      assert.deepEqual([await kindOf(responder, back), await kindOf(responder, back)], ["done", "duplicate"]);
      assert.equal(await kindOf(responder, yes), "duplicate", "an approval is none of what comes later");
      assert.deepEqual([made.doors.get("front"), made.writes.length], [OPEN, 2]);
      assert.equal((await kept.history(id)).filter(({ why }) => why.startsWith("refused")).length, 0);
    }
    assert.ok(cuts >= 4);
  });

  it("keeps what is refused in the history with its reason, once, and knows what it does not know", async () => {
    const { made, responder, kept } = await makeWorld(dynamodb(), "refused", "ask");
    const id = await asked(responder);
    const no = request("reject", id);
    assert.deepEqual([await kindOf(responder, no), await kindOf(responder, no)], ["done", "duplicate"]);
    const late = request("approve", id, "bob");
    assert.deepEqual([await kindOf(responder, late), await kindOf(responder, late)], ["refused", "duplicate"]);
    const refusals = (await kept.history(id)).filter(({ why }) => why.startsWith("refused"));
    assert.deepEqual(
      refusals.map(({ by, state, why }) => [by, state, why]),
      [["bob", "rejected", `refused: approve: incident ${id} asks nothing: it is rejected`]],
    );
    assert.equal(made.published.at(-1)?.history.at(-1)?.what, refusals[0]?.why);
    assert.equal(await kindOf(responder, request("approve", "nothing")), "unknown");
    assert.deepEqual(made.writes, []);
  });

  it("lets the first look after an incident, and does not let its question last longer by that", async () => {
    const { made, responder, kept } = await makeWorld(dynamodb(), "looked-after", "ask");
    const id = await asked(responder);
    made.time += 60_000;
    const mine = request("acknowledge", id);
    assert.deepEqual([await kindOf(responder, mine), await kindOf(responder, mine)], ["done", "duplicate"]);
    assert.equal(await kindOf(responder, request("acknowledge", id, "bob")), "refused");
    const incident = made.published.at(-1);
    assert.deepEqual(
      [incident?.acknowledged?.by, incident?.status, incident?.expiresAt],
      ["ann", "asked", "2026-03-02T12:00:00.000Z"],
    );
    await kept.claim(incidentOf(findingOf()), "2026-03-01T11:00:00.000Z", new Date(made.time), 300);
    assert.equal(await kindOf(responder, request("suppress", id)), "busy", "somebody works on it");
    made.time += 300_000;
    assert.equal(await kindOf(responder, request("suppress", id)), "done");
    assert.deepEqual([made.told.at(-1), (await kept.get(id))?.state], ["SUPPRESSED", "suppressed"]);
    assert.equal((await kept.list({ shelf: "closed", limit: 5 })).items[0]?.acknowledged?.by, "ann");
  });

  it("publishes what could not be published, and closes questions whose time is over, once", async () => {
    const { made, responder, kept } = await makeWorld(dynamodb(), "watch", "ask");
    made.isPublishing = false;
    const id = await asked(responder);
    await assert.rejects(tick(responder), new RegExp(`publishing incident ${id}: .*the topic is gone`));
    made.isPublishing = true;
    assert.deepEqual(await tick(responder), { attended: 0, published: 1, unseen: [] });
    assert.deepEqual(await tick(responder), { attended: 0, published: 0, unseen: [] });
    made.time += QUESTION_LASTS - 1;
    assert.equal((await tick(responder)).attended, 0);
    made.time += 1;
    assert.deepEqual(await tick(responder), { attended: 1, published: 0, unseen: [] });
    assert.deepEqual(await tick(responder), { attended: 0, published: 0, unseen: [] });
    assert.deepEqual(
      made.published.map(({ version, status }) => [version, status]),
      [
        [2, "asked"],
        [3, "expired"],
      ],
    );
    assert.equal((await kept.get(id))?.state, "expired");
    assert.deepEqual(made.doors.get("front"), OPEN);
  });
});
