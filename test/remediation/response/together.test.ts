import assert from "node:assert/strict";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { sharedPace } from "../../../remediation/response/pace.ts";
import type { Workflow } from "../../../remediation/response/responder.ts";
import { type Tell, together } from "../../../remediation/response/together.ts";
import { runSandbox } from "../../sandbox/running-sandbox.ts";
import { findingOf } from "./findings.ts";
import { makeTable } from "./world.ts";

const soon = () => new Promise<void>((settle) => setImmediate(settle));
const idOf = (number: number) => String(number).padStart(32, "0");
const Id = (number: number) => `arn:finding-${number}`;

describe("what Security Hub is told together", () => {
  it("each finding's own state, incident and reason, and nothing that is another's alone; who waits hears when it is taken", async () => {
    const whys = [
      { why: "the account has had its 5 changes of this hour", alike: "a cap is reached" },
      { why: "no remediation answers it", alike: "no remediation answers it" },
      { why: "nothing touches arn:aws:s3:::ledger: it is protected" },
      { why: `long ${"x".repeat(600)}` },
    ];
    const kinds = fc.array(
      fc.record({ why: fc.constantFrom(...whys), workflow: fc.constantFrom<Workflow>("NOTIFIED", "RESOLVED") }),
      { minLength: 1, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(kinds, fc.nat(50), async (given, unlucky) => {
        const notes = new Map<string, string>();
        let calls = 0;
        const tell: Tell = async (findings, { workflow, note }) => {
          calls++;
          await soon();
          assert.ok(note.length <= 512 && findings.length <= 100);
          const taken = findings.filter(({ Id: one }) => one !== Id(unlucky));
          for (const one of taken) notes.set(one.Id, `${workflow} ${note}`);
          return findings.filter((one) => !taken.includes(one)).map((one) => ({ ...one, why: "FindingNotFound" }));
        };
        const update = together(tell, soon);
        const ended = await Promise.allSettled(
          given.map(async ({ why, workflow }, number) => {
            await update(findingOf({ Id: Id(number) }), workflow, { ...why, incident: idOf(number) });
            assert.ok(notes.has(Id(number)), "it goes on when it was taken");
          }),
        );
        for (const [number, { why, workflow }] of given.entries()) {
          assert.equal(ended[number]?.status, number === unlucky ? "rejected" : "fulfilled");
          if (number === unlucky) continue;
          const note = notes.get(Id(number)) ?? "";
          const reason = [why.why, why.alike ?? why.why].map((text) => text.slice(0, 40)).join("|");
          assert.match(note, new RegExp(`^${workflow} Bulwark .*${idOf(number)}(, [0-9]{32})*: (${reason})`));
          if (why.alike !== undefined) assert.ok(!note.includes("arn:aws:s3"), "of another's resource");
        }
        const general = given.filter(({ why }) => why.alike !== undefined).length;
        assert.ok(calls <= given.length - general + 2 + general / 5, `${calls} calls of ${given.length}`);
      }),
      { numRuns: 40 },
    );
  });

  it("nothing of a call that failed was told: each who waited hears so, and the next is told", async () => {
    let fails = true;
    const update = together(
      async () => [],
      async () => {
        await soon();
        if (fails) throw new Error("no table");
      },
    );
    const note = { incident: idOf(1), why: "why" };
    const both = await Promise.allSettled([1, 2].map((one) => update(findingOf({ Id: Id(one) }), "NOTIFIED", note)));
    assert.deepEqual(
      both.map(({ status }) => status),
      ["rejected", "rejected"],
    );
    fails = false;
    await update(findingOf({ Id: Id(1) }), "NOTIFIED", note);
  });
});

describe("a pace that processes share", function () {
  this.timeout(120_000);

  it("gives each caller a turn of its own, an interval apart, and starts anew after a clock that was wrong", async () => {
    const sandbox = await runSandbox();
    const client = new DynamoDBClient(sandbox.root("100000000002"));
    try {
      await makeTable(client, "paced");
      const waits: number[] = [];
      let time = Date.parse("2026-03-01T12:00:00Z");
      const wait = async (milliseconds: number) => void waits.push(milliseconds);
      const process = () =>
        sharedPace(
          { client, table: "paced" },
          { name: "calls", interval: 100, now: () => new Date(time), patience: { wait, random: () => 0 } },
        );
      const one = process();
      await one();
      assert.deepEqual(waits, [], "nobody was before");
      await Promise.all(Array.from({ length: 12 }, (_, number) => (number % 2 === 0 ? one() : process()())));
      assert.deepEqual(
        waits.toSorted((some, other) => some - other).filter((some) => some > 0),
        Array.from({ length: 12 }, (_, number) => (number + 1) * 100),
      );
      time += 3_600_000;
      await one();
      time -= 3_600_000;
      waits.length = 0;
      await one();
      assert.deepEqual(waits, []);
    } finally {
      client.destroy();
      await sandbox.close();
    }
  });
});
