import assert from "node:assert/strict";
import type { SQSRecord } from "aws-lambda";
import fc from "fast-check";
import { ServiceDeskSettings } from "../../../remediation/forwarders/service-desk/settings.ts";
import { SlackSettings } from "../../../remediation/forwarders/slack/settings.ts";
import { SplunkSettings } from "../../../remediation/forwarders/splunk/settings.ts";
import { workOn } from "../../../remediation/functions/batch.ts";
import { environment } from "../../../remediation/functions/environment.ts";
import { functionLog } from "../../../remediation/functions/log.ts";
import { requestOf } from "../../../remediation/functions/service-desk/tickets.ts";
import { isDue } from "../../../remediation/functions/slack/tell.ts";
import { MANIFESTS } from "../../../remediation/manifests.ts";
import { REMEDIATIONS } from "../../../remediation/remediations.ts";
import { RequestMessage } from "../../../remediation/response/request-message.ts";
import { ownPatterns } from "../../../remediation/response/settings.ts";
import { partOf } from "../../../remediation/response/turns.ts";
import { isUntouchable } from "../../../remediation/text-pattern.ts";

const SECURITY = "222222222222";
const ARN = `arn:aws:secretsmanager:eu-central-1:${SECURITY}:secret:slack-AbCdEf`;

