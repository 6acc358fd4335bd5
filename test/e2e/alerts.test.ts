import assert from "node:assert/strict";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { CreateKeyCommand, KMSClient, ScheduleKeyDeletionCommand } from "@aws-sdk/client-kms";
import { type AwsSecurityFinding, SecurityHub } from "@aws-sdk/client-securityhub";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { schedulerClient } from "../../sandbox/plugins/aws/scheduler/client.ts";
import { rpcClientMaker } from "../../sandbox/plugins/provider/json-client.ts";
import { type Environment, organization } from "./environment.ts";
import { deploymentRole, refusal } from "./sessions.ts";
import { until } from "./until.ts";

const security = "222222222222";
/** In the organization, and in no other test: its membership is made here, by hand. */
const member = "444444444444";
const memberRegion = "us-west-2";
const topicArn = (topic: string) => `arn:aws:sns:us-east-1:${security}:bulwark-${topic}`;

interface BusEvent {
  readonly "detail-type": string;
  readonly detail: { readonly findings: readonly AwsSecurityFinding[] };
}

describe("the alerts", function () {
  this.timeout(180_000);
  let environment: Environment;
  let sns: SNS;
  let sqs: SQS;
  let hub: SecurityHub;
  let subscriber: { readonly url: string; readonly arn: string };

  before(async () => {
    environment = await organization();
    const home = environment.root(security);
    sns = new SNS(home);
    sqs = new SQS(home);
    await new SecurityHub(environment.root(security, memberRegion)).createMembers({
      AccountDetails: [{ AccountId: member }],
    });
    hub = new SecurityHub(environment.root(member, memberRegion));
    const arn = `arn:aws:sqs:us-east-1:${security}:subscriber`;
    const fromSns = { Effect: "Allow", Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage" };
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [{ ...fromSns, Resource: arn }] });
    const { QueueUrl: url = "" } = await sqs.createQueue({ QueueName: "subscriber", Attributes: { Policy } });
    subscriber = { url, arn };
    // What the rule of responses sends to its queue the responder takes: a second target sees the same.
    const tapArn = `arn:aws:sqs:us-east-1:${security}:tap`;
    const fromRule = { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage" };
    const ofTap = JSON.stringify({ Version: "2012-10-17", Statement: [{ ...fromRule, Resource: tapArn }] });
    await sqs.createQueue({ QueueName: "tap", Attributes: { Policy: ofTap } });
    await new EventBridge(home).putTargets({ Rule: "bulwark-respond", Targets: [{ Id: "tap", Arn: tapArn }] });
    for (const topic of ["findings-critical", "findings-high", "findings-medium", "findings-low", "operations"]) {
      await sns.subscribe({ TopicArn: topicArn(topic), Protocol: "sqs", Endpoint: subscriber.arn });
    }
  });

  after(async () => {
    await new EventBridge(environment.root(security)).removeTargets({ Rule: "bulwark-respond", Ids: ["tap"] });
  });

  const settings = () => {
    const { endpoint, region, credentials } = environment.root(security);
    const shared = { maxAttempts: 3, retryMode: "standard", customUserAgent: "test" } as const;
    return { ...shared, endpoint, region, credentials: async () => credentials };
  };
  const urlOf = async (name: string) => (await sqs.getQueueUrl({ QueueName: name })).QueueUrl ?? "";

  /** Takes messages until one is as wanted; those of other tests' findings are on the same ways. */
  async function taken<Message>(what: string, url: string, wanted: (message: Message) => boolean): Promise<Message> {
    let found: Message | undefined;
    await until(what, async () => {
      const { Messages = [] } = await sqs.receiveMessage({ QueueUrl: url, MaxNumberOfMessages: 10 });
      found ??= Messages.map(({ Body = "{}" }) => JSON.parse(Body) as Message).find(wanted);
      return found !== undefined;
    });
    return found as Message;
  }
  const about =
    (id: string) =>
    ({ detail }: BusEvent) =>
      detail?.findings.some(({ Id }) => Id === id);

  async function imported(id: string, more: Partial<AwsSecurityFinding>) {
    const now = new Date().toISOString();
    const { FailedFindings } = await hub.batchImportFindings({
      Findings: [
        {
          SchemaVersion: "2018-10-08",
          Id: id,
          ProductArn: `arn:aws:securityhub:${memberRegion}:${member}:product/${member}/default`,
          GeneratorId: "test",
          AwsAccountId: member,
          CreatedAt: now,
          UpdatedAt: now,
          Title: id,
          Description: "Something that should not be",
          Types: ["Software and Configuration Checks"],
          Resources: [{ Type: "AwsS3Bucket", Id: `arn:aws:s3:::${id}` }],
          ...more,
        },
      ],
    });
    assert.deepEqual(FailedFindings ?? [], []);
  }

  it("bring a member's finding from another region two ways, and to the topic of its severity", async () => {
    await imported("alerts-high", { Severity: { Label: "HIGH" } });
    for (const queue of ["bulwark-forward", "tap"]) {
      const event = await taken(`the finding in ${queue}`, await urlOf(queue), about("alerts-high"));
      assert.equal(event["detail-type"], "Security Hub Findings - Imported");
      const [finding] = event.detail.findings;
      assert.deepEqual(
        [finding?.AwsAccountId, finding?.Region, finding?.Severity?.Label],
        [member, memberRegion, "HIGH"],
      );
    }
    const told = await taken("the notification", subscriber.url, ({ Message }: { TopicArn: string; Message: string }) =>
      Message.includes("alerts-high"),
    );
    assert.equal(told.TopicArn, topicArn("findings-high"));
  });

  it("forward also what needs nobody any more, and respond to nothing twice", async () => {
    await imported("alerts-resolved", { Severity: { Label: "CRITICAL" }, RecordState: "ARCHIVED" });
    await imported("alerts-open", { Severity: { Label: "CRITICAL" } });
    await taken("the resolved finding", await urlOf("bulwark-forward"), about("alerts-resolved"));
    const seen: BusEvent[] = [];
    // What was sent first would have arrived first.
    await taken("the open finding", await urlOf("tap"), (event: BusEvent) => {
      seen.push(event);
      return about("alerts-open")(event);
    });
    assert.ok(!seen.some(about("alerts-resolved")));
    const told = await taken("the notification", subscriber.url, ({ Message }: { TopicArn: string; Message: string }) =>
      /alerts-(open|resolved)/.test(Message),
    );
    assert.deepEqual([told.TopicArn, told.Message.includes("alerts-open")], [topicArn("findings-critical"), true]);
  });

  it("get a synthetic finding from the schedule, by a role that can do nothing else", async () => {
    const scheduler = await schedulerClient(settings());
    const deployed = await scheduler.getSchedule({ group: "default", name: "bulwark-heartbeat" });
    assert.deepEqual([deployed.State, deployed.ScheduleExpression], ["ENABLED", "rate(15 minutes)"]);
    // The same once, and long ago, so that it is due.
    const once = { group: "default", name: "once" };
    const { FlexibleTimeWindow, Target } = deployed;
    await scheduler.createSchedule(once, {
      ...{ Name: once.name, GroupName: once.group, FlexibleTimeWindow, Target },
      ScheduleExpression: "at(2026-01-01T00:00:00)",
    });
    for (const queue of ["bulwark-forward", "tap"]) {
      await taken(`the synthetic finding in ${queue}`, await urlOf(queue), about("bulwark-heartbeat"));
    }
    await scheduler.deleteSchedule(once);
  });

  it("tell of themselves by the topic for operations, which has another key", async () => {
    type Alarming = { setAlarmState(input: object): Promise<object> };
    const monitoring = await rpcClientMaker<Alarming>(
      {
        clientName: "CloudWatchClient",
        signingName: "monitoring",
        target: "GraniteServiceVersion20100801",
        version: "1.0",
      },
      "SetAlarmState",
    )(settings());
    await monitoring.setAlarmState({ AlarmName: "bulwark-forward-silent", StateValue: "ALARM", StateReason: "a test" });
    const told = await taken("the alarm", subscriber.url, ({ Message }: { TopicArn: string; Message: string }) =>
      Message.includes("bulwark-forward-silent"),
    );
    assert.equal(told.TopicArn, topicArn("operations"));
    const keyOf = async (topic: string) =>
      (await sns.getTopicAttributes({ TopicArn: topicArn(topic) })).Attributes?.KmsMasterKeyId;
    assert.notEqual(await keyOf("operations"), await keyOf("findings-high"));
    const { Attributes } = await sqs.getQueueAttributes({
      QueueUrl: await urlOf("bulwark-forward"),
      AttributeNames: ["KmsMasterKeyId"],
    });
    assert.equal(Attributes?.KmsMasterKeyId, await keyOf("findings-high"));
  });

  it("are the same the second time", async () => {
    const again = await environment.api.done("POST", "/admin/deployments", {});
    const { same = 0, ...others } = again.changes ?? {};
    assert.ok(same > 100 && Object.values(others).every((count) => count === 0), JSON.stringify(again.changes));
  });

  it("leave Bulwark's role no way to a key of others", async () => {
    const kms = new KMSClient(environment.root(security));
    const bulwark = new KMSClient(await deploymentRole(environment, security));
    const made = async (resource: string) => {
      const Tags = [{ TagKey: "BulwarkResource", TagValue: resource }];
      return (await kms.send(new CreateKeyCommand({ Tags }))).KeyMetadata?.KeyId;
    };
    const goes = (KeyId: string | undefined) => bulwark.send(new ScheduleKeyDeletionCommand({ KeyId }));
    assert.equal(await refusal(goes(await made("admin/evidence-key"))), "AccessDeniedException");
    assert.equal((await goes(await made("admin/alert-key-old"))).KeyState, "PendingDeletion");
  });
});
