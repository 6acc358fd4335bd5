import assert from "node:assert/strict";
import { SNS } from "@aws-sdk/client-sns";
import { Dashboard } from "@pulumi/aws/cloudwatch/dashboard.js";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import { Provider } from "@pulumi/aws/provider.js";
import { Schedule } from "@pulumi/aws/scheduler/schedule.js";
import { Topic } from "@pulumi/aws/sns/topic.js";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy.js";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription.js";
import { logsClient } from "../../sandbox/plugins/aws/cloudwatch/logs-client.ts";
import { monitoringClient } from "../../sandbox/plugins/aws/cloudwatch/monitoring-client.ts";
import { schedulerClient } from "../../sandbox/plugins/aws/scheduler/client.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const ACCOUNT = "100000000001";
const REGION = "us-east-1";
const arnOf = (service: string, resource: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/worker`;

interface Wanted {
  readonly name?: string;
  readonly threshold?: number;
  readonly days?: number;
  readonly kmsKeyId?: string;
  readonly tags?: Record<string, string>;
}

/** One of each type. */
function alerting({ name = "alerts", threshold = 0, days = 30, kmsKeyId, tags = { a: "b" } }: Wanted = {}): Program {
  return async () => {
    const options = { provider: new Provider("aws", { region: REGION, profile: `bulwark-${ACCOUNT}` }) };
    const topic = new Topic(
      "topic",
      {
        name,
        displayName: `Topic at ${threshold}`,
        kmsMasterKeyId: "alias/aws/sns",
        sqsFailureFeedbackRoleArn: ROLE,
        sqsSuccessFeedbackRoleArn: ROLE,
        sqsSuccessFeedbackSampleRate: 10,
        httpFailureFeedbackRoleArn: ROLE,
        tags,
      },
      options,
    );
    const publish = { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sns:Publish" };
    const policy = topic.arn.apply((Resource) =>
      JSON.stringify({ Version: "2012-10-17", Statement: [{ ...publish, Resource }] }),
    );
    new TopicPolicy("policy", { arn: topic.arn, policy }, options);
    const filterPolicy = JSON.stringify({ level: [{ numeric: [">", threshold] }] });
    const email = { topic: topic.arn, protocol: "email", endpoint: "soc@example.com", filterPolicy };
    new TopicSubscription("email", { ...email, filterPolicyScope: "MessageBody" }, options);
    new LogGroup(
      "log",
      { name: `${name}/log`, retentionInDays: days, ...(kmsKeyId ? { kmsKeyId } : {}), tags },
      options,
    );
    new MetricAlarm(
      "alarm",
      {
        name,
        alarmDescription: "Somebody waits",
        namespace: "AWS/SQS",
        metricName: "ApproximateAgeOfOldestMessage",
        dimensions: { QueueName: "alerts" },
        statistic: "Maximum",
        comparisonOperator: "GreaterThanThreshold",
        threshold,
        period: 300,
        evaluationPeriods: 2,
        treatMissingData: "breaching",
        alarmActions: [topic.arn],
        tags,
      },
      options,
    );
    const sent = { namespace: "AWS/SQS", metricName: "NumberOfMessagesSent", dimensions: { QueueName: name } };
    const received = { ...sent, metricName: "NumberOfMessagesReceived" };
    const counted = { period: 300, stat: "Sum" };
    new MetricAlarm(
      "compared",
      {
        name: `${name}-compared`,
        metricQueries: [
          { id: "state", expression: `sent > ${threshold} * received`, returnData: true },
          { id: "sent", metric: { ...sent, ...counted } },
          { id: "received", metric: { ...received, ...counted } },
        ],
        ...{ comparisonOperator: "GreaterThanThreshold", threshold: 0, evaluationPeriods: 1, tags },
      },
      options,
    );
    const properties = { metrics: [["AWS/SQS", "NumberOfMessagesSent", "QueueName", name]], title: `${threshold}` };
    const widgets = [{ type: "metric", x: 0, y: 0, width: 6, height: 6, properties }];
    new Dashboard("dashboard", { dashboardName: name, dashboardBody: JSON.stringify({ widgets }) }, options);
    new Schedule(
      "schedule",
      {
        name,
        scheduleExpression: `rate(${threshold + 15} minutes)`,
        flexibleTimeWindow: { mode: "OFF" },
        target: {
          arn: "arn:aws:scheduler:::aws-sdk:sqs:sendMessage",
          roleArn: ROLE,
          input: JSON.stringify({ MessageBody: "<aws.scheduler.scheduled-time>", QueueUrl: name }),
          retryPolicy: { maximumEventAgeInSeconds: 900, maximumRetryAttempts: 3 },
        },
      },
      options,
    );
    return {};
  };
}

describe("the types of alerts, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let sns: SNS;

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    await writeRootProfiles(engine, ACCOUNT);
    sns = new SNS(sandbox.root(ACCOUNT));
  });

  after(async () => {
    sns?.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  const clientSettings = () => {
    const { endpoint, region, credentials } = sandbox.root(ACCOUNT);
    const shared = { maxAttempts: 1, retryMode: "standard", customUserAgent: "test" } as const;
    return { ...shared, endpoint, region, credentials: async () => credentials };
  };
  const topicArn = arnOf("sns", "alerts");
  const topicAttributes = async () => (await sns.getTopicAttributes({ TopicArn: topicArn })).Attributes ?? {};

  it("makes one of each, as AWS's own interfaces see them", async () => {
    const made = await engine.run("alerts", "up", alerting());
    assert.deepEqual([made.changes, made.errors], [{ create: 10 }, ""]);
    const attributes = await topicAttributes();
    assert.equal(attributes.SQSSuccessFeedbackSampleRate, "10");
    assert.equal(attributes.HTTPFailureFeedbackRoleArn, ROLE);
    assert.equal(attributes.KmsMasterKeyId, "alias/aws/sns");
    assert.match(String(attributes.Policy), /events\.amazonaws\.com/);
    const { Tags } = await sns.listTagsForResource({ ResourceArn: topicArn });
    assert.deepEqual(Tags, [{ Key: "a", Value: "b" }]);
    const { Subscriptions } = await sns.listSubscriptionsByTopic({ TopicArn: topicArn });
    assert.deepEqual(
      Subscriptions?.map(({ Endpoint }) => Endpoint),
      ["soc@example.com"],
    );
    const ids = ["topic", "policy", "log", "alarm", "dashboard", "schedule"].map((name) =>
      engine.resource("alerts", name).then(({ id }) => id),
    );
    assert.deepEqual(await Promise.all(ids), [topicArn, topicArn, "alerts/log", "alerts", "alerts", "default/alerts"]);
    const monitoring = await monitoringClient(clientSettings());
    const { MetricAlarms } = await monitoring.describeAlarms({ AlarmNames: ["alerts"] });
    assert.equal(MetricAlarms?.[0]?.Threshold, 0);
  });

  it("updates in place what AWS changes in place", async () => {
    const wanted = alerting({ threshold: 5, days: 90, kmsKeyId: arnOf("kms", "key/one"), tags: { c: "d" } });
    const { changes, diffs, errors } = await engine.run("alerts", "up", wanted);
    assert.deepEqual([changes, errors], [{ same: 3, update: 7 }, ""]);
    assert.deepEqual(diffs.log?.filter((path) => !path.includes("tagsAll")).sort(), [
      "+ kmsKeyId",
      "+ tags.c",
      "- tags.a",
      "~ retentionInDays",
    ]);
    assert.ok(diffs.alarm?.includes("~ threshold"));
    assert.ok(diffs.compared?.some((path) => path.includes("metricQueries")));
    assert.deepEqual(diffs.schedule, ["~ scheduleExpression"]);
    const { Tags } = await sns.listTagsForResource({ ResourceArn: topicArn });
    assert.deepEqual(Tags, [{ Key: "c", Value: "d" }]);
    assert.deepEqual(await engine.run("alerts", "previewRefresh"), { changes: { same: 10 }, diffs: {}, errors: "" });
  });

  it("imports each by the id that recovery has for it", async () => {
    const imports: Program = async () => {
      const provider = new Provider("aws", { region: REGION, profile: `bulwark-${ACCOUNT}` });
      const found = (id: string) => ({ provider, import: `${id}@${REGION}`, retainOnDelete: true });
      const live = await topicAttributes();
      const tags = { c: "d" };
      new TopicPolicy("policy", { region: REGION, arn: topicArn, policy: live.Policy ?? "" }, found(topicArn));
      const kept = { name: "alerts/log", retentionInDays: 90, kmsKeyId: arnOf("kms", "key/one"), tags };
      new LogGroup("log", { region: REGION, ...kept }, found("alerts/log"));
      const monitoring = await monitoringClient(clientSettings());
      const { DashboardBody = "" } = await monitoring.getDashboard({ DashboardName: "alerts" });
      new Dashboard("dashboard", { dashboardName: "alerts", dashboardBody: DashboardBody }, found("alerts"));
      return {};
    };
    const imported = await engine.run("imports", "up", imports);
    assert.deepEqual([imported.changes, imported.errors], [{ create: 2, import: 3 }, ""]);
    await engine.run("imports", "destroy");
  });

  it("sees what was changed by hand", async () => {
    await sns.setTopicAttributes({ TopicArn: topicArn, AttributeName: "KmsMasterKeyId", AttributeValue: "" });
    await sns.setTopicAttributes({
      TopicArn: topicArn,
      AttributeName: "Policy",
      AttributeValue: JSON.stringify({ Version: "2012-10-17", Statement: [] }),
    });
    const { Subscriptions } = await sns.listSubscriptionsByTopic({ TopicArn: topicArn });
    await sns.unsubscribe({ SubscriptionArn: Subscriptions?.[0]?.SubscriptionArn });
    const monitoring = await monitoringClient(clientSettings());
    const [alarm] = (await monitoring.describeAlarms({ AlarmNames: ["alerts"] })).MetricAlarms ?? [];
    await monitoring.putMetricAlarm({ ...alarm, ActionsEnabled: false, TreatMissingData: "ignore" });
    const [compared] = (await monitoring.describeAlarms({ AlarmNames: ["alerts-compared"] })).MetricAlarms ?? [];
    const Metrics = compared?.Metrics?.map((query) => (query.Expression ? { ...query, Expression: "sent" } : query));
    await monitoring.putMetricAlarm({ ...compared, Metrics });
    await monitoring.deleteDashboards({ DashboardNames: ["alerts"] });
    const logs = await logsClient(clientSettings());
    await logs.deleteRetentionPolicy({ logGroupName: "alerts/log" });
    const scheduler = await schedulerClient(clientSettings());
    const which = { group: "default", name: "alerts" };
    const { CreationDate: _, ...schedule } = (await scheduler.getSchedule(which)) as Awaited<
      ReturnType<typeof scheduler.getSchedule>
    > & { CreationDate?: number };
    await scheduler.updateSchedule(which, { ...schedule, State: "DISABLED" });

    const drift = await engine.run("alerts", "previewRefresh");
    assert.deepEqual(drift.changes, { same: 2, update: 6, delete: 2 });
    assert.deepEqual(drift.diffs.topic, ["~ kmsMasterKeyId"]);
    assert.deepEqual([...(drift.diffs.alarm ?? [])].sort(), ["~ actionsEnabled", "~ treatMissingData"]);
    assert.ok(drift.diffs.compared?.every((path) => path.includes("metricQueries")));
    assert.deepEqual(drift.diffs.log, ["~ retentionInDays"]);
    assert.deepEqual(drift.diffs.schedule, ["~ state"]);
  });

  it("replaces what has another name, and destroys without a trace", async () => {
    const renamed = await engine.run("alerts", "up", alerting({ name: "others" }));
    assert.deepEqual([renamed.changes.replace, renamed.errors], [8, ""]);
    assert.ok(renamed.diffs.topic?.includes("+- name"));
    assert.ok(renamed.diffs.dashboard?.includes("+- dashboardName"));
    const { changes, errors } = await engine.run("alerts", "destroy");
    assert.deepEqual([changes, errors], [{ delete: 10 }, ""]);
    assert.deepEqual((await sns.listTopics({})).Topics ?? [], []);
    const logs = await logsClient(clientSettings());
    assert.deepEqual((await logs.describeLogGroups({ logGroupNamePrefix: "alerts" })).logGroups, []);
    const monitoring = await monitoringClient(clientSettings());
    assert.deepEqual((await monitoring.describeAlarms({ AlarmNames: ["alerts", "others"] })).MetricAlarms, []);
  });
});
