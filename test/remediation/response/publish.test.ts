import assert from "node:assert/strict";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { type Incident, incidentSchema } from "../../../remediation/forwarders/incident.ts";
import { notified } from "../../../remediation/forwarders/notification.ts";
import { readFinding } from "../../../remediation/response/finding.ts";
import { incidentOf } from "../../../remediation/response/incident.ts";
import { incidentMessage } from "../../../remediation/response/incident-message.ts";
import type { State, Step } from "../../../remediation/response/ledger.ts";
import { type Publisher, publishIncident, publishUntold } from "../../../remediation/response/publish.ts";
import { acknowledge, QUESTION_LASTS, suppress } from "../../../remediation/response/requests.ts";
import { respond } from "../../../remediation/response/respond.ts";
import { watch } from "../../../remediation/response/watch.ts";
import { s3PublicAccessBlock as manifest } from "../../../remediation/s3-public-access-block/manifest.ts";
import { type RunningSandbox, runSandbox } from "../../sandbox/running-sandbox.ts";
import { asff, event } from "./findings.ts";
import { makeWorld } from "./world.ts";

const body = JSON.stringify(event(asff()));
const read = readFinding(body);
if (read.kind !== "finding") throw new Error(read.reason);
const { finding } = read;
const NOTHING = {
  ...{ remediation: null, expiresAt: null, link: null },
  account: { owner: null, environment: null },
};
const STATES: readonly State[] = [
  ...(["seen", "ignored", "observed", "alerted", "asked", "approved", "rejected", "expired", "started"] as const),
  ...(["changed", "delivering", "verified", "well", "gone", "failed", "undoing", "undone", "suppressed"] as const),
];

describe("the message of an incident", () => {
  const step = fc.record({
    state: fc.constantFrom(...STATES),
    at: fc.constant("2026-03-01T12:00:00.000Z"),
    why: fc.string({ maxLength: 5_000 }),
    by: fc.constantFrom("Bulwark", "Ada"),
  });

  it("is one that forwarders take, whatever happened to it", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const history = steps.map((one, index): Step => ({ ...one, version: index + 1 }));
        const parsed = incidentSchema.safeParse(incidentMessage(finding, { ...NOTHING, history }));
        assert.ok(parsed.success, parsed.error?.message);
      }),
    );
  });

  it("numbers its steps so that a longer history only adds to them", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, cut) => {
        const history = steps.map((one, index): Step => ({ ...one, version: index + 1 }));
        const whole = incidentMessage(finding, { ...NOTHING, history });
        const before = incidentMessage(finding, { ...NOTHING, history: history.slice(0, cut) });
        assert.deepEqual(whole.history.slice(0, before.version), before.history);
      }),
    );
  });

  it("is the first version of the same incident where a finding comes by itself", () => {
    const told = notified(JSON.stringify({ Type: "Notification", Message: body }));
    assert.ok(told.ok);
    assert.deepEqual(
      [told.incident.id, told.incident.version, told.incident.status],
      [incidentOf(finding).id, 1, "detected"],
    );
    const later = incidentMessage(finding, {
      ...NOTHING,
      history: [{ version: 3, state: "asked", at: "2026-03-01T12:00:00.000Z", why: "asked", by: "Bulwark" }],
    });
    assert.deepEqual([later.id, later.version, later.history[0]], [told.incident.id, 2, told.incident.history[0]]);
    const wrong = notified(
      JSON.stringify({ source: "aws.securityhub", "detail-type": "Security Hub Insight Results" }),
    );
    assert.ok(!wrong.ok);
  });
});

describe("publishing incidents", function () {
  this.timeout(120_000);
  let sandbox: RunningSandbox;
  let client: DynamoDBClient;
  before(async () => {
    sandbox = await runSandbox();
    client = new DynamoDBClient(sandbox.root("100000000002"));
  });
  after(async () => {
    client?.destroy();
    await sandbox?.close();
  });

  async function world(table: string, mode: "ask" | "automatic") {
    const made = await makeWorld(client, table, mode);
    const sent: Incident[] = [];
    const state = { broken: false };
    const publisher: Publisher = {
      ledger: made.kept,
      manifests: [manifest],
      account: async () => ({ owner: "payments", environment: "prod" }),
      link: async () => null,
      async send(incident) {
        if (state.broken) throw new Error("the topic is away");
        sent.push(incident);
      },
    };
    return { ...made, publisher, sent, state };
  }

  it("tells each version at least once: what could not be sent is told later, and then no more", async () => {
    const { made, responder, kept, publisher, sent, state } = await world("told", "automatic");
    state.broken = true;
    const outcome = await respond({ ...responder, publish: (id) => publishIncident(publisher, id) }, body);
    assert.deepEqual([outcome.kind, made.doors.get("front")?.locked], ["done", true], "what is done does not wait");
    assert.equal((await kept.untold(10)).length, 1);
    await assert.rejects(publishUntold(publisher), /publishing incidents: Error: the topic is away/);
    state.broken = false;
    assert.equal(await publishUntold(publisher), 1);
    assert.deepEqual(
      sent.map(({ version, status, owner, history }) => [version, status, owner, history.length]),
      [[2, "remediated", "payments", 2]],
    );
    assert.deepEqual(await kept.untold(10), []);
    assert.equal(await publishUntold(publisher), 0);
  });

  it("keeps what is told again by a step that came between reading and noting", async () => {
    const { responder, kept, publisher } = await world("between", "ask");
    const outcome = await respond(responder, body);
    assert.ok("id" in outcome);
    const slow: Publisher = {
      ...publisher,
      send: async () => void (await acknowledge(responder, outcome.id, "Ada")),
    };
    await publishIncident(slow, outcome.id);
    assert.deepEqual(
      (await kept.untold(10)).map(({ id }) => id),
      [outcome.id],
    );
  });

  it("lists what is open and what is not, and ends questions that nobody answered", async () => {
    const { made, responder, kept, publisher, sent } = await world("lists", "ask");
    const asked = await respond(responder, body);
    assert.ok("id" in asked);
    const another = JSON.stringify(event(asff({ Resources: [{ Type: "AwsS3Bucket", Id: "arn:aws:s3:::other" }] })));
    const aside = await respond(responder, another);
    assert.ok("id" in aside);
    assert.deepEqual((await acknowledge(responder, asked.id, "Ada")).kind, "done");
    assert.deepEqual((await suppress(responder, aside.id, "Ada")).kind, "done");
    assert.equal(made.told.at(-1), "SUPPRESSED");
    const ids = async (shelf: "open" | "closed") => (await kept.list(shelf, 10)).items.map(({ id }) => id);
    assert.deepEqual([await ids("open"), await ids("closed")], [[asked.id], [aside.id]]);
    const first = await kept.list("open", 1);
    assert.equal(first.items[0]?.state, "asked");
    await assert.rejects(kept.list("open", 1, "[]"), /next is of no page/);
    assert.deepEqual(await watch(responder, publisher), { published: 2, expired: 0 });
    assert.deepEqual(sent.find(({ id }) => id === asked.id)?.acknowledged?.by, "Ada");
    made.time += QUESTION_LASTS + 1;
    assert.deepEqual(await watch(responder, publisher), { published: 1, expired: 1 });
    assert.equal(sent.at(-1)?.status, "expired");
    assert.deepEqual((await acknowledge(responder, aside.id, "Ada")).kind, "refused");
  });
});
