import assert from "node:assert/strict";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { dynamodbLedger } from "../../../remediation/response/dynamodb-ledger.ts";
import type { Counted, Entry, Ledger, Line } from "../../../remediation/response/ledger.ts";
import { type RunningSandbox, runSandbox } from "../../sandbox/running-sandbox.ts";
import { findingOf } from "./findings.ts";
import { makeTable } from "./world.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const FOUND = "2026-03-01T11:00:00.000Z";
const NEWER = "2026-03-01T11:30:00.000Z";
const later = (secondsOn: number) => new Date(NOW.getTime() + secondsOn * 1000);
const step = { at: NOW.toISOString(), why: "it is so", by: "Bulwark" };
const begun = { remediation: "doors", attempts: 1 };
const headline = {
  ...{ account: "100000000001", region: "eu-west-1", severity: "HIGH", title: "A door is open", control: "S3.8" },
  resource: { type: "AwsS3Bucket", id: "arn:aws:s3:::statements" },
} as const;
const incident = (id: string) => ({ id, key: `["${id}"]`, cause: "S3.8", headline });
const finding = findingOf();
const about = { remediation: "doors", finding };
const counted = (name: string, most: number): Counted => ({
  account: { name, most: 100 },
  control: { name, most },
  action: { name },
});
const ten = <Answer>(act: (index: number) => Promise<Answer>) =>
  Promise.all(Array.from({ length: 10 }, (_, i) => act(i)));

describe("the ledger in DynamoDB", function () {
  this.timeout(120_000);
  let sandbox: RunningSandbox;
  let client: DynamoDBClient;
  let ledger: Ledger;
  const TableName = "ledger";

  before(async () => {
    sandbox = await runSandbox();
    client = new DynamoDBClient(sandbox.root("100000000002"));
    await makeTable(client, TableName);
    ledger = dynamodbLedger(client, TableName);
  });
  after(async () => {
    client?.destroy();
    await sandbox?.close();
  });

  async function claimed(id: string, foundAt = FOUND, now = NOW): Promise<Entry> {
    const claim = await ledger.claim(incident(id), foundAt, now, 300);
    assert.ok(claim.kind === "claimed", claim.kind);
    return claim.entry;
  }

  it("lets one of ten duplicates go on, now and when it comes again", async () => {
    for (const foundAt of [FOUND, NEWER]) {
      const claims = await ten(() => ledger.claim(incident("ten"), foundAt, NOW, 300));
      const [one, ...others] = claims.filter(({ kind }) => kind === "claimed");
      assert.ok(one?.kind === "claimed" && others.length === 0);
      assert.equal(claims.filter(({ kind }) => kind === "busy").length, 9);
      await ledger.move(one.entry, { ...step, state: "observed" }, "done");
      assert.deepEqual(await ledger.claim(incident("ten"), foundAt, NOW, 300), {
        kind: "duplicate",
        state: "observed",
      });
    }
    assert.equal((await ledger.claim(incident("ten"), FOUND, NOW, 300)).kind, "duplicate", "what comes late is old");
  });

  it("gives an incident of one that was cut off to another after the lease, and the first can do no more", async () => {
    const first = await claimed("cut");
    assert.equal((await ledger.claim(incident("cut"), FOUND, later(299), 300)).kind, "busy");
    const second = await claimed("cut", FOUND, later(300));
    const change = { target: "front", before: 1, after: 2, evidence: null };
    const line: Line = { epoch: 1, remediation: "doors", target: "front", state: "begun", why: "", change };
    const lost = { name: "LostError", message: /incident cut: somebody else/ };
    await assert.rejects(ledger.keep(first, line), lost);
    await assert.rejects(ledger.move(first, { ...step, state: "failed" }, "done"), lost);
    await assert.rejects(ledger.start(first, step, begun, counted("cut", 9), about), lost);
    assert.deepEqual(await ledger.lines("cut", 1), []);
    await ledger.move(second, { ...step, state: "alerted" }, "done");
    assert.deepEqual(await ledger.history("cut"), [{ ...step, state: "alerted", version: 3 }]);
  });

  it("counts as many beginnings as a cap has room for, of ten at once, and none of those that it refuses", async () => {
    const entries = await ten((index) => claimed(`cap-${index}`));
    const limit = counted("capped", 4);
    const answers = await ten(async (index) => {
      const entry = entries[index];
      assert.ok(entry !== undefined);
      // On AWS, transactions on one counter can cancel each other: the ledger tries again.
      return await ledger.start(entry, step, begun, limit, about);
    });
    assert.equal(answers.filter((answer) => typeof answer === "object").length, 4);
    assert.equal(answers.filter((answer) => answer === "control").length, 6);
    assert.deepEqual(await ledger.used(limit, NOW), { account: 4, control: 4, action: 4 });
    assert.deepEqual(await ledger.used(limit, later(3600)), { account: 0, control: 0, action: 0 });
    assert.equal(await ledger.start(await claimed("none"), step, begun, counted("none", 0), about), "control");
  });

  it("keeps what can be undone, and lets go of the rest", async () => {
    const expires = async (pk: string) => {
      const Key = { pk: { S: pk }, sk: { S: "incident" } };
      return (await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item?.expires;
    };
    const entry = await claimed("kept");
    assert.ok(Number((await expires("kept"))?.N) > NOW.getTime() / 1000);
    const change = { target: { name: "front" }, before: { lock: false }, after: { lock: true }, evidence: null };
    const line: Line = { epoch: 0, remediation: "doors", target: change.target, state: "planned", why: "", change };
    const planned = await ledger.keep(entry, line);
    assert.ok(Number((await expires("kept"))?.N) > 0, "a dry run changes nothing that could be undone");
    const next = await ledger.keep(planned, { ...line, epoch: 1, state: "begun" });
    const kept: Line = { ...line, epoch: 1, state: "verified", change: { ...change, evidence: "picture" } };
    const done = await ledger.keep(next, kept);
    assert.deepEqual(await ledger.lines("kept", 1), [kept]);
    assert.deepEqual(await ledger.lines("kept", 2), []);
    await ledger.move(done, { ...step, state: "verified" }, "done");
    await claimed("kept", NEWER);
    assert.equal((await expires("kept"))?.N, undefined, "it stays when it comes again");
  });
});
