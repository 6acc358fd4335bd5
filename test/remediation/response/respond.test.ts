import assert from "node:assert/strict";
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { type Facts, type Remediation, remediation, type Session } from "../../../remediation/remediation.ts";
import { dynamodbLedger } from "../../../remediation/response/dynamodb-ledger.ts";
import { type Responder, respond } from "../../../remediation/response/respond.ts";
import { s3PublicAccessBlock as manifest } from "../../../remediation/s3-public-access-block/manifest.ts";
import { type RunningSandbox, runSandbox } from "../../sandbox/running-sandbox.ts";
import { asff, event } from "./findings.ts";

const facts: Facts = { now: new Date(0), organizationAccounts: [], partnerAccounts: [], untouchable: [] };

describe("responding to a finding", function () {
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

  /** A door that is a variable, an empty ledger, and a clock; the `cut`th call to the world or Security Hub is cut off. */
  async function world(TableName: string, mode: "observe" | "automatic" = "automatic") {
    const KeySchema = [
      { AttributeName: "pk", KeyType: "HASH" as const },
      { AttributeName: "sk", KeyType: "RANGE" as const },
    ];
    await client.send(
      new CreateTableCommand({
        TableName,
        KeySchema,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: KeySchema.map(({ AttributeName }) => ({ AttributeName, AttributeType: "S" })),
      }),
    );
    await waitUntilTableExists({ client, maxWaitTime: 60 }, { TableName });
    const made = {
      locked: false,
      writes: 0,
      told: [] as string[],
      time: Date.parse("2026-03-01T12:00:00Z"),
      calls: 0,
      cut: -1,
    };
    const call = () => {
      if (made.calls++ === made.cut) throw new Error("cut off");
    };
    const door: Remediation<string, boolean> = {
      manifest,
      targetsOf: () => ["front"],
      told: (name) => `door ${name}`,
      tags: async () => ({}),
      read: async () => {
        call();
        return made.locked;
      },
      decide: (locked) => (locked ? { kind: "nothing" } : { kind: "change", to: true }),
      write: async (_session, _target, _from, to) => {
        call();
        made.locked = to;
        made.writes++;
      },
    };
    const kept = dynamodbLedger(client, TableName);
    const responder: Responder = {
      ledger: {
        ...kept,
        record: async (...of) => {
          call();
          const entry = await kept.record(...of);
          call();
          return entry;
        },
        move: async (...of) => {
          call();
          return kept.move(...of);
        },
      },
      remediations: [remediation(door)],
      settings: async () => ({
        killed: false,
        modes: { [manifest.name]: mode },
        accounts: {},
        units: { "100000000001": [] },
        freezes: [],
        acceptedRisks: [],
        caps: { account: 50, control: 50, action: 50 },
        attempts: 3,
        protected: [],
      }),
      facts: async () => facts,
      session: async () => ({}) as Session,
      update: async (_finding, workflow) => {
        call();
        made.told.push(workflow);
      },
      now: () => new Date(made.time),
    };
    return { made, responder, kept };
  }
  const body = JSON.stringify(event(asff()));

  it("changes once and tells once for ten duplicates, and for what comes late", async () => {
    const { made, responder } = await world("duplicates");
    const answers = await Promise.all(Array.from({ length: 10 }, () => respond(responder, body)));
    assert.equal(answers.filter(({ kind }) => kind === "done").length, 1);
    assert.equal((await respond(responder, body)).kind, "duplicate");
    const late = JSON.stringify(event(asff({ UpdatedAt: "2026-02-28T10:00:00Z", Workflow: { Status: "NOTIFIED" } })));
    assert.equal((await respond(responder, late)).kind, "duplicate");
    assert.deepEqual([made.locked, made.writes, made.told], [true, 1, ["RESOLVED"]]);
  });

  it("changes once wherever it is cut off, and keeps what was before", async () => {
    let cuts = 0;
    for (let cut = 0; ; cut++) {
      const { made, responder, kept } = await world(`cut-${cut}`);
      made.cut = cut;
      const first = await respond(responder, body).catch(() => undefined);
      if (first !== undefined) break;
      cuts++;
      assert.equal((await respond(responder, body)).kind, "busy");
      made.time += 301_000;
      const again = await respond(responder, body);
      assert.ok(again.kind === "done" && again.state === "verified", JSON.stringify(again));
      assert.deepEqual([made.locked, made.writes, made.told.at(-1)], [true, 1, "RESOLVED"], `cut at ${cut}`);
      assert.deepEqual((await kept.recorded(again.id, manifest.name, "front"))?.before, false);
    }
    assert.ok(cuts >= 6);
  });

  it("observes without a change or a word, and names what is wrong", async () => {
    const { made, responder, kept } = await world("observes", "observe");
    const answer = await respond(responder, body);
    assert.ok(answer.kind === "done" && answer.state === "observed");
    assert.equal((await kept.history(answer.id)).length, 1);
    assert.equal((await respond(responder, "{}")).kind, "wrong");
    assert.deepEqual([made.locked, made.told], [false, []]);
  });
});
