import { awsNames } from "../names.ts";
import { arn, roleArn } from "../partition.ts";
import type { OrganizationSettings } from "../settings.ts";
import type { Statement } from "./policy-document.ts";
import {
  ALERT_LOG,
  ALERT_QUEUE,
  ALERT_ROLE,
  ALERT_ROLE_RIGHTS,
  ALERT_SCHEDULE,
  ALERT_SUBSCRIPTION,
  ALERT_TOPIC,
  ALERT_WATCH,
  EVENT_RULE,
  EVIDENCE_KEY,
  EVIDENCE_KEY_MAKING,
  LEDGER_TABLE,
  RESPONSE_FEED,
  RESPONSE_FUNCTION,
} from "./service-actions.ts";

type Settings = Pick<OrganizationSettings, "partition" | "homeRegion" | "accounts" | "roles">;

/** The condition under which a key may be scheduled for deletion: it was made for alerts, and tells no evidence. */
export const KEY_OF_ALERTS = { "aws:ResourceTag/BulwarkResource": "admin/alert-*" } as const;

/** What the deployment role of the security account needs for the alerts, by name: nothing of anybody else's there. */
export function alertRights({ partition, homeRegion, accounts: { security }, roles }: Settings): readonly Statement[] {
  const own = (service: string, ...resources: string[]) =>
    resources.map((resource) => arn(partition, service, homeRegion, security, resource));
  const madeRoles = [
    awsNames.alertDeliveryRole,
    awsNames.heartbeatRole,
    awsNames.responseRole,
    awsNames.responseScheduleRole,
    awsNames.forwarderRole("*"),
  ].map((role) => roleArn(partition, security, role));
  const key = own("kms", "key/*");
  return [
    {
      Sid: "Alerts",
      Effect: "Allow",
      Action: [...ALERT_TOPIC, ...ALERT_QUEUE, ...EVENT_RULE, ...ALERT_WATCH, ...ALERT_LOG, ...ALERT_SCHEDULE],
      Resource: [
        ...own("sns", "bulwark-*"),
        ...own("sqs", "bulwark-*"),
        ...own("events", "rule/bulwark-*"),
        ...own("cloudwatch", "alarm:bulwark-*"),
        arn(partition, "cloudwatch", "", security, `dashboard/${awsNames.alertDashboard}`),
        ...own("logs", "log-group:sns/*", `log-group:${awsNames.functionLog("*")}`),
        ...own("scheduler", "schedule/default/bulwark-*"),
      ],
    },
    {
      // Calls on which IAM checks no resource, and keys, which have no ARN before they are made.
      Sid: "FindAlerts",
      Effect: "Allow",
      Action: [
        "cloudwatch:DescribeAlarms",
        "lambda:ListEventSourceMappings",
        "logs:DescribeLogGroups",
        ...ALERT_SUBSCRIPTION,
        ...EVIDENCE_KEY_MAKING,
      ],
      Resource: ["*"],
      Condition: { StringEquals: { "aws:RequestedRegion": homeRegion } },
    },
    { Sid: "AlertKeys", Effect: "Allow", Action: EVIDENCE_KEY, Resource: key },
    {
      Sid: "AlertKeysGo",
      Effect: "Allow",
      Action: ["kms:ScheduleKeyDeletion"],
      Resource: key,
      Condition: { StringLike: KEY_OF_ALERTS },
    },
    { Sid: "AlertRoles", Effect: "Allow", Action: ALERT_ROLE, Resource: madeRoles },
    {
      Sid: "AlertRolesWithin",
      Effect: "Allow",
      Action: ALERT_ROLE_RIGHTS,
      Resource: madeRoles,
      Condition: {
        StringEquals: {
          "iam:PermissionsBoundary": [roles.deploymentBoundary, awsNames.responseBoundary].map((policy) =>
            arn(partition, "iam", "", security, `policy/${policy}`),
          ),
        },
      },
    },
    {
      Sid: "AlertRolesPass",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: madeRoles,
      Condition: {
        StringEquals: {
          "iam:PassedToService": ["lambda.amazonaws.com", "scheduler.amazonaws.com", "sns.amazonaws.com"],
        },
      },
    },
    {
      Sid: "Response",
      Effect: "Allow",
      Action: [...RESPONSE_FUNCTION, ...LEDGER_TABLE],
      Resource: [...own("lambda", "function:bulwark-*"), ...own("dynamodb", `table/${awsNames.incidents}`)],
    },
    {
      Sid: "MakeResponseFeeds",
      Effect: "Allow",
      Action: ["lambda:CreateEventSourceMapping"],
      Resource: ["*"],
      Condition: { ArnLike: { "lambda:FunctionArn": own("lambda", "function:bulwark-*") } },
    },
    { Sid: "ResponseFeeds", Effect: "Allow", Action: RESPONSE_FEED, Resource: own("lambda", "event-source-mapping:*") },
  ];
}
