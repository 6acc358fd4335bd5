import assert from "node:assert/strict";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type BatchUpdateFindingsCommandInput, SecurityHub } from "@aws-sdk/client-securityhub";
import type { SQSEvent } from "aws-lambda";
import { eventOf, storm } from "../../../bench/response/storm.ts";
import type { Deployment } from "../../../remediation/functions/deployment.ts";
import { responderFunction } from "../../../remediation/functions/responder/messages.ts";
import { incidentOf } from "../../../remediation/response/incident.ts";
import type { Listed } from "../../../remediation/response/ledger.ts";
import { sharedPace } from "../../../remediation/response/pace.ts";
import { INTERVAL, updateFindings } from "../../../remediation/response/security-hub.ts";
import type { Shelf } from "../../../remediation/response/shelf.ts";
import { together } from "../../../remediation/response/together.ts";
import { type RunningSandbox, runSandbox } from "../../sandbox/running-sandbox.ts";
import { findingOf } from "./findings.ts";
import { makeWorld } from "./world.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const REGION = "us-east-1";
const ACCOUNTS = ["100000000001", "100000000002", "100000000003", "100000000004"];
const COUNT = 1000;
const PROCESSES = 4;
const CAPS = { account: 6, control: 9, action: 15 };
const hasty = { wait: async () => {}, random: () => 0 };
const quiet = { info: () => {}, error: () => {} };

