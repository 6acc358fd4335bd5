import assert from "node:assert/strict";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { SQS } from "@aws-sdk/client-sqs";
import { SSM } from "@aws-sdk/client-ssm";
import { awsNames } from "../../programs/names.ts";
import { dynamodbLedger } from "../../remediation/response/dynamodb-ledger.ts";
import type { ServiceDeskReceiver } from "../../sandbox/receivers/service-desk.ts";
import type { SlackReceiver } from "../../sandbox/receivers/slack.ts";
import type { SplunkReceiver } from "../../sandbox/receivers/splunk.ts";
import type { Environment } from "./environment.ts";
import { APPROVER, HOME, MEMBER, type Responding, respondingOrganization, SECURITY } from "./responding.ts";
import { until } from "./until.ts";

const CLOSED = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };

describe("the response", function () {
  this.timeout(900_000);
  let world: Responding;
  let environment: Environment;
  let slack: SlackReceiver;
  let splunk: SplunkReceiver;
  let desk: ServiceDeskReceiver;
  let s3: S3;
  let sqs: SQS;
  let ssm: SSM;
  const now = () => new Date();

  before(async () => {
    world = await respondingOrganization();
    ({ environment, slack, splunk, desk } = world);
    const home = environment.root(SECURITY);
    s3 = new S3({ ...environment.root(MEMBER), forcePathStyle: true });
    sqs = new SQS({ ...home, useQueueUrlAsEndpoint: false });
    ssm = new SSM(home);
  });
  after(async () => {
    // Others may use the same organization after this.
    await ssm?.deleteParameter({ Name: `${awsNames.responseParameters}/kill-switch` });
    for (const client of [s3, sqs, ssm]) client?.destroy();
  });

  const ledger = () => dynamodbLedger(new DynamoDB(environment.root(SECURITY)), awsNames.incidents);
  const urlOf = async (name: string) => (await sqs.getQueueUrl({ QueueName: name })).QueueUrl ?? "";
  const blockOf = async (Bucket: string) =>
    (await s3.getPublicAccessBlock({ Bucket }).catch(() => undefined))?.PublicAccessBlockConfiguration;

  /** A bucket of the member that can be public, and what Security Hub would find of it. */
  async function publicBucket(Bucket: string, more: Partial<AwsSecurityFinding> = {}): Promise<void> {
    await s3.createBucket({ Bucket });
    await s3.deletePublicAccessBlock({ Bucket });
    await found(Bucket, more);
  }

  const found = (Bucket: string, more: Partial<AwsSecurityFinding> = {}): Promise<void> =>
    world.found(`public-${Bucket}`, {
      Title: `Bucket ${Bucket} can be public`,
      Types: ["TTPs/Policy:S3-BucketAnonymousAccessGranted"],
      Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::${Bucket}`, Region: HOME }],
      ...more,
    });
  const findingOf = (Bucket: string) => world.findingOf(`public-${Bucket}`);
  const messageOf = (Bucket: string) => slack.messages.find(({ thread, text }) => !thread && text.includes(Bucket));
  const incidentOf = async (Bucket: string): Promise<string> => {
    const note = (await findingOf(Bucket))?.Note?.Text ?? "";
    return /^Bulwark ([0-9a-f]{32}):/.exec(note)?.[1] ?? "";
  };

  it("closes a public bucket by itself, verified, and says so to Security Hub, Slack, Splunk and the ledger", async () => {
    await publicBucket("response-automatic");
    await until("the bucket to be closed", async () => (await blockOf("response-automatic")) !== undefined);
    assert.deepEqual(await blockOf("response-automatic"), CLOSED);
    await until("RESOLVED", async () => (await findingOf("response-automatic"))?.Workflow?.Status === "RESOLVED");
    const id = await incidentOf("response-automatic");
    await until("the ledger", async () => (await ledger().get(id))?.state === "verified");
    const states = (await ledger().history(id)).map(({ state }) => state);
    assert.deepEqual(states, ["started", "verified"]);
    await until("Slack", async () =>
      JSON.stringify(messageOf("response-automatic")?.blocks ?? "").includes("Remediated"),
    );
    await until("Splunk", async () =>
      splunk.indexed.some(({ event }) => JSON.stringify(event).includes("response-automatic")),
    );
    const untold = async () => (await ledger().untold(10)).length;
    await until("everything to be published", async () => (await untold()) === 0);
  });

  it("gives back exactly what was before when a person asks for it, and leaves it so", async () => {
    const id = await incidentOf("response-automatic");
    const request = { id: "test-undo", kind: "undo", incident: id, who: "Ada", source: "api", at: now().toISOString() };
    for (let time = 0; time < 3; time++) {
      await sqs.sendMessage({ QueueUrl: await urlOf(awsNames.requests), MessageBody: JSON.stringify(request) });
    }
    await until("the undo", async () => (await ledger().get(id))?.state === "undone");
    assert.equal(await blockOf("response-automatic"), undefined);
    await until("Slack", async () => JSON.stringify(messageOf("response-automatic")?.blocks ?? "").includes("Undone"));
    // The finding comes again, as a check would find it: a person has decided.
    await found("response-automatic");
    await until("the alert", async () => (await ledger().get(id))?.state === "alerted");
    assert.equal(await blockOf("response-automatic"), undefined);
  });

  it("asks where it may not act, opens a ticket, and acts when an approver clicks, who may", async () => {
    await ssm.putParameter({
      Name: `${awsNames.responseParameters}/policy`,
      Value: JSON.stringify({ modes: { "s3-public-access-block": "ask" } }),
      Overwrite: true,
    });
    // Settings count for fifteen seconds.
    await new Promise((settle) => setTimeout(settle, 16_000));
    await publicBucket("response-asked");
    await until("the question", async () =>
      JSON.stringify(messageOf("response-asked")?.blocks ?? "").includes("approve"),
    );
    assert.equal(await blockOf("response-asked"), undefined);
    await until("the ticket", async () => desk.incidents.some((row) => JSON.stringify(row).includes("response-asked")));
    const lambda = new Lambda(environment.root(SECURITY));
    const click = async (user: string) => {
      const { headers, body } = slack.click(messageOf("response-asked")?.ts ?? "", "bulwark:approve", user);
      const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
      const { Payload } = await lambda.invoke({
        FunctionName: awsNames.responseFunction("slack-clicks"),
        Payload: JSON.stringify({
          ...{ headers: lower, body, isBase64Encoded: false },
          requestContext: { http: { method: "POST" } },
        }),
      });
      return JSON.parse(Buffer.from(Payload ?? []).toString()) as { statusCode: number };
    };
    assert.equal((await click("U9999999999")).statusCode, 200);
    await until("the whisper", async () => JSON.stringify(slack.whispers).includes("does not know you"));
    assert.equal((await click(APPROVER)).statusCode, 200);
    await until("the bucket to be closed", async () => (await blockOf("response-asked")) !== undefined);
    const id = await incidentOf("response-asked");
    await until("the ledger", async () => (await ledger().get(id))?.state === "verified");
    const by = (await ledger().history(id)).map((step) => `${step.state} by ${step.by}`);
    assert.deepEqual(by, ["asked by Bulwark", "approved by Ada", "started by Ada", "verified by Bulwark"]);
    await until("the ticket to be closed", async () =>
      desk.incidents.some((row) => JSON.stringify(row).includes("response-asked") && row.Status === "Closed"),
    );
  });

  it("puts what nobody can read into quarantine with the reason, and goes on with the rest of the batch", async () => {
    const QueueUrl = await urlOf(awsNames.alertQueue("respond"));
    await sqs.sendMessageBatch({
      QueueUrl,
      Entries: [
        { Id: "no-json", MessageBody: "<script>alert(1)</script>" },
        { Id: "no-event", MessageBody: JSON.stringify({ detail: { findings: [{ Id: 1 }] } }) },
      ],
    });
    const reasons: string[] = [];
    await until("the quarantine", async () => {
      const { Messages = [] } = await sqs.receiveMessage({
        QueueUrl: await urlOf(awsNames.responseQueue("quarantine")),
        MessageAttributeNames: ["All"],
        MaxNumberOfMessages: 10,
      });
      reasons.push(...Messages.map(({ MessageAttributes }) => MessageAttributes?.reason?.StringValue ?? ""));
      return reasons.length >= 2;
    });
    assert.deepEqual(reasons.filter((reason) => reason === "the message is no JSON").length, 1);
    assert.ok(reasons.some((reason) => reason.startsWith("the event is none of a finding")));
  });

  it("stops at the kill switch, and tells a person", async () => {
    await ssm.putParameter({
      Name: `${awsNames.responseParameters}/kill-switch`,
      Value: JSON.stringify({ on: true, reason: "a test", by: "Ada", at: now().toISOString() }),
      Type: "String",
    });
    await new Promise((settle) => setTimeout(settle, 16_000));
    await publicBucket("response-killed");
    await until("the alert", async () => (await findingOf("response-killed"))?.Workflow?.Status === "NOTIFIED");
    assert.match((await findingOf("response-killed"))?.Note?.Text ?? "", /the kill switch is on/);
    assert.equal(await blockOf("response-killed"), undefined);
  });
});
