import assert from "node:assert/strict";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { IAM } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import { SQS } from "@aws-sdk/client-sqs";
import { awsNames } from "../../programs/names.ts";
import { dynamodbLedger } from "../../remediation/response/dynamodb-ledger.ts";
import { s3PublicAccessBlock } from "../../remediation/s3-public-access-block/manifest.ts";
import { cutOffResponder } from "./cut-off-responder.ts";
import { HOME, MEMBER, type Responding, respondingOrganization, SECURITY } from "./responding.ts";
import { until } from "./until.ts";

const ROLE = awsNames.remediationRole(s3PublicAccessBlock.name);
const CLOSED = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
const RESPOND = awsNames.alertQueue("respond");

describe("the response, when something fails", function () {
  this.timeout(900_000);
  let world: Responding;
  let s3: S3;
  let sqs: SQS;
  let dynamo: DynamoDB;

  before(async () => {
    world = await respondingOrganization();
    const home = world.environment.root(SECURITY);
    s3 = new S3({ ...world.environment.root(MEMBER), forcePathStyle: true });
    sqs = new SQS({ ...home, useQueueUrlAsEndpoint: false });
    dynamo = new DynamoDB(home);
  });
  after(() => {
    for (const client of [s3, sqs, dynamo]) client?.destroy();
  });

  const blockOf = (Bucket: string) =>
    s3.getPublicAccessBlock({ Bucket }).then(
      ({ PublicAccessBlockConfiguration }) => PublicAccessBlockConfiguration,
      ({ name }: Error) => name,
    );
  const idOf = (bucket: string) => `finding-of-${bucket}`;
  const findingOf = (bucket: string) => world.findingOf(idOf(bucket));
  const isResolved = async (bucket: string) => (await findingOf(bucket))?.Workflow?.Status === "RESOLVED";
  const urlOf = async (QueueName: string) => (await sqs.getQueueUrl({ QueueName })).QueueUrl ?? "";
  const ledger = () => dynamodbLedger(dynamo, awsNames.incidents);
  const messagesOf = (bucket: string) =>
    world.slack.messages.filter(({ thread, text }) => !thread && text.includes(bucket));
  /** The incident, as Bulwark has written it into the finding's note; empty where it has not. */
  const incidentOf = async (bucket: string) =>
    /^Bulwark ([0-9a-f]{32}):/.exec((await findingOf(bucket))?.Note?.Text ?? "")?.[1] ?? "";

  async function open(Bucket: string): Promise<void> {
    await s3.createBucket({ Bucket });
    await s3.deletePublicAccessBlock({ Bucket });
  }
  const found = (bucket: string) =>
    world.found(idOf(bucket), {
      Title: `Bucket ${bucket} can be public`,
      Types: ["TTPs/Policy:S3-BucketAnonymousAccessGranted"],
      Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::${bucket}`, Region: HOME }],
    });

  /** How often an incident has changed a bucket since a time: sessions have its id. */
  async function changesOf(incident: string, since: string): Promise<number> {
    const filter = new URLSearchParams({ operation: "PutPublicAccessBlock", sessionName: incident, since });
    const answer = await fetch(`${world.environment.aws}/_sandbox/calls?${filter}`);
    const calls = (await answer.json()) as readonly { readonly status: number }[];
    return calls.filter(({ status }) => status === 200).length;
  }

  /** The event by which a finding comes, of an earlier update where `earlier` says by how many milliseconds. */
  const eventOf = (finding: AwsSecurityFinding, earlier = 0): string =>
    JSON.stringify({
      ...{ version: "0", id: "00000000-0000-0000-0000-000000000000", source: "aws.securityhub" },
      "detail-type": "Security Hub Findings - Imported",
      ...{ account: SECURITY, region: HOME, time: finding.UpdatedAt },
      resources: [`${finding.ProductArn}/${finding.Id}`],
      detail: {
        findings: [{ ...finding, UpdatedAt: new Date(Date.parse(finding.UpdatedAt ?? "") - earlier).toISOString() }],
      },
    });

  /** What is told of a bucket, each time once: the message in Slack, findings in Splunk, tickets. */
  async function isToldOnce(bucket: string, status: string): Promise<void> {
    const id = await incidentOf(bucket);
    await until(`${bucket} in Slack`, async () => JSON.stringify(messagesOf(bucket)).includes(status));
    const events = () => world.splunk.indexed.filter(({ event }) => event.Id === idOf(bucket));
    await until(`${bucket} in Splunk`, async () => {
      const told = events().map(({ event }) => (event.Workflow as { Status?: string } | undefined)?.Status);
      return told.includes("NEW") && told.some((one) => one !== "NEW");
    });
    assert.equal(messagesOf(bucket).length, 1);
    assert.equal(new Set(events().map((one) => JSON.stringify(one))).size, events().length, "twice in Splunk");
    assert.ok(world.desk.incidents.filter((row) => row.ExternalId === id).length <= 1);
  }

  it("changes once and tells once where the same finding comes ten times and out of order", async () => {
    const [bucket, since] = ["fault-ten-times", new Date().toISOString()];
    await open(bucket);
    await found(bucket);
    const finding = await findingOf(bucket);
    assert.ok(finding !== undefined);
    const Entries = Array.from({ length: 10 }, (_, at) => ({
      Id: `${at}`,
      MessageBody: eventOf({ ...finding, Workflow: { Status: "NEW" } }, at % 2 === 0 ? 0 : at * 60_000),
    }));
    await sqs.sendMessageBatch({ QueueUrl: await urlOf(RESPOND), Entries });
    await until("RESOLVED", () => isResolved(bucket));
    await isIdle(RESPOND);
    await isToldOnce(bucket, "Remediated");
    assert.equal(await changesOf(await incidentOf(bucket), since), 1);
    assert.deepEqual(await blockOf(bucket), CLOSED);
  });

  it("fails with the reason after its attempts where the member denies, and leaves nothing half done", async () => {
    const bucket = "fault-denied";
    const iam = new IAM(world.environment.root(MEMBER));
    const place = { RoleName: ROLE, PolicyName: awsNames.remediationPolicy };
    const former = decodeURIComponent((await iam.getRolePolicy(place)).PolicyDocument ?? "");
    const less = former.replaceAll('"s3:PutBucketPublicAccessBlock"', '"s3:ListBucket"');
    assert.notEqual(less, former);
    await iam.putRolePolicy({ ...place, PolicyDocument: less });
    try {
      await open(bucket);
      await found(bucket);
      await until("NOTIFIED", async () => (await findingOf(bucket))?.Workflow?.Status === "NOTIFIED");
      const note = (await findingOf(bucket))?.Note?.Text ?? "";
      assert.match(note, /tried 3 times, stopped at change: .*s3:PutBucketPublicAccessBlock/);
      const id = await incidentOf(bucket);
      await until("failed", async () => (await ledger().get(id))?.state === "failed");
      assert.equal(await blockOf(bucket), "NoSuchPublicAccessBlockConfiguration");
      await isToldOnce(bucket, "Failed");
      const { body } = await world.environment.api.call("GET", `/remediations/${id}`);
      assert.deepEqual([body.state, body.shelf, body.undoable, body.attempts], ["failed", "open", false, 3]);
    } finally {
      await iam.putRolePolicy({ ...place, PolicyDocument: former });
    }
  });

  it("loses nothing while Slack, Splunk and the desk are down, and tells each once when they are back", async () => {
    const buckets = ["fault-outage-one", "fault-outage-two", "fault-outage-three"];
    [world.slack.health, world.splunk.health, world.desk.health] = ["down", "busy", "down"];
    try {
      for (const bucket of buckets) {
        await open(bucket);
        await found(bucket);
      }
      for (const bucket of buckets) await until(`RESOLVED of ${bucket}`, () => isResolved(bucket));
    } finally {
      [world.slack.health, world.splunk.health, world.desk.health] = ["up", "up", "up"];
    }
    for (const bucket of buckets) await isToldOnce(bucket, "Remediated");
    for (const queue of ["slack", "service-desk"]) await isIdle(awsNames.responseQueue(queue));
    await isIdle(awsNames.alertQueue("forward"));
    for (const bucket of buckets) await isToldOnce(bucket, "Remediated");
    const open_ = world.desk.incidents.filter(({ Status }) => Status === "Open");
    assert.deepEqual(
      open_.filter((row) => buckets.some((bucket) => JSON.stringify(row).includes(bucket))),
      [],
      "a ticket of what was remediated meanwhile stays open",
    );
  });

  it("works once on what lay among the dead letters and was redriven", async () => {
    const [bucket, since] = ["fault-redriven", new Date().toISOString()];
    const lambda = new Lambda(world.environment.root(SECURITY));
    const FunctionName = awsNames.responseFunction("responder");
    const { EventSourceMappings = [] } = await lambda.listEventSourceMappings({ FunctionName });
    const feed = EventSourceMappings.find(({ EventSourceArn }) => EventSourceArn?.endsWith(`:${RESPOND}`));
    await lambda.updateEventSourceMapping({ UUID: feed?.UUID, Enabled: false });
    const [live, dead] = [await urlOf(RESPOND), await urlOf(awsNames.alertDeadLetters("respond"))];
    await open(bucket);
    await found(bucket);
    assert.equal(await moved(live, dead, bucket), 1);
    assert.equal(await blockOf(bucket), "NoSuchPublicAccessBlockConfiguration");
    await lambda.updateEventSourceMapping({ UUID: feed?.UUID, Enabled: true });
    // Twice, as SQS may give a message.
    assert.equal(await moved(dead, live, bucket, 2), 1);
    await until("RESOLVED", () => isResolved(bucket));
    await isIdle(RESPOND);
    await isToldOnce(bucket, "Remediated");
    assert.equal(await changesOf(await incidentOf(bucket), since), 1);
  });

  /** Moves the message about a bucket from one queue to another, as a redrive does; answers how many there were. */
  async function moved(from: string, to: string, bucket: string, times = 1): Promise<number> {
    let body: string | undefined;
    await until(`the message about ${bucket}`, async () => {
      const { Messages = [] } = await sqs.receiveMessage({ QueueUrl: from, WaitTimeSeconds: 1 });
      for (const { Body = "", ReceiptHandle } of Messages) {
        if (!Body.includes(bucket)) continue;
        body = Body;
        await sqs.deleteMessage({ QueueUrl: from, ReceiptHandle });
      }
      return body !== undefined;
    });
    for (let time = 0; time < times; time++) await sqs.sendMessage({ QueueUrl: to, MessageBody: body });
    return body === undefined ? 0 : 1;
  }

  /** Waits until a queue is empty and nothing of it is worked on. */
  async function isIdle(queue: string): Promise<void> {
    const QueueUrl = await urlOf(queue);
    const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
    await until(`${queue} to be empty`, async () => {
      const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: [...AttributeNames] });
      return AttributeNames.every((name) => Attributes[name] === "0");
    });
  }

  it("changes once where the function is killed when the change is made and not verified", async () => {
    const { bucket, killedAt } = await cutOffResponder(world);
    await until("RESOLVED", () => isResolved(bucket));
    await isToldOnce(bucket, "Remediated");
    assert.deepEqual(await blockOf(bucket), CLOSED);
    const id = await incidentOf(bucket);
    assert.deepEqual(
      (await ledger().history(id)).map(({ state }) => state),
      ["started", "verified"],
    );
    assert.equal(await changesOf(id, killedAt), 0, "changed again");
  });
});
