import assert from "node:assert/strict";
import { request } from "node:http";
import { isDeepStrictEqual } from "node:util";
import {
  CreateBucketCommand,
  GetPublicAccessBlockCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { type ServiceDeskReceiver, serviceDeskReceiver } from "../../../sandbox/receivers/service-desk.ts";
import { type SlackReceiver, slackReceiver } from "../../../sandbox/receivers/slack.ts";
import { type SplunkReceiver, splunkReceiver } from "../../../sandbox/receivers/splunk.ts";
import { type RunningSandbox, runSandbox, until } from "../../sandbox/running-sandbox.ts";
import { event } from "../response/findings.ts";
import { type DeployedResponse, deployResponse, MEMBER, REGION, SECURITY } from "./deployed.ts";

const CHANNEL = "C0000000001";
const OPERATOR = "U0000000001";
const VIEWER = "U0000000002";
const level = (of: string) => ({ impact: of, urgency: of });
const PUBLIC = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: false,
  RestrictPublicBuckets: false,
};
const CLOSED = { ...PUBLIC, BlockPublicPolicy: true, RestrictPublicBuckets: true };

describe("the deployed functions of the response", () => {
  let sandbox: RunningSandbox;
  let deployed: DeployedResponse;
  let slack: SlackReceiver;
  let splunk: SplunkReceiver;
  let desk: ServiceDeskReceiver;
  let s3: S3Client;
  let hub: SecurityHub;

  before(async () => {
    sandbox = await runSandbox();
    slack = await slackReceiver({
      now: () => new Date(),
      tokens: ["xoxb-1"],
      channels: [CHANNEL],
      signingSecret: "signing",
    });
    splunk = await splunkReceiver({ tokens: ["hec-token"] });
    desk = await serviceDeskReceiver({ logins: ["bulwark:desk"] });
    deployed = await deployResponse(sandbox, async (secret) => ({
      "/bulwark/response/policy": {
        modes: { "s3-public-access-block": "automatic" },
        link: "https://bulwark.example.com",
      },
      [`/bulwark/remediation-modes/${MEMBER}`]: { owner: "clearing", environment: "prod" },
      "/bulwark/response/slack": {
        routing: { defaultChannel: CHANNEL },
        people: [
          { user: OPERATOR, name: "Ann Operator", role: "operator" },
          { user: VIEWER, name: "Vic Viewer", role: "viewer" },
        ],
        token: await secret("xoxb-1"),
        signingSecret: await secret("signing"),
        address: slack.address,
      },
      "/bulwark/response/splunk": { address: splunk.address, destination: {}, token: await secret("hec-token") },
      "/bulwark/response/service-desk": {
        address: desk.address,
        credentials: await secret("bulwark:desk"),
        desk: {
          incident: { reference: "ExternalID", version: "ExternalVersion" },
          template: { Service: "Cloud" },
          severities: {
            CRITICAL: level("1"),
            HIGH: level("2"),
            MEDIUM: level("3"),
            LOW: level("4"),
            INFORMATIONAL: level("4"),
          },
          groups: { clearing: "CLEARING" },
          group: "SOC",
          closure: { ClosureCode: "Automatically Closed" },
          change: null,
        },
      },
    }));
    s3 = new S3Client({ ...sandbox.root(MEMBER, REGION), forcePathStyle: true });
    hub = new SecurityHub(sandbox.root(SECURITY, REGION));
    await hub.createMembers({ AccountDetails: [{ AccountId: MEMBER }] });
  });
  after(async () => {
    deployed?.close();
    s3?.destroy();
    hub?.destroy();
    await Promise.all([slack?.stop(), splunk?.stop(), desk?.stop()]);
    await sandbox?.close();
  });

  /** A finding that a member has imported, as Security Hub's administrator has it. */
  async function found(name: string, more: object): Promise<Record<string, unknown>> {
    const Id = `arn:aws:securityhub:${REGION}:${MEMBER}:finding/${name}`;
    const member = new SecurityHub(sandbox.root(MEMBER, REGION));
    const at = new Date().toISOString();
    await member.batchImportFindings({
      Findings: [
        {
          SchemaVersion: "2018-10-08",
          Id,
          ProductArn: `arn:aws:securityhub:${REGION}:${MEMBER}:product/${MEMBER}/default`,
          GeneratorId: "test",
          AwsAccountId: MEMBER,
          CreatedAt: at,
          UpdatedAt: at,
          Severity: { Label: "HIGH" },
          Title: `Something is wrong with ${name}`,
          Description: "It should not be so.",
          Types: ["Software and Configuration Checks/AWS Security Best Practices"],
          Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::${name}`, Region: REGION }],
          ...more,
        },
      ],
    });
    member.destroy();
    return await stored(Id);
  }
  async function stored(Id: string): Promise<Record<string, unknown>> {
    const { Findings: [finding] = [] } = await hub.getFindings({
      Filters: { Id: [{ Value: Id, Comparison: "EQUALS" }] },
    });
    assert.ok(finding !== undefined);
    return { ...finding };
  }
  const blockOf = async (Bucket: string) =>
    (await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration;
  const headOf = (text: string) =>
    slack.messages.find((one) => one.thread === undefined && JSON.stringify(one.blocks).includes(text));
  const threadOf = (ts = "") => slack.messages.filter(({ thread }) => thread === ts).map(({ text }) => text);
  const ticketOf = (text: string) => desk.incidents.find(({ Title }) => String(Title).includes(text));

  /** A click, as Slack sends it to the function's URL. */
  function click(ts: string, action: string, user: string) {
    const { headers, body } = slack.click(ts, `bulwark:${action}`, user);
    return post(headers, body);
  }
  const post = (headers: Readonly<Record<string, string>>, body: string) =>
    new Promise<number>((resolve, reject) => {
      const { hostname, port } = new URL(sandbox.url);
      const host = deployed.clicks.host;
      const sent = request({ hostname, port, method: "POST", path: "/", headers: { ...headers, host } }, (answer) => {
        answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
      });
      sent.on("error", reject).end(body);
    });

  it("closes a member's public bucket, tells Security Hub, Slack and Splunk of it, and quarantines what is no finding", async () => {
    await s3.send(new CreateBucketCommand({ Bucket: "statements" }));
    await s3.send(new PutPublicAccessBlockCommand({ Bucket: "statements", PublicAccessBlockConfiguration: PUBLIC }));
    const finding = await found("statements", { Compliance: { Status: "FAILED", SecurityControlId: "S3.8" } });
    await deployed.send("respond", "no JSON");
    await deployed.send("respond", event(finding));
    await deployed.send("forward", event(finding));

    await until(
      () => blockOf("statements"),
      (block) => isDeepStrictEqual(block, CLOSED),
    );
    const resolved = await until(
      () => stored(String(finding.Id)),
      ({ Workflow }) => (Workflow as { Status?: string }).Status === "RESOLVED",
    );
    assert.match((resolved.Note as { Text: string }).Text, /^Bulwark [0-9a-f]{32}: .*statements/);
    const told = await until(
      async () => headOf("statements"),
      (head) => head !== undefined,
    );
    assert.match(JSON.stringify(told?.blocks), /remediated/i);
    await until(
      async () => splunk.indexed.length,
      (count) => count === 1,
    );
    assert.equal(splunk.indexed[0]?.fields.finding_id, finding.Id);
    const [quarantined, ...more] = await until(
      () => deployed.take("quarantine"),
      (all) => all.length > 0,
    );
    assert.deepEqual([quarantined, more], [{ body: "no JSON", reason: "the message is no JSON" }, []]);
    assert.deepEqual(desk.incidents, []);
  });

  it("takes a click that Slack has signed, once, and of who may; others are told why they may not", async () => {
    const ts = headOf("statements")?.ts ?? "";
    const { headers, body } = slack.click(ts, "bulwark:undo", VIEWER);
    assert.equal(await post({ ...headers, "x-slack-signature": `v0=${"0".repeat(64)}` }, body), 401);
    assert.equal(await post(headers, body), 200);
    assert.equal(await post(headers, body), 401);
    assert.deepEqual(
      slack.whispers.map(({ user, blocks }) => [user, /you are viewer/.test(JSON.stringify(blocks))]),
      [[VIEWER, true]],
    );
    assert.deepEqual(await blockOf("statements"), CLOSED);

    assert.equal(await click(ts, "undo", OPERATOR), 200);
    await until(
      () => blockOf("statements"),
      (block) => isDeepStrictEqual(block, PUBLIC),
    );
    await until(
      async () => threadOf(ts),
      (thread) => thread.some((text) => text.includes("Ann Operator")),
    );
    const ticket = await until(
      async () => ticketOf("statements"),
      (one) => one !== undefined,
    );
    assert.deepEqual([ticket?.AssignmentGroup, ticket?.Status], ["CLEARING", "Open"]);
  });

  it("tells people of what nothing answers, and hears that somebody at the desk has closed it", async () => {
    const finding = await found("a-key", { Resources: [{ Type: "AwsIamAccessKey", Id: "AKIA" }] });
    await deployed.send("respond", event(finding));
    const head = await until(
      async () => headOf("a-key"),
      (one) => one !== undefined,
    );
    const ticket = await until(
      async () => ticketOf("a-key"),
      (one) => one !== undefined,
    );
    Object.assign(ticket ?? {}, { Status: "Closed", ClosedBy: "Dee Desk" });
    await deployed.invoke("service-desk", { kind: "watch" });
    await until(
      async () => JSON.stringify(headOf("a-key")?.blocks),
      (blocks) => blocks?.includes("Dee Desk") ?? false,
    );
    assert.equal(headOf("a-key")?.ts, head?.ts);
  });

  it("does by schedule what is due, and says what it was called with by mistake", async () => {
    await deployed.invoke("watch", {});
    await deployed.invoke("slack", { kind: "attend" });
    await assert.rejects(deployed.invoke("slack", {}), /neither messages of a queue nor/);
    assert.deepEqual(await deployed.take("quarantine"), []);
  });
});
