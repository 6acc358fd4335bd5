import assert from "node:assert/strict";
import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { secretReader } from "../../../remediation/forwarders/secret.ts";
import { batches } from "../../../remediation/forwarders/splunk/batch.ts";
import { hecEvent } from "../../../remediation/forwarders/splunk/event.ts";
import { type Forwarder, splunkForwarder } from "../../../remediation/forwarders/splunk/handler.ts";
import { type SplunkReceiver, splunkReceiver } from "../../../sandbox/receivers/splunk.ts";

const RECEIVED = new Date("2026-01-05T08:00:00Z");
const DESTINATION = { source: "bulwark", sourcetype: "aws:securityhub:finding", index: "security" };
const CHANNEL = "0f2f7a3e-4d8e-4f0a-9b57-0a3b5c1d2e3f";

function finding(id: string, more: object = {}): Record<string, unknown> {
  return {
    Id: id,
    AwsAccountId: "100000000001",
    Region: "eu-central-1",
    ProductName: "Security Hub",
    UpdatedAt: "2026-01-05T07:59:58.123Z",
    Severity: { Label: "HIGH" },
    Compliance: { Status: "FAILED", SecurityControlId: "S3.8" },
    Workflow: { Status: "NEW" },
    RecordState: "ACTIVE",
    ...more,
  };
}

describe("an event for Splunk", () => {
  it("has the time of UpdatedAt in seconds, its destination, and flat fields", () => {
    const converted = hecEvent(finding("f-1"), DESTINATION, RECEIVED);
    assert.ok(converted.ok);
    const { event, ...meta } = converted.event;
    assert.deepEqual(event, finding("f-1"));
    assert.deepEqual(meta, {
      ...DESTINATION,
      time: Date.parse("2026-01-05T07:59:58.123Z") / 1000,
      host: "100000000001",
      fields: {
        finding_id: "f-1",
        updated_at: "2026-01-05T07:59:58.123Z",
        account: "100000000001",
        region: "eu-central-1",
        product: "Security Hub",
        severity: "HIGH",
        control: "S3.8",
        compliance: "FAILED",
        workflow: "NEW",
        record_state: "ACTIVE",
      },
    });
  });

  it("takes the time of arrival where UpdatedAt is none, or far ahead", () => {
    for (const UpdatedAt of ["yesterday", 7, null, "", "2999-01-01T00:00:00Z", "1960-01-01T00:00:00Z"]) {
      const converted = hecEvent(finding("f", { UpdatedAt }), DESTINATION, RECEIVED);
      assert.equal(converted.ok && converted.event.time, RECEIVED.getTime() / 1000);
    }
  });

  it("is none where the finding is none", () => {
    for (const wrong of [null, 1, "x", [], {}, finding(""), finding("f", { AwsAccountId: 1 })]) {
      assert.equal(hecEvent(wrong, DESTINATION, RECEIVED).ok, false);
    }
  });

  it("stays within 260 KB and can be read, whatever the finding holds", () => {
    let deep: unknown = "end";
    for (let level = 0; level < 50_000; level++) deep = [deep];
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, "x".repeat(40)]));
    const texts = { Description: "x".repeat(3_000_000), Severity: { Label: "y".repeat(10_000) } };
    const wide = { Resources: Array.from({ length: 900 }, () => ({ Id: "\u0000".repeat(16_000) })) };
    for (const more of [{ deep }, { many }, texts, wide, Object.assign({ Title: "\ud800" }, many)]) {
      const converted = hecEvent(finding("f", more), DESTINATION, RECEIVED);
      assert.ok(converted.ok);
      const json = JSON.stringify(converted.event);
      assert.ok(Buffer.byteLength(json) < 262_144 + 8192, `${Buffer.byteLength(json)}`);
      assert.equal(JSON.parse(json).event.Id, "f");
      assert.equal(JSON.parse(json).event.bulwark_truncated, true);
    }
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (more) => {
        const plain = JSON.parse(
          JSON.stringify(more, (_, value) => (typeof value === "bigint" ? String(value) : value)),
        );
        const converted = hecEvent({ ...plain, Id: "f", AwsAccountId: "100000000001" }, DESTINATION, RECEIVED);
        assert.ok(converted.ok && JSON.stringify(converted.event).isWellFormed());
      }),
    );
  });
});

