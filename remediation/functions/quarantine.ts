import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Characters of a reason, and of a message without its reason: SQS takes 1 MiB of both (Amazon SQS Developer Guide, "Amazon SQS message quotas"). */
const LONGEST_REASON = 500;
const LONGEST_BODY = 1_000_000;

/** Keeps what nobody can ever work on where a person looks, with the reason and from whom. Rejects where it can't. */
export function quarantine(
  sqs: SQSClient,
  QueueUrl: string,
  from: string,
): (body: string, why: string) => Promise<void> {
  const attribute = (text: string) => ({ DataType: "String", StringValue: text });
  return async (body, why) => {
    // What is no XML character is refused by SQS in an attribute.
    const reason = why.replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/gu, "?").slice(0, LONGEST_REASON) || "unknown";
    await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: body.slice(0, LONGEST_BODY) || "(empty)",
        MessageAttributes: { reason: attribute(reason), from: attribute(from) },
      }),
    );
  };
}
