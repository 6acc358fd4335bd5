import assert from "node:assert/strict";
import { CreateTableCommand, DynamoDBClient, GetItemCommand, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { dynamodbLedger } from "../../../remediation/response/dynamodb-ledger.ts";
import type { Counted, Entry, Ledger } from "../../../remediation/response/ledger.ts";
import { type RunningSandbox, runSandbox } from "../../sandbox/running-sandbox.ts";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const FOUND = "2026-03-01T11:00:00.000Z";
const NEWER = "2026-03-01T11:30:00.000Z";
const later = (secondsOn: number) => new Date(NOW.getTime() + secondsOn * 1000);
const step = { at: NOW.toISOString(), why: "it is so", by: "Bulwark" };
const incident = (id: string) => ({ id, key: `["${id}"]`, cause: "S3.8" });
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
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: ["pk", "sk"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName });
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
      await ledger.move(one.entry, { ...step, state: "observed" }, true);
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
    const lost = { name: "LostError", message: /incident cut: somebody else/ };
    await assert.rejects(ledger.record(first, "doors", change), lost);
    await assert.rejects(ledger.move(first, { ...step, state: "failed" }, true), lost);
    await assert.rejects(ledger.start(first, step, counted("cut", 9)), lost);
    assert.equal(await ledger.recorded("cut", "doors", "front"), undefined);
    await ledger.move(second, { ...step, state: "alerted" }, true);
    assert.deepEqual(await ledger.history("cut"), [{ ...step, state: "alerted", version: 3 }]);
  });

  it("counts as many beginnings as a cap has room for, of ten at once, and none of those that it refuses", async () => {
    const entries = await ten((index) => claimed(`cap-${index}`));
    const limit = counted("capped", 4);
    const answers = await ten(async (index) => {
      const entry = entries[index];
      assert.ok(entry !== undefined);
      for (;;) {
        try {
          return await ledger.start(entry, step, limit);
        } catch (error) {
          // On AWS, transactions on one counter can cancel each other; whoever calls tries again.
          assert.equal((error as Error).name, "TransactionCanceledException");
        }
      }
    });
    assert.equal(answers.filter((answer) => typeof answer === "object").length, 4);
    assert.equal(answers.filter((answer) => answer === "control").length, 6);
    assert.deepEqual(await ledger.used(limit, NOW), { account: 4, control: 4, action: 4 });
    assert.deepEqual(await ledger.used(limit, later(3600)), { account: 0, control: 0, action: 0 });
    assert.equal(await ledger.start(await claimed("none"), step, counted("none", 0)), "control");
  });

  it("keeps what can be undone, and lets go of the rest", async () => {
    const expires = async (pk: string) => {
      const Key = { pk: { S: pk }, sk: { S: "incident" } };
      return (await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }))).Item?.expires;
    };
    const entry = await claimed("kept");
    assert.ok(Number((await expires("kept"))?.N) > NOW.getTime() / 1000);
    const change = { target: { name: "front" }, before: { lock: false }, after: { lock: true }, evidence: null };
    const next = await ledger.record(entry, "doors", change);
    const done = await ledger.record(next, "doors", { ...change, evidence: "picture" });
    assert.deepEqual(await ledger.recorded("kept", "doors", change.target), { ...change, evidence: "picture" });
    assert.equal(await ledger.recorded("kept", "windows", change.target), undefined);
    await ledger.move(done, { ...step, state: "verified" }, true);
    await claimed("kept", NEWER);
    assert.equal((await expires("kept"))?.N, undefined, "it stays when it comes again");
  });
});
