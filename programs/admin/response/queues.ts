import { Queue } from "@pulumi/aws/sqs/queue.js";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy.js";
import type { Output, Resource } from "@pulumi/pulumi";
import { awsNames, TAGS } from "../../names.ts";
import { fedByTopics, tlsOnlyPolicy } from "../alerts/policies.ts";
import type { AdminStack } from "../stack.ts";
import { FORWARDER_QUEUES, type ResponsePlace, type ResponseQueue } from "./place.ts";

const DAY = 24 * 60 * 60;
/** SQS's longest, for what is on its way and for what a person has to look at. */
const RETENTION = 14 * DAY;
/** Six times the longest that a function works on a batch (AWS Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping"). */
const VISIBILITY = 6 * 60;
/** SQS's most. A receiver that is down for days loses nothing: what no receiver will ever take is quarantined by the functions themselves. */
const RECEIVES = 1000;
/** The service only writes an operation to its database: what it could not take in so often, over two hours, is for a person. */
const RECEIVES_OF_REPAIRS = 20;

/** Those that are always there. */
type OwnQueue = Exclude<ResponseQueue, (typeof FORWARDER_QUEUES)[number]>;

/**
 * The queues of the response, each with dead letters but the quarantine, which is where a person looks.
 *
 * @param fedBy ARNs of the topics of each forwarder's queue, of the forwarders that are there
 */
export function responseQueues(
  stack: AdminStack,
  place: ResponsePlace,
  keyArn: Output<string>,
  fedBy: Readonly<Partial<Record<ResponseQueue, readonly string[]>>>,
): { readonly queues: Readonly<Record<OwnQueue, Queue>>; readonly ready: readonly Resource[] } {
  const { security: provider } = stack;
  const { region } = place;
  const shared = { region, kmsMasterKeyId: keyArn, kmsDataKeyReusePeriodSeconds: 300, tags: TAGS };
  const ready: Resource[] = [];
  const make = (name: ResponseQueue): Queue => {
    const label = `response-queue-${name}`;
    const made = { ...shared, messageRetentionSeconds: RETENTION };
    const hasDeadLetters = name !== "quarantine";
    const deadLetters = hasDeadLetters
      ? new Queue(
          `${label}-dead-letters-${region}`,
          {
            ...made,
            name: awsNames.alertDeadLetters(name),
            redriveAllowPolicy: JSON.stringify({
              redrivePermission: "byQueue",
              sourceQueueArns: [place.queue(name)],
            }),
          },
          { provider },
        )
      : undefined;
    const queue = new Queue(
      `${label}-${region}`,
      {
        ...made,
        name: awsNames.responseQueue(name),
        receiveWaitTimeSeconds: 20,
        visibilityTimeoutSeconds: VISIBILITY,
        ...(deadLetters === undefined
          ? {}
          : {
              redrivePolicy: JSON.stringify({
                deadLetterTargetArn: place.deadLetters(name),
                maxReceiveCount: name === "repairs" ? RECEIVES_OF_REPAIRS : RECEIVES,
              }),
            }),
      },
      { provider, dependsOn: deadLetters === undefined ? [] : [deadLetters] },
    );
    const from = fedBy[name] ?? [];
    const queueArn = place.queue(name);
    const document = from.length === 0 ? tlsOnlyPolicy(queueArn) : fedByTopics(queueArn, from);
    ready.push(
      new QueuePolicy(
        `${label}-policy-${region}`,
        { region, queueUrl: queue.url, policy: JSON.stringify(document) },
        { provider },
      ),
    );
    return queue;
  };
  const queues = { requests: make("requests"), repairs: make("repairs"), quarantine: make("quarantine") };
  for (const name of FORWARDER_QUEUES) if (fedBy[name] !== undefined) make(name);
  return { queues, ready };
}
