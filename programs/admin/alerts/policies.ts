import { type PolicyDocument, policyDocument, type Statement } from "../../bootstrap/policy-document.ts";
import type { AdminInputs } from "../../inputs.ts";
import { awsNames } from "../../names.ts";
import { arn, type Partition } from "../../partition.ts";
import type { AlertPlace } from "./place.ts";

/** What a service needs to put something into an encrypted topic or queue, and SNS and SQS to hand it on. */
const USE_OF_KEY = ["kms:Decrypt", "kms:GenerateDataKey*"];

function keyPolicy({ partition, accounts }: AdminInputs, ...more: readonly Statement[]): PolicyDocument {
  return keyPolicyOf(partition, accounts.security, ...more);
}

function keyPolicyOf(partition: Partition, accountId: string, ...more: readonly Statement[]): PolicyDocument {
  return policyDocument(
    {
      // Without it, nobody could ever change the key's policy again (AWS KMS Developer Guide, "Default key policy").
      Sid: "Account",
      Effect: "Allow",
      Principal: { AWS: arn(partition, "iam", "", accountId, "root") },
      Action: ["kms:*"],
      Resource: ["*"],
    },
    ...more,
  );
}

/**
 * No `aws:SourceAccount` or `aws:SourceArn`: AWS does not support them from EventBridge to encrypted topics (Amazon SNS Developer
 * Guide, "Managing Amazon SNS encryption keys"), and every alert would be dropped. Queues say themselves whose events they take.
 */
function usedBy(services: readonly string[]): Statement {
  return {
    Sid: "Services",
    Effect: "Allow",
    Principal: { Service: services },
    Action: USE_OF_KEY,
    Resource: ["*"],
  };
}

/** The policy of a queue that takes what these topics send, and nothing else from services. */
export function fedByTopics(queueArn: string, topicArns: readonly string[]): PolicyDocument {
  return fedBy("FromTopics", "sns.amazonaws.com", queueArn, topicArns);
}

/** The policy of a queue that only this account's own roles use, by rights of theirs. */
export function tlsOnlyPolicy(queueArn: string): PolicyDocument {
  return policyDocument(tlsOnly("sqs:*", queueArn));
}

/** The same of a topic. */
export function ownTopicPolicy(topicArn: string): PolicyDocument {
  return policyDocument(tlsOnly("sns:Publish", topicArn));
}

/** Lets CloudWatch Logs encrypt these log groups (CloudWatch Logs User Guide, "Encrypt log data using AWS KMS"). */
function logsOf({ partition }: AdminInputs, place: AlertPlace): Statement {
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return {
    Sid: "Logs",
    Effect: "Allow",
    Principal: { Service: `logs.${place.region}.${suffix}` },
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
    Resource: ["*"],
    Condition: {
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": [place.logGroup("sns/*"), place.logGroup(awsNames.functionLog("*"))],
      },
    },
  };
}

/** The policy of the key of the chain: its topics, queues and logs. */
export function chainKeyPolicy(inputs: AdminInputs, place: AlertPlace): PolicyDocument {
  return keyPolicy(inputs, usedBy(["events.amazonaws.com", "sns.amazonaws.com"]), logsOf(inputs, place));
}

/** The policy of a key of topics to which EventBridge sends, in an account. */
export function topicKeyPolicy(partition: Partition, accountId: string): PolicyDocument {
  return keyPolicyOf(partition, accountId, usedBy(["events.amazonaws.com"]));
}

/** The policy of the key of the topic that tells of the chain. */
export function watchKeyPolicy(inputs: AdminInputs): PolicyDocument {
  return keyPolicy(inputs, usedBy(["cloudwatch.amazonaws.com"]));
}

/**
 * The policy of a topic for findings. EventBridge gives no context to conditions of topic policies ("You can't use Condition blocks in
 * Amazon SNS topic policies for EventBridge", EventBridge User Guide, "Using resource-based policies").
 */
export function findingTopicPolicy(topicArn: string): PolicyDocument {
  return policyDocument(
    {
      Sid: "FromEventBus",
      Effect: "Allow",
      Principal: { Service: "events.amazonaws.com" },
      Action: ["sns:Publish"],
      Resource: [topicArn],
    },
    tlsOnly("sns:Publish", topicArn),
  );
}

/** The policy of the topic to which the alarms of this account and region are sent. */
export function operationsTopicPolicy(place: AlertPlace): PolicyDocument {
  const topicArn = place.topic("operations");
  return policyDocument(
    {
      Sid: "FromAlarms",
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: ["sns:Publish"],
      Resource: [topicArn],
      Condition: {
        ArnLike: { "aws:SourceArn": place.alarm("bulwark-*") },
        StringEquals: { "aws:SourceAccount": place.accountId },
      },
    },
    tlsOnly("sns:Publish", topicArn),
  );
}

/** The policy of a queue that takes what these rules send, and nothing else. */
export function queuePolicy(queueArn: string, ruleArns: readonly string[]): PolicyDocument {
  return fedBy("FromRules", "events.amazonaws.com", queueArn, ruleArns);
}

function fedBy(Sid: string, service: string, queueArn: string, sources: readonly string[]): PolicyDocument {
  return policyDocument(
    {
      Sid,
      Effect: "Allow",
      Principal: { Service: service },
      Action: ["sqs:SendMessage"],
      Resource: [queueArn],
      Condition: { ArnEquals: { "aws:SourceArn": sources } },
    },
    tlsOnly("sqs:*", queueArn),
  );
}

function tlsOnly(action: string, resource: string): Statement {
  return {
    Sid: "TlsOnly",
    Effect: "Deny",
    Principal: "*",
    Action: [action],
    Resource: [resource],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  };
}

/** Lets a service assume a role, for this account's sake where the service says for whose. */
export function assumedBy(service: string, ofAccount?: string): PolicyDocument {
  return policyDocument({
    Sid: "Service",
    Effect: "Allow",
    Principal: { Service: service },
    Action: ["sts:AssumeRole"],
    ...(ofAccount === undefined ? {} : { Condition: { StringEquals: { "aws:SourceAccount": ofAccount } } }),
  });
}

/** Lets SNS write how deliveries went (Amazon SNS Developer Guide, "Amazon SNS message delivery status"). */
export function deliveryLogPolicy(place: AlertPlace): PolicyDocument {
  return policyDocument({
    Sid: "DeliveryLogs",
    Effect: "Allow",
    Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: [place.logGroup("sns/*")],
  });
}

/** Lets the schedule import the synthetic finding: under the account's own product, of which there is one. */
export function heartbeatPolicy(productArn: string): PolicyDocument {
  return policyDocument({
    Sid: "Heartbeat",
    Effect: "Allow",
    Action: ["securityhub:BatchImportFindings"],
    Resource: [productArn],
  });
}
