import assert from "node:assert/strict";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { dynamodbLock } from "../../../remediation/forwarders/service-desk/dynamodb-lock.ts";
import { dynamodbClaims } from "../../../remediation/forwarders/slack/dynamodb-claims.ts";
import { dynamodbDigests } from "../../../remediation/forwarders/slack/dynamodb-digests.ts";
import { dynamodbTold } from "../../../remediation/forwarders/slack/dynamodb-told.ts";
import type { Told } from "../../../remediation/forwarders/slack/told.ts";
import { type RunningSandbox, runSandbox } from "../../sandbox/running-sandbox.ts";
import { incident } from "../forwarders/incidents.ts";
import { makeTable } from "../response/world.ts";

const TABLE = "bulwark-incidents";

describe("what forwarders keep in the table of incidents", () => {
  let sandbox: RunningSandbox;
  let client: DynamoDBClient;
  let time = Date.parse("2026-03-01T12:00:00Z");
  const now = () => new Date(time);

  before(async () => {
    sandbox = await runSandbox();
    client = new DynamoDBClient(sandbox.root("222222222222"));
    await makeTable(client, TABLE);
  });
  after(async () => {
    client?.destroy();
    await sandbox?.close();
  });

  it("is what Slack was told, written by one of several that have read the same", async () => {
    const store = dynamodbTold(client, TABLE, now);
    assert.equal(await store.read("inc-1"), undefined);
    const told = (channel: string, revision: number): Told => ({
      ...{ channel, ts: null, shown: 0, thread: 0, escalated: { since: "", levels: [] }, pending: [], busyUntil: null },
      revision,
    });
    for (const before of [0, 1]) {
      const writes = ["C1", "C2", "C3"].map((channel) => store.write("inc-1", told(channel, before + 1), before));
      const wrote = await Promise.all(writes);
      assert.equal(wrote.filter(Boolean).length, 1);
      assert.deepEqual(await store.read("inc-1"), told(`C${wrote.indexOf(true) + 1}`, before + 1));
    }
  });

  it("is the newest version of each incident of a digest, which stays closed", async () => {
    const store = dynamodbDigests(client, TABLE, now);
    const [first, second] = [incident(["detected"]), incident(["detected", "resolved"])];
    const other = incident(["detected"], { id: "inc-0" });
    for (const one of [second, first, other]) await store.add("C1:100", one);
    await store.add("C1:99", first);
    assert.deepEqual(await store.list("C1:100"), [other, second]);
    assert.deepEqual(await store.open(), ["C1:99", "C1:100"]);
    await store.close("C1:99");
    await store.add("C1:99", second);
    assert.deepEqual(await store.open(), ["C1:100"]);
    assert.deepEqual(await store.list("C1:99"), [second]);
  });

  it("is a request's name, claimed once", async () => {
    const claim = dynamodbClaims(client, TABLE);
    const claims = await Promise.all(["a", "a", "a", "b"].map((name) => claim(name, now())));
    assert.deepEqual([claims.slice(0, 3).filter(Boolean).length, claims[3]], [1, true]);
  });

  it("is a lock, which one has at a time, and nobody when that one has ended or failed", async () => {
    const until = new Date(time + 1000);
    const [one, other] = ["one", "other"].map((id) => dynamodbLock(client, TABLE, { id, until, now }));
    assert.ok(one !== undefined && other !== undefined);
    const done: string[] = [];
    await one("inc-1", async () => {
      await assert.rejects(
        other("inc-1", async () => void done.push("other")),
        /another process is at it/,
      );
      await other("inc-2", async () => void done.push("elsewhere"));
      time += 1000;
      await other("inc-1", async () => void done.push("after it ended"));
    });
    const failing = one("inc-1", async () => {
      throw new Error("the desk is down");
    });
    await assert.rejects(failing, /the desk is down/);
    await other("inc-1", async () => void done.push("after it failed"));
    assert.deepEqual(done, ["elsewhere", "after it ended", "after it failed"]);
  });

  it("goes by itself, and stands under keys of its own", async () => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE }));
    assert.ok(Items.length > 0);
    for (const { pk, expires } of Items) {
      assert.match(pk?.S ?? "", /^(slack|digest|desk)#/);
      assert.ok(Number(expires?.N) >= Math.floor(Date.parse("2026-03-01T12:00:00Z") / 1000));
    }
  });
});