describe("a storm of findings", function () {
  this.timeout(300_000);
  let sandbox: RunningSandbox;
  before(async () => {
    sandbox = await runSandbox();
    const management = new SecurityHub(sandbox.root(MANAGEMENT, REGION));
    await management.enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
    const hub = new SecurityHub(sandbox.root(SECURITY, REGION));
    await hub.createMembers({ AccountDetails: ACCOUNTS.map((AccountId) => ({ AccountId })) });
  });
  after(() => sandbox?.close());

  it("has no more changes than any cap, tells each incident once, and Security Hub within its limits", async () => {
    const at = "2026-03-01T10:00:00.000Z";
    const findings = storm({ count: COUNT, accounts: ACCOUNTS, region: REGION, at, name: "storm" });
    const distinct = [...new Map(findings.map((finding) => [finding.Id, finding])).values()];
    for (const account of ACCOUNTS) {
      const member = new SecurityHub(sandbox.root(account, REGION));
      const own = distinct.filter(({ AwsAccountId }) => AwsAccountId === account);
      for (let from = 0; from < own.length; from += 100) {
        await member.batchImportFindings({ Findings: own.slice(from, from + 100) });
      }
      member.destroy();
    }
    const table = new DynamoDBClient(sandbox.root(SECURITY, REGION));
    const { made, responder, kept: ledger } = await makeWorld(table, "storm");
    made.settings = made.settings && {
      ...made.settings,
      caps: CAPS,
      units: Object.fromEntries(ACCOUNTS.map((account) => [account, []])),
    };
    const [door] = responder.remediations;
    assert.ok(door !== undefined);
    const doors = {
      ...door,
      targetsOf: ({ Resources }: { readonly Resources: readonly { readonly Type: string; readonly Id: string }[] }) =>
        Resources.flatMap(({ Type, Id }) => (Type === "AwsS3Bucket" ? [Id] : [])),
    };
    for (const { Resources = [] } of distinct) {
      for (const { Id = "" } of Resources) made.doors.set(Id, { locked: false, colour: "red" });
    }

    const calls: string[][] = [];
    const turns: number[] = [];
    /** Findings that Security Hub has taken an update of, and those whose incidents were let go of before. */
    const taken = new Map<string, number>();
    const early: string[] = [];
    let throttled = 0;
    const hub = new SecurityHub({ ...sandbox.root(SECURITY, REGION), maxAttempts: 1 });
    hub.middlewareStack.add(
      (next) => async (given) => {
        const ids = ((given.input as BatchUpdateFindingsCommandInput).FindingIdentifiers ?? []).map(
          ({ Id = "" }) => Id,
        );
        calls.push(ids);
        if (calls.length % 7 === 0) {
          throttled++;
          throw Object.assign(new Error("Rate exceeded"), { name: "TooManyRequestsException" });
        }
        const answer = await next(given);
        for (const id of ids) taken.set(id, (taken.get(id) ?? 0) + 1);
        return answer;
      },
      { step: "initialize" },
    );
    const time = new Date(made.time);
    const process = (): ((event: SQSEvent) => Promise<string[]>) => {
      const wait = async (milliseconds: number) => {
        ahead = milliseconds;
      };
      let ahead = 0;
      const pace = sharedPace(
        { client: table, table: "storm" },
        { name: "securityhub", interval: INTERVAL, now: () => time, patience: { wait, random: () => 0 } },
      );
      const turn = async () => {
        ahead = 0;
        await pace();
        turns.push(ahead);
        // A storm's turns come late: meanwhile the others of a batch gather.
        await new Promise((settle) => setTimeout(settle, 30));
      };
      const deployment: Deployment = {
        ledger: {
          ...ledger,
          move: async (entry, step, hold, facts, about) => {
            const finding = about?.finding.Id ?? (await ledger.about(entry.id))?.finding.Id ?? "";
            if (hold === "done" && !taken.has(finding)) early.push(finding);
            return ledger.move(entry, step, hold, facts, about);
          },
        },
        remediations: [doors],
        settings: {
          settings: responder.settings,
          facts: responder.facts,
          account: responder.account,
          policy: () => Promise.reject(new Error("nobody asks for it")),
        },
        sessions: () => ({ session: responder.session, close: () => {} }),
        update: together(
          (some, told) => updateFindings(hub, some, { ...told, by: "Bulwark" }, { turn, patience: hasty }),
          turn,
        ),
        repair: responder.repair,
        publish: responder.publish,
        now: () => time,
      };
      const refuse = async (_body: string, why: string) => assert.fail(why);
      const handler = responderFunction({
        ...{ deployment, quarantine: refuse, requests: "requests", log: quiet },
        later: async (_event, answer) => answer,
      });
      return async (event) => (await handler(event)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    };

    const queue = findings.map((finding, index) => ({ id: String(index), body: eventOf(finding, SECURITY) }));
    const work = async (handle: (event: SQSEvent) => Promise<string[]>) => {
      for (let batch = queue.splice(0, 10); batch.length > 0; batch = queue.splice(0, 10)) {
        const failed = await handle(batchOf(batch));
        queue.push(...batch.filter(({ id }) => failed.includes(id)));
      }
    };
    await Promise.all(Array.from({ length: PROCESSES }, () => work(process())));

    const all = async (shelf: Shelf) => {
      const items: Listed[] = [];
      let next: string | undefined;
      do {
        const page = await ledger.list({ shelf, limit: 1000, next });
        items.push(...page.items);
        next = page.next;
      } while (next !== undefined);
      return items;
    };
    const found = distinct.map((finding) => {
      const read = findingOf({ ...finding });
      return { finding: read, id: incidentOf(read).id };
    });
    const grave = found.filter(({ finding }) => ["HIGH", "CRITICAL"].includes(finding.Severity.Label));
    const kept = new Map([...(await all("open")), ...(await all("closed"))].map((one) => [one.id, one]));
    assert.deepEqual([...kept.keys()].sort(), grave.map(({ id }) => id).sort());
    const changed = [...kept.values()].filter(({ epoch }) => epoch > 0);
    const most = (by: "account" | "control") =>
      Math.max(...Object.values(Object.groupBy(changed, (one) => one[by] ?? "")).map((some = []) => some.length));
    assert.ok(most("account") <= CAPS.account && most("control") <= CAPS.control);
    assert.deepEqual([changed.length, made.writes.length], [CAPS.action, CAPS.action]);
    for (const { id, state, epoch, findings: count } of kept.values()) {
      assert.deepEqual([state, count], [epoch > 0 ? "verified" : "alerted", 1], id);
    }
    assert.deepEqual(made.published.map(({ id }) => id).sort(), [...kept.keys()].sort(), "people hear of each once");
    for (const { id } of found.filter((one) => !grave.includes(one)).slice(0, 20)) {
      const seen = await ledger.get(id);
      assert.deepEqual([seen?.state, seen?.findings], ["seen", 1]);
    }

    assert.deepEqual(early, [], "the ledger let go of none before Security Hub was told");
    assert.deepEqual([taken.size, Math.max(...taken.values())], [grave.length, 1]);
    assert.ok(calls.every((ids) => ids.length <= 100));
    assert.ok(throttled > 0 && calls.length - throttled < grave.length / 3, `${calls.length} calls of ${grave.length}`);
    assert.equal(turns.length, calls.length, "each call has a turn");
    const sorted = turns.toSorted((one, other) => one - other);
    for (const [index, turn] of sorted.entries()) assert.equal(turn, index * INTERVAL);
    assert.ok(INTERVAL * 10 >= 1000, "so that no second has more than ten");

    const reader = new SecurityHub(sandbox.root(SECURITY, REGION));
    const Filters = { RecordState: [{ Value: "ACTIVE", Comparison: "EQUALS" as const }] };
    const told = new Map<string, string>();
    let NextToken: string | undefined;
    do {
      const page = await reader.getFindings({ Filters, MaxResults: 100, ...(NextToken ? { NextToken } : {}) });
      for (const { Id = "", Note, Workflow } of page.Findings ?? []) told.set(Id, `${Workflow?.Status} ${Note?.Text}`);
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    for (const { finding, id } of grave) {
      const state = kept.get(id)?.state === "verified" ? "RESOLVED" : "NOTIFIED";
      const text = told.get(finding.Id) ?? "";
      const reason = state === "RESOLVED" ? "door .* is changed" : "(a cap|the \\w+ has had|no remediation answers it)";
      assert.match(text, new RegExp(`^${state} Bulwark .*\\b${id}(, [0-9a-f]{32})*: ${reason}`));
    }
    for (const client of [hub, reader, table]) client.destroy();
  });
});

const batchOf = (batch: readonly { readonly id: string; readonly body: string }[]): SQSEvent => ({
  Records: batch.map(({ id, body }) => ({
    ...{ messageId: id, receiptHandle: id, body, messageAttributes: {}, md5OfBody: "" },
    attributes: {
      ...{ ApproximateReceiveCount: "1", SentTimestamp: "0", SenderId: SECURITY },
      ApproximateFirstReceiveTimestamp: "0",
    },
    ...{ eventSource: "aws:sqs", eventSourceARN: `arn:aws:sqs:${REGION}:${SECURITY}:respond`, awsRegion: REGION },
  })),
});
