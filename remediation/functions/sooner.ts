import { ChangeMessageVisibilityCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";

/** Seconds after which a message first comes again, and at most: each time it has come doubles the wait. */
const FIRST = 2;
const LONGEST = 360;

/** What becomes of messages that failed before SQS gives them again. */
export type Later = (event: SQSEvent, answer: SQSBatchResponse) => Promise<SQSBatchResponse>;

/**
 * What failed comes again soon at first and seldom later, and not as late as the queue hides what a function has taken: mostly another
 * was at the same incident for a moment. Where that can't be said, it comes again as late as the queue says.
 */
export function sooner(sqs: SQSClient): Later {
  const hide = async (record: SQSRecord): Promise<void> => {
    const VisibilityTimeout = waitOf(record);
    const { receiptHandle: ReceiptHandle } = record;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: urlOf(record), ReceiptHandle, VisibilityTimeout }));
  };
  return async ({ Records }, answer) => {
    const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    await Promise.allSettled(Records.filter(({ messageId }) => failed.has(messageId)).map(hide));
    return answer;
  };
}

function waitOf({ attributes }: SQSRecord): number {
  const times = Math.max(1, Number(attributes.ApproximateReceiveCount) || 1);
  return Math.min(LONGEST, FIRST * 2 ** Math.min(times - 1, 10));
}

/** The URL follows from the ARN (Amazon SQS Developer Guide, "Amazon SQS queue and message identifiers"). */
function urlOf({ eventSourceARN }: SQSRecord): string {
  const [, partition, , region, accountId, name] = eventSourceARN.split(":");
  const suffix = partition === "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
  return `https://sqs.${region}.${suffix}/${accountId}/${name}`;
}