describe("batches for Splunk", () => {
  it("hold every event once, in order, and none is over its limits", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 30 })),
        fc.integer({ min: 1, max: 80 }),
        (texts, bytes) => {
          const events = texts.map((json, of) => ({ of, json }));
          const packed = batches(events, { bytes, count: 4 });
          assert.deepEqual(packed.flat(), events);
          for (const batch of packed) {
            const size = Buffer.byteLength(batch.map(({ json }) => json).join("\n"));
            assert.ok(batch.length > 0 && batch.length <= 4 && (batch.length === 1 || size <= bytes));
          }
        },
      ),
    );
  });
});

describe("the Splunk forwarder", () => {
  let splunk: SplunkReceiver;
  let time: number;
  let token: string;
  let quarantined: { body: string; why: string }[];
  let logged: string[];
  let quarantineDown: boolean;
  const start = async (acks = false) => {
    splunk = await splunkReceiver({ tokens: ["one"], acks });
  };
  beforeEach(() => {
    [time, token, quarantined, logged, quarantineDown] = [RECEIVED.getTime(), "one", [], [], false];
  });
  afterEach(async () => await splunk.stop());

  const now = () => new Date(time);
  const forward = (channel?: string) => {
    const forwarder: Forwarder = {
      address: splunk.address,
      destination: DESTINATION,
      token: "arn",
      secrets: secretReader(async () => token, now),
      channel,
      now,
      sleep: async (milliseconds) => {
        time += milliseconds;
      },
      quarantine: async (body, why) => {
        if (quarantineDown) throw new Error("the quarantine is down");
        quarantined.push({ body, why });
      },
      log: (message) => logged.push(message),
    };
    const handler = splunkForwarder(forwarder);
    return async (...records: SQSRecord[]) => {
      const { batchItemFailures } = await handler({ Records: records }, { getRemainingTimeInMillis: () => 60_000 });
      return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    };
  };
  const indexedIds = () => splunk.indexed.map(({ event }) => event.Id);

  it("sends a batch as one compressed request", async () => {
    await start();
    assert.deepEqual(await forward()(record("a", finding("1"), finding("2")), record("b", finding("3"))), []);
    assert.deepEqual(indexedIds(), ["1", "2", "3"]);
    assert.deepEqual(splunk.requests, [{ path: "/services/collector/event", status: 200, gzip: true }]);
    assert.equal(splunk.indexed[0]?.index, "security");
  });

  it("loses nothing in an outage of an hour", async () => {
    await start();
    const send = forward();
    const queue = Array.from({ length: 60 }, (_, at) => record(`m${at}`, finding(`f${at}`)));
    const waiting = new Map<string, SQSRecord>();
    const end = time + 3_600_000;
    for (const [at, one] of queue.entries()) {
      splunk.health = (["busy", "throttling"] as const)[at % 2] ?? "busy";
      waiting.set(one.messageId, one);
      const failed = await send(...[...waiting.values()].slice(-10));
      assert.ok(failed.includes(one.messageId));
      time += 60_000;
    }
    assert.ok(time >= end);
    assert.equal(splunk.indexed.length, 0);
    splunk.health = "up";
    assert.deepEqual(await send(...waiting.values()), []);
    assert.deepEqual(indexedIds().toSorted(), queue.map((_, at) => `f${at}`).toSorted());
    assert.match(logged[0] ?? "", /Splunk answers 503, code 9: Server is busy/);
  });

  it("sends again what it got no answer to, under the same id", async () => {
    await start();
    splunk.health = "answers lost";
    assert.deepEqual(await forward()(record("a", finding("1"))), ["a"]);
    splunk.health = "up";
    assert.deepEqual(await forward()(record("a", finding("1"))), []);
    assert.deepEqual(new Set(splunk.indexed.map(({ fields }) => fields.finding_id)), new Set(["1"]));
  });

  it("quarantines the poison in the middle of a batch and delivers the rest", async () => {
    await start();
    splunk.refuse = ({ Id }) => Id === "f3" || Id === "f7";
    const records = Array.from({ length: 10 }, (_, at) => record(`m${at}`, finding(`f${at}`)));
    assert.deepEqual(await forward()(...records), []);
    assert.deepEqual(
      indexedIds().toSorted(),
      [0, 1, 2, 4, 5, 6, 8, 9].map((at) => `f${at}`),
    );
    assert.deepEqual(
      quarantined.map(({ body, why }) => [JSON.parse(body).event.Id, why]),
      ["f3", "f7"].map((id) => [id, "Splunk answers 400, code 6: Invalid data format"]),
    );
  });

  it("keeps what it can't quarantine in the queue", async () => {
    await start();
    splunk.refuse = ({ Id }) => Id === "f1";
    quarantineDown = true;
    const records = [record("m0", finding("f0")), record("m1", finding("f1")), { ...record("m2"), body: "{" }];
    assert.deepEqual((await forward()(...records)).toSorted(), ["m1", "m2"]);
    assert.deepEqual(indexedIds(), ["f0"]);
  });

  it("quarantines malformed messages with a reason and delivers what is with them", async () => {
    await start();
    const bodies = [
      "",
      "{",
      "null",
      "[]",
      '{"detail":null}',
      '{"detail":{"findings":[]}}',
      '{"detail":{"findings":{}}}',
    ];
    const records = bodies.map((body, at) => ({ ...record(`m${at}`), body }));
    assert.deepEqual(await forward()(...records, record("g", finding("good"), null, finding(""))), []);
    assert.deepEqual(indexedIds(), ["good"]);
    assert.equal(quarantined.length, bodies.length + 2);
    assert.ok(quarantined.every(({ why }) => why !== ""));
  });

  it("takes a rotated token between two batches, without a deployment", async () => {
    await start();
    const send = forward();
    assert.deepEqual(await send(record("a", finding("1"))), []);
    token = "two";
    splunk.tokens.clear();
    assert.deepEqual(await send(record("b", finding("2"))), ["b"]);
    splunk.tokens.add("two");
    assert.deepEqual(await send(record("b", finding("2"))), []);
    assert.deepEqual(indexedIds(), ["1", "2"]);
    assert.equal(quarantined.length, 0);
  });

  it("acknowledges a message only when Splunk has acknowledged its events", async () => {
    await start(true);
    splunk.indexing = false;
    const send = forward(CHANNEL);
    assert.deepEqual(await send(record("a", finding("1"))), ["a"]);
    assert.equal(splunk.indexed.length, 1);
    splunk.indexing = true;
    assert.deepEqual(await send(record("a", finding("1"))), []);
    assert.equal(splunk.requests.at(-1)?.path, "/services/collector/ack");
  });

  it("gives no event up for a wrong setting", async () => {
    await start(true);
    assert.deepEqual(await forward()(record("a", finding("1"))), ["a"]);
    assert.match(logged.join(), /code 10: Data channel is missing/);
    assert.equal(quarantined.length, 0);
    await splunk.stop();
    await start(false);
    assert.deepEqual(await forward(CHANNEL)(record("a", finding("1"))), ["a"]);
    assert.match(logged.join(), /no ackId/);
  });
});

function record(messageId: string, ...findings: unknown[]): SQSRecord {
  return {
    messageId,
    receiptHandle: messageId,
    body: JSON.stringify({ "detail-type": "Security Hub Findings - Imported", detail: { findings } }),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: String(RECEIVED.getTime()),
      SenderId: "AIDA",
      ApproximateFirstReceiveTimestamp: String(RECEIVED.getTime()),
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:eu-central-1:100000000000:splunk",
    awsRegion: "eu-central-1",
  };
}
