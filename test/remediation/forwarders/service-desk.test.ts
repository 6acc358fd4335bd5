import assert from "node:assert/strict";
import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { CLOSED, type Incident, STATUSES, type Status } from "../../../remediation/forwarders/incident.ts";
import { secretReader } from "../../../remediation/forwarders/secret.ts";
import {
  type DeskEvent,
  deskForwarder,
  type Forwarder,
  watchDesk,
} from "../../../remediation/forwarders/service-desk/handler.ts";
import { deskSchema, ticketFields } from "../../../remediation/forwarders/service-desk/mapping.ts";
import { approvalOf, callOf } from "../../../remediation/forwarders/service-desk/sync.ts";
import { type ServiceDeskReceiver, serviceDeskReceiver } from "../../../sandbox/receivers/service-desk.ts";
import { incident } from "./incidents.ts";

const level = (of: string) => ({ impact: of, urgency: of });
const change = {
  collection: "changes",
  name: "Change",
  key: "ChangeID",
  reference: "ExternalID",
  template: { Category: "Standard" },
  approval: "ApprovalStatus",
  approved: ["approved"],
  denied: ["denied"],
  decidedBy: "ApprovedBy",
};
const DESK = deskSchema.parse({
  incident: { reference: "ExternalID", version: "ExternalVersion" },
  template: { Service: "Cloud", Category: "incident" },
  severities: {
    CRITICAL: level("1"),
    HIGH: level("2"),
    MEDIUM: level("3"),
    LOW: level("4"),
    INFORMATIONAL: level("4"),
  },
  groups: { payments: "PAYMENTS-OPS" },
  group: "SOC",
  closure: { ClosureCode: "Automatically Closed" },
  change,
});

describe("a ticket's fields", () => {
  it("follow the configuration", () => {
    const fields = ticketFields(incident(), DESK);
    assert.equal(fields.Service, "Cloud");
    assert.deepEqual([fields.Impact, fields.Urgency], ["2", "2"]);
    assert.equal(fields.AssignmentGroup, "PAYMENTS-OPS");
    assert.deepEqual([fields.ExternalID, fields.ExternalVersion], ["inc-1", "1"]);
    for (const owner of ["others", "constructor", null]) {
      assert.equal(ticketFields(incident(["detected"], { owner }), DESK).AssignmentGroup, "SOC");
    }
  });

  it("hold hostile and huge texts as single bounded lines", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 3000 }), (hostile) => {
        const fields = ticketFields(incident(["detected"], { title: hostile, description: hostile }), DESK);
        for (const text of Object.values(fields).flat()) {
          assert.ok(text.length <= 1000 && text.isWellFormed() && !/\p{Cc}/u.test(text));
        }
      }),
    );
  });

  it("need a whole configuration", () => {
    const { severities, ...rest } = DESK;
    const { HIGH: _, ...fewer } = severities;
    for (const wrong of [
      { ...rest, severities: fewer },
      { ...DESK, grup: "x" },
      { ...DESK, incident: { ...DESK.incident, reference: 'a="' } },
    ]) {
      assert.equal(deskSchema.safeParse(wrong).success, false);
    }
  });
});

