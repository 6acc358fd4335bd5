import assert from "node:assert/strict";
import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { dynamodbLedger } from "../../../remediation/response/dynamodb-ledger.ts";
import type { Headline } from "../../../remediation/response/incident.ts";
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
const headline: Headline = {
  ...{ account: "100000000001", region: "eu-west-1", title: "A door is open", control: "S3.8" },
  severity: "HIGH",
  resource: { type: "AwsS3Bucket", id: "arn:aws:s3:::statements" },
};
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
    await ledger.sight(incident("passing"), FOUND, NOW);
    assert.ok(Number((await expires("passing"))?.N) > 0, "of what was only seen there is nothing to keep");
  });

  it("lists a shelf, the newest first, by pages that lose and repeat nothing", async () => {
    const id = (index: number) => `list-${String(index).padStart(2, "0")}`;
    const at = (index: number) => new Date(Date.parse("2027-01-01T00:00:00Z") + index * 1000).toISOString();
    for (let index = 0; index < 12; index++) {
      const state = index % 3 === 0 ? "verified" : "alerted";
      // Two have the same time.
      const since = at(index === 11 ? 10 : index);
      await ledger.move(await claimed(id(index)), { ...step, at: since, state }, "done");
    }
    await claimed("list-seen");
    const pages: string[][] = [];
    let next: string | undefined;
    do {
      const page = await ledger.list({
        shelf: "open",
        after: at(0),
        limit: 3,
        ...(next === undefined ? {} : { next }),
      });
      pages.push(page.items.map((item) => item.id));
      next = page.next;
    } while (next !== undefined);
    const [first, ...others] = pages.flat();
    assert.deepEqual([first, others.shift()].toSorted(), [id(10), id(11)]);
    assert.deepEqual(others, [8, 7, 5, 4, 2, 1].map(id));
    const closed = await ledger.list({ shelf: "closed", after: at(0), before: at(9), limit: 50 });
    assert.deepEqual(
      closed.items.map((item) => item.id),
      [6, 3].map(id),
    );
    const { items } = await ledger.list({ shelf: "closed", after: at(5), before: at(7), limit: 1 });
    assert.deepEqual(items[0], { ...(await ledger.get(id(6))), cause: "S3.8", ...headline });
    assert.deepEqual(await ledger.listed(id(6)), items[0]);
    assert.deepEqual([items[0]?.firstFoundAt, items[0]?.openedAt, items[0]?.findings], [FOUND, FOUND, 1]);
    const page = await ledger.list({ shelf: "open", after: at(0), limit: 1 });
    for (const wrong of ["{", "", page.next?.slice(0, 9) ?? ""]) {
      await assert.rejects(ledger.list({ shelf: "open", limit: 1, next: wrong }), { name: "PageError" }, wrong);
    }
    const elsewhere = ledger.list({ shelf: "open", before: at(3), limit: 1, ...page });
    await assert.rejects(elsewhere, { name: "PageError" });
  });

  it("has what people shall hear of in the outbox until that version was published", async () => {
    const untold = async (id: string) => (await ledger.untold(1000)).includes(id);
    const entry = await claimed("told");
    const begun = await ledger.move(entry, { ...step, state: "started" }, "hold");
    assert.equal(await untold("told"), false, "nobody hears of what is on its way");
    const asked = await ledger.move(begun, { ...step, state: "asked" }, "done", {}, about);
    assert.equal(await untold("told"), true);
    await ledger.published("told", begun.version, "started");
    assert.equal(await untold("told"), true, "an older version was published");
    const noted = await ledger.note(asked, { ...step, by: "ann" }, NOW, { by: "ann", at: step.at });
    await ledger.published("told", asked.version, "asked");
    assert.equal(await untold("told"), true, "somebody has acknowledged it since");
    await ledger.published("told", noted.version, "asked");
    assert.deepEqual(await ledger.get("told"), noted);
    assert.deepEqual([noted.state, noted.since, noted.acknowledged?.by], ["asked", asked.since, "ann"]);
    assert.equal(await untold("told"), false);
    assert.deepEqual(await ledger.waiting("asked", later(0), 10), [], "what came to its state at that time");
    assert.deepEqual(await ledger.waiting("asked", later(1), 10), ["told"]);
    const over = await ledger.take(noted, { ...step, state: "expired" }, NOW, 0);
    assert.deepEqual([await untold("told"), await ledger.waiting("asked", later(1), 10)], [true, []]);
    await ledger.published("told", over.version, "expired");
    assert.equal(await untold("told"), false);
    const busy = await ledger.hold(over, NOW, 300);
    await assert.rejects(ledger.note(busy, step, NOW), { name: "LostError" });
  });

  it("counts findings once, and opens what was closed anew for the next", async () => {
    await ledger.sight(incident("count"), "2026-03-01T09:00:00.000Z", NOW);
    await ledger.sight(incident("count"), "2026-03-01T09:00:00.000Z", NOW);
    await claimed("count");
    // Cut off, and tried again.
    const entry = await claimed("count", FOUND, later(300));
    assert.equal(entry.findings, 2);
    const done = await ledger.move(entry, { ...step, state: "alerted" }, "done");
    const noted = await ledger.note(done, step, later(301), { by: "ann", at: step.at });
    const closed = await ledger.move(noted, { ...step, state: "resolved" }, "done");
    assert.deepEqual([closed.openedAt, closed.acknowledged?.by], [FOUND, "ann"]);
    const again = await claimed("count", "2026-03-02T09:00:00.000Z", later(600));
    const opened = await ledger.move(again, { ...step, state: "alerted" }, "done");
    assert.deepEqual(await ledger.get("count"), opened);
    assert.deepEqual(
      [opened.findings, opened.firstFoundAt, opened.openedAt, opened.acknowledged],
      [3, "2026-03-01T09:00:00.000Z", "2026-03-02T09:00:00.000Z", null],
    );
    await ledger.pass(await claimed("count", "2026-03-03T09:00:00.000Z", later(900)));
    assert.deepEqual([(await ledger.history("count")).length, (await ledger.get("count"))?.findings], [4, 4]);
  });
});