describe("at the edges of the functions", () => {
  it("every remediation that is listed has its code, and each is there once", () => {
    const names = REMEDIATIONS.map(({ manifest }) => manifest.name);
    assert.equal(new Set(names).size, names.length);
    for (const manifest of MANIFESTS)
      assert.ok(
        REMEDIATIONS.some((one) => one.manifest === manifest),
        manifest.name,
      );
  });

  it("an environment that is not whole is told by the names of what is wrong, and by no value", () => {
    const given = { BULWARK_TABLE: "incidents", BULWARK_ACCOUNT: "my secret" };
    assert.deepEqual(environment(given, "BULWARK_TABLE"), { BULWARK_TABLE: "incidents" });
    assert.throws(
      () => environment(given, "BULWARK_TABLE", "BULWARK_ACCOUNT", "BULWARK_TOPIC_ARN"),
      ({ message }: Error) =>
        /BULWARK_ACCOUNT, BULWARK_TOPIC_ARN missing or wrong/.test(message) && !/my secret/.test(message),
    );
  });

  it("Bulwark's own is untouchable in the security account, and nothing by its name alone elsewhere", () => {
    const touched = (arn: string) => !isUntouchable(arn, ownPatterns(SECURITY));
    for (const own of [
      "arn:aws:iam::100000000001:role/BulwarkDeployment",
      "arn:aws:iam::100000000001:role/path/BulwarkRemediation-x",
      `arn:aws:dynamodb:eu-central-1:${SECURITY}:table/bulwark-incidents`,
      `arn:aws:sqs:eu-central-1:${SECURITY}:bulwark-respond`,
      `arn:aws:lambda:eu-central-1:${SECURITY}:function:bulwark-responder`,
      `arn:aws:ssm:eu-central-1:${SECURITY}:parameter/bulwark/response/policy`,
    ]) {
      assert.equal(touched(own), false, own);
    }
    for (const other of [
      "arn:aws:s3:::bulwark-statements",
      "arn:aws:sqs:eu-central-1:100000000001:bulwark-respond",
      "arn:aws:iam::100000000001:role/Team",
      "arn:aws:iam::100000000001:user/Bulwark",
    ]) {
      assert.equal(touched(other), true, other);
    }
  });

  it("settings hold no secret, and send none where everybody can read it", () => {
    const slack = { routing: { defaultChannel: "C0123456789" }, token: ARN, signingSecret: ARN };
    assert.equal(SlackSettings.parse(slack).digestMinutes, 60);
    const parameter = "arn:aws:ssm:eu-central-1:222222222222:parameter/bulwark/token";
    const splunk = { address: "https://splunk.example.com:8088", destination: {}, token: parameter };
    assert.equal(SplunkSettings.parse(splunk).acknowledged, false);
    for (const wrong of [
      { ...slack, token: "xoxb-1" },
      { ...slack, signingSecret: "" },
      { ...slack, rooting: {} },
    ]) {
      assert.equal(SlackSettings.safeParse(wrong).success, false);
    }
    for (const address of ["http://splunk.example.com:8088", "http://127.0.0.1.example.com", "ftp://127.0.0.1", "x"]) {
      assert.equal(SplunkSettings.safeParse({ ...splunk, address }).success, false, address);
    }
    assert.equal(
      ServiceDeskSettings.safeParse({ address: "https://desk", credentials: "a:b", desk: {} }).success,
      false,
    );
  });

  it("what happens at the desk is a request that the queue takes, whoever is named", () => {
    fc.assert(
      fc.property(fc.option(fc.string({ unit: "binary", maxLength: 400 })), (by) => {
        const event = { id: "inc-1/IM1/closed", kind: "closed", incident: "inc-1", record: "IM1", by } as const;
        const request = RequestMessage.parse(requestOf(event, new Date(0)));
        assert.deepEqual([request.kind, request.id], ["acknowledge", "service-desk:inc-1/IM1/closed"]);
      }),
    );
  });

  it("of a batch at most so many are worked on at once, and those that failed alone come again", async () => {
    const Records = Array.from({ length: 12 }, (_, at) => ({ messageId: `m-${at}`, body: String(at) }) as SQSRecord);
    const said: string[] = [];
    let [now, most] = [0, 0];
    const work = async ({ body }: SQSRecord) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      if (Number(body) % 5 === 0) throw new Error(`${body} is busy`);
    };
    const log = functionLog("test", (line) => said.push(line));
    const { batchItemFailures } = await workOn({ Records }, work, { atOnce: 5, log });
    const failed = batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    assert.deepEqual([failed.toSorted(), most], [["m-0", "m-10", "m-5"], 5]);
    assert.match(said.join(), /10 is busy/);
    const none = await workOn({ Records: Records.slice(0, 1) }, work, { atOnce: 5, log });
    assert.equal(none.batchItemFailures.length, 1);
  });

  it("of a long list each has its turn", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 100 }),
        fc.nat(1e8),
        (size, most, run) => {
          const all = Array.from({ length: size }, (_, at) => at);
          const seen = new Set<number>();
          for (let more = 0; more <= Math.ceil(size / most); more++) {
            const part = partOf(all, most, run + more);
            assert.ok(part.length <= most && new Set(part).size === part.length);
            for (const one of part) seen.add(one);
          }
          assert.equal(seen.size, size);
        },
      ),
    );
  });

  it("nobody is called before the first level, nor for what somebody looks after", () => {
    const escalation = { HIGH: [{ afterMinutes: 15, tell: ["U0000000001"] }] };
    const one = { severity: "HIGH", acknowledged: null, openedAt: "2026-03-01T12:00:00Z" } as const;
    const [soon, later] = [new Date("2026-03-01T12:14:59Z"), new Date("2026-03-01T12:15:00Z")];
    assert.deepEqual([isDue(one, escalation, soon), isDue(one, escalation, later)], [false, true]);
    assert.equal(isDue({ ...one, severity: "LOW" }, escalation, later), false);
    assert.equal(isDue({ ...one, acknowledged: { by: "Ann", at: one.openedAt } }, escalation, later), false);
  });

  it("a line of the log is JSON of one line, and bounded", () => {
    const lines: string[] = [];
    functionLog("slack", (line) => lines.push(line)).error("it\nfailed", { reason: "x".repeat(10_000), count: 1 });
    const [line = ""] = lines;
    assert.ok(!line.includes("\n") && line.length < 3000);
    const { level, function: name, message, count } = JSON.parse(line);
    assert.deepEqual([level, name, message, count], ["error", "slack", "it\nfailed", 1]);
  });
});
