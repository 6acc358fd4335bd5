import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { awsNames } from "../../../programs/names.ts";
import { logsClient } from "../../../sandbox/plugins/aws/cloudwatch/logs-client.ts";
import { monitoringClient } from "../../../sandbox/plugins/aws/cloudwatch/monitoring-client.ts";
import { schedulerClient } from "../../../sandbox/plugins/aws/scheduler/client.ts";
import { SECURITY } from "../../programs/samples.ts";
import { type AdminAccounts, HOME, orNone, type TurnedOffInAdmin } from "./row.ts";

const TOPIC = `arn:aws:sns:${HOME}:${SECURITY}:${awsNames.findingTopic("low")}`;
const QUEUE = awsNames.alertQueue("forward");
const RULE = awsNames.alertQueue("respond");
const ALARM = `${QUEUE}-depth`;
const LOG = `sns/${HOME}/${SECURITY}/${awsNames.findingTopic("low")}`;
const SCHEDULE = { group: "default", name: awsNames.heartbeat };

const sns = ({ security }: AdminAccounts) => new SNS(security(HOME));
const bus = ({ security }: AdminAccounts) => new EventBridge(security(HOME));
const roles = ({ security }: AdminAccounts) => new IAM(security(HOME));

async function queueOf({ security }: AdminAccounts) {
  const sqs = new SQS(security(HOME));
  return { sqs, QueueUrl: (await sqs.getQueueUrl({ QueueName: QUEUE })).QueueUrl };
}

/** What clients take for which there is no package of the SDK here. */
function settings({ security }: AdminAccounts) {
  const { endpoint, region, credentials } = security(HOME);
  const shared = { maxAttempts: 3, retryMode: "standard", customUserAgent: "test" } as const;
  return { ...shared, endpoint, region, credentials: async () => credentials };
}

const topicAttribute = async (at: AdminAccounts, name: string) =>
  (await sns(at).getTopicAttributes({ TopicArn: TOPIC })).Attributes?.[name];

const queueAttribute = async (at: AdminAccounts, name: "Policy" | "VisibilityTimeout") => {
  const { sqs, QueueUrl } = await queueOf(at);
  return (await sqs.getQueueAttributes({ QueueUrl, AttributeNames: [name] })).Attributes?.[name];
};

export const ALERTS: readonly TurnedOffInAdmin[] = [
  {
    type: "aws:sns/topicPolicy:TopicPolicy",
    drifts: `alert-topic-low-policy-${HOME}`,
    turnOff: (at) => {
      const Statement = [{ Effect: "Allow", Principal: "*", Action: "sns:Publish", Resource: TOPIC }];
      const AttributeValue = JSON.stringify({ Version: "2012-10-17", Statement });
      return sns(at).setTopicAttributes({ TopicArn: TOPIC, AttributeName: "Policy", AttributeValue });
    },
    read: async (at) => JSON.parse((await topicAttribute(at, "Policy")) ?? "{}") as unknown,
  },
  {
    type: "aws:sns/topic:Topic",
    drifts: `alert-topic-low-${HOME}`,
    turnOff: (at) =>
      sns(at).setTopicAttributes({ TopicArn: TOPIC, AttributeName: "KmsMasterKeyId", AttributeValue: "alias/aws/sns" }),
    read: (at) => topicAttribute(at, "KmsMasterKeyId"),
  },
  {
    type: "aws:sqs/queuePolicy:QueuePolicy",
    drifts: `alert-forward-policy-${HOME}`,
    turnOff: async (at) => {
      const { sqs, QueueUrl } = await queueOf(at);
      await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy: "" } });
    },
    read: async (at) => JSON.parse((await queueAttribute(at, "Policy")) || "{}") as unknown,
  },
  {
    type: "aws:sqs/queue:Queue",
    drifts: `alert-forward-${HOME}`,
    turnOff: async (at) => {
      const { sqs, QueueUrl } = await queueOf(at);
      await sqs.setQueueAttributes({ QueueUrl, Attributes: { VisibilityTimeout: "1" } });
    },
    read: (at) => queueAttribute(at, "VisibilityTimeout"),
  },
  {
    type: "aws:cloudwatch/eventTarget:EventTarget",
    drifts: `alert-target-${RULE}-${HOME}`,
    turnOff: async (at) => {
      const { Targets = [] } = await bus(at).listTargetsByRule({ Rule: RULE });
      await bus(at).removeTargets({ Rule: RULE, Ids: Targets.map(({ Id = "" }) => Id) });
    },
    read: async (at) => (await bus(at).listTargetsByRule({ Rule: RULE })).Targets?.map(({ Arn }) => Arn),
  },
  {
    type: "aws:iam/rolePolicy:RolePolicy",
    drifts: "alert-heartbeat-role-policy",
    turnOff: (at) => roles(at).deleteRolePolicy({ RoleName: awsNames.heartbeatRole, PolicyName: "Heartbeat" }),
    read: async (at) => (await roles(at).listRolePolicies({ RoleName: awsNames.heartbeatRole })).PolicyNames,
  },
  {
    type: "aws:cloudwatch/metricAlarm:MetricAlarm",
    drifts: `alert-alarm-${ALARM}-${HOME}`,
    turnOff: async (at) => (await monitoringClient(settings(at))).deleteAlarms({ AlarmNames: [ALARM] }),
    read: async (at) => {
      const { MetricAlarms = [] } = await (await monitoringClient(settings(at))).describeAlarms({
        AlarmNames: [ALARM],
      });
      return MetricAlarms.map(({ AlarmName, Threshold }) => [AlarmName, Threshold]);
    },
  },
  {
    type: "aws:cloudwatch/dashboard:Dashboard",
    drifts: `alert-dashboard-${HOME}`,
    turnOff: async (at) =>
      (await monitoringClient(settings(at))).deleteDashboards({ DashboardNames: [awsNames.alertDashboard] }),
    read: async (at) => {
      const monitoring = await monitoringClient(settings(at));
      const found = await orNone(monitoring.getDashboard({ DashboardName: awsNames.alertDashboard }));
      return typeof found === "string" ? found : found.DashboardBody;
    },
  },
  {
    type: "aws:cloudwatch/logGroup:LogGroup",
    drifts: `alert-topic-low-log-${HOME}`,
    turnOff: async (at) => (await logsClient(settings(at))).deleteRetentionPolicy({ logGroupName: LOG }),
    read: async (at) => {
      const { logGroups = [] } = await (await logsClient(settings(at))).describeLogGroups({ logGroupNamePrefix: LOG });
      return logGroups.map(({ logGroupName, retentionInDays }) => [logGroupName, retentionInDays]);
    },
  },
  {
    type: "aws:scheduler/schedule:Schedule",
    drifts: `alert-heartbeat-${HOME}`,
    turnOff: async (at) => {
      const scheduler = await schedulerClient(settings(at));
      const { Name, GroupName, FlexibleTimeWindow, ScheduleExpression, Target } = await scheduler.getSchedule(SCHEDULE);
      const wanted = { Name, GroupName, FlexibleTimeWindow, ScheduleExpression, Target };
      await scheduler.updateSchedule(SCHEDULE, { ...wanted, State: "DISABLED", ActionAfterCompletion: "DELETE" });
    },
    read: async (at) => {
      const { State, ActionAfterCompletion } = await (await schedulerClient(settings(at))).getSchedule(SCHEDULE);
      return [State, ActionAfterCompletion];
    },
  },
];
