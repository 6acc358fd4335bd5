import { Queue } from "@pulumi/aws/sqs/queue.js";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy.js";
import { awsNames, TAGS } from "../../names.ts";
import type { AdminStack } from "../stack.ts";
import type { AlertKeys } from "./keys.ts";
import type { AlertPlace, WayOfFindings } from "./place.ts";
import { queuePolicy } from "./policies.ts";

/** A queue and where what nobody could work on ends, both ready to take what rules send. */
export interface ReadyQueue {
  readonly queue: Queue;
  readonly deadLetters: Queue;
  readonly policies: readonly QueuePolicy[];
}

const DAY = 24 * 60 * 60;
/** SQS's longest: dead letters wait for a person. Their age counts from when they were first sent. */
const DEAD_LETTER_RETENTION = 14 * DAY;
/** Six times a Lambda's longest work on a batch, as Lambda wants it (AWS Lambda Developer Guide, "Using Lambda with Amazon SQS"). */
const VISIBILITY = 6 * 60;
/** SQS's most. A receiver that is down for days loses nothing: what nobody can ever work on is quarantined by the functions themselves. */
const RECEIVES = 1000;

/** The queue of one way; its rules, by name, are the only ones that may send to it and to its dead letters. */
export function alertQueue(
  { inputs, security: provider }: AdminStack,
  place: AlertPlace,
  keys: AlertKeys,
  way: WayOfFindings,
  rules: readonly string[],
): ReadyQueue {
  const { region } = place;
  const shared = { region, kmsMasterKeyId: keys.chain.arn, kmsDataKeyReusePeriodSeconds: 300, tags: TAGS };
  const deadLetters = new Queue(
    `alert-${way}-dead-letters-${region}`,
    {
      ...shared,
      name: awsNames.alertDeadLetters(way),
      messageRetentionSeconds: DEAD_LETTER_RETENTION,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [place.queue(way)] }),
    },
    { provider },
  );
  const queue = new Queue(
    `alert-${way}-${region}`,
    {
      ...shared,
      name: awsNames.alertQueue(way),
      receiveWaitTimeSeconds: 20,
      visibilityTimeoutSeconds: VISIBILITY,
      messageRetentionSeconds: inputs.features.alerts.messageRetentionDays * DAY,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: place.deadLetters(way), maxReceiveCount: RECEIVES }),
    },
    { provider, dependsOn: [deadLetters] },
  );
  const allowed = rules.map((rule) => place.rule(rule));
  const policies = [
    { label: way, url: queue.url, arn: place.queue(way) },
    { label: `${way}-dead-letters`, url: deadLetters.url, arn: place.deadLetters(way) },
  ].map(
    ({ label, url, arn }) =>
      new QueuePolicy(
        `alert-${label}-policy-${region}`,
        { region, queueUrl: url, policy: JSON.stringify(queuePolicy(arn, allowed)) },
        { provider },
      ),
  );
  return { queue, deadLetters, policies };
}
