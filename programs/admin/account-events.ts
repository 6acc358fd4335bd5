import { EventRule } from "@pulumi/aws/cloudwatch/eventRule.js";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget.js";
import { Queue } from "@pulumi/aws/sqs/queue.js";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy.js";
import type { Output } from "@pulumi/pulumi";
import { policyDocument } from "../bootstrap/policy-document.ts";
import { awsNames, TAGS } from "../names.ts";
import { arn, organizationsRegion } from "../partition.ts";
import type { AdminStack } from "./stack.ts";

/** Where the service hears of new accounts. */
export interface AccountEvents {
  readonly queueUrl: Output<string>;
  readonly queueArn: string;
  readonly region: string;
}

const FOURTEEN_DAYS = 14 * 24 * 60 * 60;

/** Events of AWS Organizations that the service acts on (AWS Organizations User Guide, "Monitoring events"). */
export const ACCOUNT_EVENT_PATTERN = {
  source: ["aws.organizations"],
  "detail-type": ["AWS Service Event via CloudTrail"],
  detail: { eventSource: ["organizations.amazonaws.com"], eventName: ["CreateAccountResult"] },
} as const;

/**
 * A queue in the management account that gets the organization's account events. It stands in the one region of the partition where
 * Organizations puts them, and AWS sends them only while a CloudTrail trail of the management account is logging there (Amazon
 * EventBridge User Guide, "AWS service events delivered via AWS CloudTrail"). SQS encrypts it with its own key: a customer key would need key administration in the management
 * account, the last place to grant any.
 */
export function accountEvents({ inputs, management }: AdminStack): AccountEvents {
  const { partition, accounts } = inputs;
  const region = organizationsRegion(partition);
  const provider = management;
  const arnOf = (service: string, resource: string) => arn(partition, service, region, accounts.management, resource);
  const queueArn = arnOf("sqs", awsNames.accountEvents);
  const deadLetterArn = arnOf("sqs", awsNames.accountEventDeadLetters);
  const ruleArn = arnOf("events", `rule/${awsNames.accountEvents}`);
  const shared = { region, sqsManagedSseEnabled: true, messageRetentionSeconds: FOURTEEN_DAYS, tags: TAGS };

  const deadLetters = new Queue(
    `account-event-dead-letters-${region}`,
    {
      ...shared,
      name: awsNames.accountEventDeadLetters,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [queueArn] }),
    },
    { provider },
  );
  const queue = new Queue(
    `account-events-${region}`,
    {
      ...shared,
      name: awsNames.accountEvents,
      receiveWaitTimeSeconds: 20,
      // The consumer only writes an operation to the database; a minute is ample, and a dead consumer's messages return soon.
      visibilityTimeoutSeconds: 60,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetterArn, maxReceiveCount: 5 }),
    },
    { provider, dependsOn: [deadLetters] },
  );
  const rule = new EventRule(
    `account-events-${region}`,
    {
      region,
      name: awsNames.accountEvents,
      description: "New accounts of the organization, for Bulwark",
      eventPattern: JSON.stringify(ACCOUNT_EVENT_PATTERN),
      // Said, because the provider keeps whatever is there where a program says nothing: a rule that was disabled would stay so.
      state: "ENABLED",
      tags: TAGS,
    },
    { provider },
  );
  const policies = [
    { label: "account-events", queue, queueArn },
    { label: "account-event-dead-letters", queue: deadLetters, queueArn: deadLetterArn },
  ].map(
    (target) =>
      new QueuePolicy(
        `${target.label}-policy-${region}`,
        { region, queueUrl: target.queue.url, policy: JSON.stringify(fromRuleOnly(target.queueArn, ruleArn)) },
        { provider },
      ),
  );
  new EventTarget(
    `account-events-target-${region}`,
    { region, rule: rule.name, targetId: "queue", arn: queueArn, deadLetterConfig: { arn: deadLetterArn } },
    { provider, dependsOn: [rule, queue, deadLetters, ...policies] },
  );
  return { queueUrl: queue.url, queueArn, region };
}

function fromRuleOnly(queueArn: string, ruleArn: string) {
  return policyDocument(
    {
      Sid: "FromRule",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: ["sqs:SendMessage"],
      Resource: [queueArn],
      Condition: { ArnEquals: { "aws:SourceArn": ruleArn } },
    },
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: ["sqs:*"],
      Resource: [queueArn],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  );
}