describe("what the desk needs", () => {
  const ticket = { id: "IM1", version: 1, closed: false, closedBy: null };
  const kindOf = (statuses: Status[], has?: Partial<typeof ticket>) =>
    callOf(incident(statuses), has === undefined ? undefined : { ...ticket, ...has }).kind;

  it("is decided by what it has", () => {
    assert.equal(kindOf(["detected"]), "create");
    assert.equal(kindOf(["detected", "resolved"]), "nothing");
    assert.equal(kindOf(["detected"], {}), "nothing");
    assert.equal(kindOf(["detected", "asked"], {}), "update");
    assert.equal(kindOf(["detected", "remediated"], {}), "close");
    assert.equal(kindOf(["detected", "remediated"], { version: 2, closed: true }), "nothing");
    assert.equal(kindOf(["detected", "remediated", "undone"], { version: 2, closed: true }), "reopen");
    assert.equal(kindOf(["detected", "asked"], { closed: true }), "closed by the desk");
    assert.equal(kindOf(["detected"], { version: 5, closed: true }), "nothing");
  });

  it("never is an update of what is older, or of what is closed", () => {
    const statuses = fc.array(fc.constantFrom(...STATUSES), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(statuses, fc.nat(10), fc.boolean(), (all, version, closed) => {
        const kind = kindOf(all, { version, closed });
        if (kind === "update" || kind === "close") assert.ok(!closed && version < all.length);
        if (kind === "close") assert.ok(CLOSED.includes(all.at(-1) ?? "detected"));
        assert.notEqual(kind, "create");
      }),
    );
  });

  it("takes nothing but a said yes for an approval", () => {
    assert.deepEqual(approvalOf({ ApprovalStatus: "approved", ApprovedBy: "ann" }, change), {
      kind: "approved",
      by: "ann",
    });
    assert.deepEqual(approvalOf({ ApprovalStatus: "denied" }, change), { kind: "rejected", by: null });
    for (const ApprovalStatus of ["pending", "Approved ", ["approved"], true, null, undefined]) {
      assert.deepEqual(approvalOf({ ApprovalStatus }, change), { kind: "waiting" });
    }
  });
});

