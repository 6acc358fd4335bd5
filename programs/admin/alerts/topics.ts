import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { Topic } from "@pulumi/aws/sns/topic.js";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy.js";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription.js";
import { ALERT_SEVERITIES } from "../../alerts-settings.ts";
import { awsNames, TAGS } from "../../names.ts";
import { arn } from "../../partition.ts";
import type { AdminStack } from "../stack.ts";
import { withoutHeartbeat } from "./findings.ts";
import type { AlertKeys } from "./keys.ts";
import { type AlertPlace, type AlertTopic, topicName } from "./place.ts";
import { assumedBy, deliveryLogPolicy, findingTopicPolicy, operationsTopicPolicy } from "./policies.ts";

/** A topic that takes what is sent to it. */
export interface ReadyTopic {
  readonly topic: Topic;
  readonly policy: TopicPolicy;
}

export type AlertTopics = Readonly<Record<AlertTopic, ReadyTopic>>;

/** Of so many deliveries in a hundred that went well there is a log entry; of those that failed, all. */
const LOGGED_SUCCESSES = 10;

/** A topic for each severity and one for operations, with logs of their deliveries and with those who get e-mail. */
export function alertTopics(stack: AdminStack, place: AlertPlace, keys: AlertKeys): AlertTopics {
  const delivery = deliveryRole(stack, place);
  const make = (topic: AlertTopic) => alertTopic(stack, place, keys, delivery, topic);
  const findings = ALERT_SEVERITIES.map((severity) => [severity, make(severity)] as const);
  return { ...Object.fromEntries(findings), operations: make("operations") } as AlertTopics;
}

/** The role as which SNS writes logs. It can do no more than the deployment role that makes it. */
function deliveryRole({ inputs, security }: AdminStack, place: AlertPlace): Role {
  const role = new Role(
    "alert-delivery-role",
    {
      name: awsNames.alertDeliveryRole,
      description: "Logs deliveries of alerts. Managed by Bulwark.",
      assumeRolePolicy: JSON.stringify(assumedBy("sns.amazonaws.com")),
      permissionsBoundary: arn(
        inputs.partition,
        "iam",
        "",
        place.accountId,
        `policy/${inputs.roles.deploymentBoundary}`,
      ),
      tags: TAGS,
    },
    { provider: security },
  );
  new RolePolicy(
    "alert-delivery-role-policy",
    { name: "Logs", role: role.name, policy: JSON.stringify(deliveryLogPolicy(place)) },
    { provider: security },
  );
  return role;
}

function alertTopic(
  { inputs, security: provider }: AdminStack,
  place: AlertPlace,
  keys: AlertKeys,
  delivery: Role,
  which: AlertTopic,
): ReadyTopic {
  const { alerts } = inputs.features;
  const { region } = place;
  const name = topicName(which);
  const label = `alert-topic-${which}`;
  // SNS makes these itself, to be kept for ever and without the key, unless they are there.
  const logs = ["", "/Failure"].map(
    (end) =>
      new LogGroup(
        `${label}-log${end === "" ? "" : "-failure"}-${region}`,
        {
          region,
          name: `sns/${region}/${place.accountId}/${name}${end}`,
          retentionInDays: alerts.logRetentionDays,
          kmsKeyId: keys.chain.arn,
          tags: TAGS,
        },
        { provider },
      ),
  );
  const topic = new Topic(
    `${label}-${region}`,
    {
      region,
      name,
      displayName: `Bulwark ${which}`,
      kmsMasterKeyId: which === "operations" ? keys.watch.arn : keys.chain.arn,
      // Topics log for these protocols; e-mail has no delivery status.
      httpFailureFeedbackRoleArn: delivery.arn,
      httpSuccessFeedbackRoleArn: delivery.arn,
      httpSuccessFeedbackSampleRate: LOGGED_SUCCESSES,
      lambdaFailureFeedbackRoleArn: delivery.arn,
      lambdaSuccessFeedbackRoleArn: delivery.arn,
      lambdaSuccessFeedbackSampleRate: LOGGED_SUCCESSES,
      sqsFailureFeedbackRoleArn: delivery.arn,
      sqsSuccessFeedbackRoleArn: delivery.arn,
      sqsSuccessFeedbackSampleRate: LOGGED_SUCCESSES,
      tags: TAGS,
    },
    { provider, dependsOn: logs },
  );
  const document = which === "operations" ? operationsTopicPolicy(place) : findingTopicPolicy(place.topic(which));
  const policy = new TopicPolicy(
    `${label}-policy-${region}`,
    { region, arn: topic.arn, policy: JSON.stringify(document) },
    { provider },
  );
  for (const address of alerts.subscriptions[which]) {
    new TopicSubscription(
      `${label}-email-${address}-${region}`,
      {
        region,
        topic: topic.arn,
        protocol: "email",
        endpoint: address,
        ...(which === "low"
          ? { filterPolicyScope: "MessageBody", filterPolicy: JSON.stringify(withoutHeartbeat) }
          : {}),
      },
      { provider, dependsOn: [policy] },
    );
  }
  return { topic, policy };
}
