import assert from "node:assert/strict";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { logsClient } from "../../sandbox/plugins/aws/cloudwatch/logs-client.ts";
import { monitoringClient } from "../../sandbox/plugins/aws/cloudwatch/monitoring-client.ts";
import { schedulerClient } from "../../sandbox/plugins/aws/scheduler/client.ts";
import { assume, type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const ACCOUNT = "100000000001";
const arnOf = (service: string, resource: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${resource}`;

const document = (...statements: object[]) => JSON.stringify({ Version: "2012-10-17", Statement: statements });
const allowing = (Action: string, Resource: string) => document({ Effect: "Allow", Action, Resource });

describe("schedules, alarms and logs in the sandbox", () => {
  let sandbox: RunningSandbox;
  before(async () => {
    sandbox = await runSandbox();
  });
  after(() => sandbox.close());

  /** What the plugins' clients take, for the root or a session. */
  const settings = (of: { credentials: { accessKeyId: string; secretAccessKey: string } } = sandbox.root(ACCOUNT)) => ({
    endpoint: sandbox.url,
    region: "us-east-1",
    credentials: async () => of.credentials,
    maxAttempts: 1,
    retryMode: "standard" as const,
    customUserAgent: "test",
  });

  async function role(RoleName: string, trusted: object, rights: string): Promise<string> {
    const iam = new IAMClient(sandbox.root(ACCOUNT));
    const AssumeRolePolicyDocument = document({ Effect: "Allow", Action: "sts:AssumeRole", ...trusted });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "rights", PolicyDocument: rights }));
    iam.destroy();
    return Role?.Arn ?? "";
  }

  it("a schedule makes any call of AWS's APIs, with its role's rights and the time of the schedule", async () => {
    const sqs = new SQS(sandbox.root(ACCOUNT));
    const { QueueUrl } = await sqs.createQueue({ QueueName: "scheduled" });
    const scheduler = await schedulerClient(settings());
    const send = allowing("sqs:SendMessage", arnOf("sqs", "scheduled"));
    const service = { Principal: { Service: "scheduler.amazonaws.com" } };
    const ofAccount = (id: string) => ({ ...service, Condition: { StringEquals: { "aws:SourceAccount": id } } });
    const roles = {
      untrusting: await role("untrusting", { Principal: { Service: "lambda.amazonaws.com" } }, send),
      elsewhere: await role("elsewhere", ofAccount("100000000002"), send),
      powerless: await role("powerless", ofAccount(ACCOUNT), allowing("sqs:ListQueues", "*")),
      able: await role("able", ofAccount(ACCOUNT), send),
    };
    for (const [name, RoleArn] of Object.entries(roles)) {
      const Input = JSON.stringify({ QueueUrl, MessageBody: `${name} at <aws.scheduler.scheduled-time>` });
      const shape = { Name: name, GroupName: "default", FlexibleTimeWindow: { Mode: "OFF" } };
      const Target = { Arn: "arn:aws:scheduler:::aws-sdk:sqs:sendMessage", RoleArn, Input };
      const which = { group: "default", name };
      await scheduler.createSchedule(which, { ...shape, ScheduleExpression: "at(2026-01-01T00:00:00)", Target });
    }
    // The last that was made is the last that is called.
    const received = () => sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await until(received, (answer) => (answer.Messages ?? []).length > 0);
    assert.equal(Messages.length, 1);
    assert.match(String(Messages[0]?.Body), /^able at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    sqs.destroy();
  });

  it("alarms, dashboards and tagged topics are what IAM decides on by name", async () => {
    const own = ["cloudwatch", "sns"].map((service) => arnOf(service, service === "sns" ? "own-*" : "alarm:own-*"));
    const rights = document({
      Effect: "Allow",
      Action: ["cloudwatch:*", "sns:*"],
      Resource: [...own, `arn:aws:cloudwatch::${ACCOUNT}:dashboard/own-*`],
    });
    await role("watcher", { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` } }, rights);
    const session = await assume(sandbox, ACCOUNT, ACCOUNT, "watcher");
    const [root, watcher] = [await monitoringClient(settings()), await monitoringClient(settings(session))];
    const alarm = { Namespace: "AWS/SQS", MetricName: "Age", Statistic: "Sum", Period: 60, EvaluationPeriods: 1 };
    const above = { ...alarm, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" };
    for (const AlarmName of ["own-a", "other-a"]) await root.putMetricAlarm({ ...above, AlarmName });
    const denied = { name: "AccessDeniedException" };
    await watcher.putMetricAlarm({ ...above, AlarmName: "own-b" });
    await watcher.tagResource({ ResourceARN: arnOf("cloudwatch", "alarm:own-a"), Tags: [{ Key: "a", Value: "b" }] });
    await watcher.deleteAlarms({ AlarmNames: ["own-a"] });
    await watcher.putDashboard({ DashboardName: "own-d", DashboardBody: '{"widgets":[]}' });
    await watcher.getDashboard({ DashboardName: "own-d" });
    await watcher.deleteDashboards({ DashboardNames: ["own-d"] });
    await assert.rejects(watcher.deleteAlarms({ AlarmNames: ["other-a"] }), denied);
    await assert.rejects(watcher.putDashboard({ DashboardName: "other-d", DashboardBody: '{"widgets":[]}' }), denied);

    const sns = new SNS(session);
    const { TopicArn: ResourceArn } = await sns.createTopic({ Name: "own-t" });
    const Tags = [{ Key: "a", Value: "b" }];
    await sns.tagResource({ ResourceArn, Tags });
    await assert.rejects(sns.tagResource({ ResourceArn: arnOf("sns", "other-t"), Tags }), /not authorized/);
    sns.destroy();
  });

  it("a log group gets a key and loses it again", async () => {
    const logs = await logsClient(settings());
    const logGroupName = "sns/keys";
    const key = arnOf("kms", "key/one");
    const keyNow = async () =>
      (await logs.describeLogGroups({ logGroupNamePrefix: logGroupName })).logGroups?.[0]?.kmsKeyId;
    await logs.createLogGroup({ logGroupName });
    assert.equal(await keyNow(), undefined);
    await logs.associateKmsKey({ logGroupName, kmsKeyId: key });
    assert.equal(await keyNow(), key);
    await logs.disassociateKmsKey({ logGroupName });
    assert.equal(await keyNow(), undefined);
    const missing = logs.associateKmsKey({ logGroupName: "nowhere", kmsKeyId: key });
    await assert.rejects(missing, { name: "ResourceNotFoundException" });
  });
});