describe("the service desk forwarder", () => {
  let desk: ServiceDeskReceiver;
  let time: number;
  let login: string;
  let told: DeskEvent[];
  let quarantined: string[];
  let forwarder: Forwarder;
  const now = () => new Date(time);
  beforeEach(async () => {
    [time, login, told, quarantined] = [Date.UTC(2026, 0, 5, 9), "bulwark:one", [], []];
    desk = await serviceDeskReceiver({ logins: ["bulwark:one"] });
    forwarder = {
      address: desk.address,
      desk: DESK,
      credentials: "arn",
      secrets: secretReader(async () => login, now),
      alone: (_, act) => act(),
      tell: async (event) => void told.push(event),
      quarantine: async (_, why) => void quarantined.push(why),
    };
  });
  afterEach(async () => await desk.stop());

  const send = async (...incidents: Incident[]): Promise<string[]> => {
    const records = incidents.map((one, at) => record(`m${at}`, JSON.stringify(one)));
    const { batchItemFailures } = await deskForwarder(forwarder)({ Records: records });
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };

  it("opens, updates, closes and reopens one ticket", async () => {
    assert.deepEqual(await send(incident(["detected"]), incident(["detected", "failed"])), []);
    assert.equal(desk.incidents[0]?.ExternalVersion, "2");
    assert.deepEqual(await send(incident(["detected", "failed", "resolved"])), []);
    assert.equal(desk.incidents[0]?.Status, "Closed");
    assert.deepEqual(await send(incident(["detected", "failed", "resolved", "undone"])), []);
    assert.equal(desk.incidents[0]?.Status, "Open");
    assert.equal(desk.incidents.length, 1);
    assert.deepEqual(told, []);
  });

  it("opens no ticket for what ended before anybody heard that it began", async () => {
    const ended = incident(["detected", "remediated"]);
    forwarder = { ...forwarder, newest: async (id) => (id === ended.id ? ended : undefined) };
    assert.deepEqual(await send(ended, incident(["detected"])), []);
    assert.deepEqual(desk.incidents, []);
    assert.deepEqual(await send(incident(["detected"], { id: "another" })), []);
    assert.deepEqual(await send(incident(["detected", "remediated", "undone"])), []);
    assert.equal(desk.incidents.length, 2);
  });

  it("makes no second ticket of what comes again, late or out of order", async () => {
    const steps: Status[] = ["detected", "failed", "failed"];
    const messages = [3, 1, 2, 1, 3].map((length) => incident(steps.slice(0, length)));
    for (let time = 0; time < 3; time++) assert.deepEqual(await send(...messages), []);
    assert.equal(desk.incidents.length, 1);
    assert.deepEqual(new Set(desk.requests.slice(2).map(({ method }) => method)), new Set(["GET"]));
  });

  it("makes no second ticket where the answer to the first was lost", async () => {
    desk.health = "answers lost";
    assert.deepEqual(await send(incident()), ["m0"]);
    desk.health = "up";
    assert.deepEqual(await send(incident()), []);
    assert.equal(desk.incidents.length, 1);
  });

  it("loses nothing in an outage of an hour", async () => {
    desk.health = "down";
    const all = Array.from({ length: 12 }, (_, at) => incident(["detected"], { id: `inc-${at}` }));
    for (let minute = 0; minute < 60; minute += 5) {
      assert.equal((await send(...all)).length, all.length);
      time += 5 * 60_000;
    }
    desk.health = "up";
    assert.deepEqual(await send(...all), []);
    assert.deepEqual(
      desk.incidents.map((one) => one.ExternalID),
      all.map(({ id }) => id),
    );
    assert.deepEqual(quarantined, []);
  });

  it("takes a rotated password without a deployment", async () => {
    await send(incident());
    desk.logins.clear();
    login = "bulwark:two";
    assert.deepEqual(await send(incident(["detected", "failed"])), ["m0"]);
    desk.logins.add("bulwark:two");
    assert.deepEqual(await send(incident(["detected", "failed"])), []);
    assert.equal(desk.incidents[0]?.ExternalVersion, "2");
  });

  it("reads the return code within HTTP 200, and quarantines what the desk will never take", async () => {
    const { Service: _, ...template } = DESK.template;
    forwarder = { ...forwarder, desk: { ...DESK, template } };
    assert.deepEqual(await send(incident()), []);
    assert.match(quarantined[0] ?? "", /creating Incident: the desk answers 200, ReturnCode 71: Service is required/);
    assert.deepEqual(desk.incidents, []);
  });

  it("comes again where a person holds the ticket", async () => {
    await send(incident());
    desk.held.add("IM10001");
    assert.deepEqual(await send(incident(["detected", "failed"])), ["m0"]);
    desk.held.clear();
    assert.deepEqual(await send(incident(["detected", "failed"])), []);
  });

  it("quarantines what is no incident, and forwards what is with it", async () => {
    const records = ["{", "null", '{"id":"x"}', JSON.stringify(incident())].map((body, at) => record(`m${at}`, body));
    const { batchItemFailures } = await deskForwarder(forwarder)({ Records: records });
    assert.deepEqual(batchItemFailures, []);
    assert.equal(quarantined.length, 3);
    assert.equal(desk.incidents.length, 1);
  });

  it("sees what the desk closed, under one id, and does not open it again", async () => {
    await send(incident());
    Object.assign(desk.incidents[0] ?? {}, { Status: "Closed", ClosedBy: "ann" });
    await watchDesk([incident()], forwarder);
    await send(incident(["detected", "failed"]));
    const closed = { id: "inc-1/IM10001/closed", kind: "closed", incident: "inc-1", record: "IM10001", by: "ann" };
    assert.deepEqual(told, [closed, closed]);
    assert.equal(desk.incidents[0]?.Status, "Closed");
  });

  it("asks by one change record, and hears what was decided", async () => {
    const asked = incident(["detected", "asked"]);
    await send(asked);
    await send(asked);
    assert.equal(desk.changes.length, 1);
    await watchDesk([asked], forwarder);
    assert.deepEqual(told, []);
    Object.assign(desk.changes[0] ?? {}, { ApprovalStatus: "approved", ApprovedBy: "ben" });
    await watchDesk([asked], forwarder);
    assert.deepEqual(told, [
      { id: "inc-1/C10001/approved", kind: "approved", incident: "inc-1", record: "C10001", by: "ben" },
    ]);
  });
});

function record(messageId: string, body: string): SQSRecord {
  return {
    messageId,
    receiptHandle: messageId,
    body,
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "1767600000000",
      SenderId: "AIDA",
      ApproximateFirstReceiveTimestamp: "1767600000000",
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:100000000000:service-desk",
    awsRegion: "eu-central-1",
  };
}
