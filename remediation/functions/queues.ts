import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { RepairMessage } from "../response/repair-message.ts";
import type { RequestMessage } from "../response/request-message.ts";

/** Characters of a reason beside a body that may fill the message nearly (Amazon SQS API reference, SendMessage: 1 MiB with all attributes). */
const LONGEST_REASON = 1000;

/** Keeps what nothing can be made of, with the reason, where a person looks. Rejects where it can't: it comes again, and goes to the dead letters. */
export type Quarantine = (body: string, why: string) => Promise<void>;

/** The quarantine: messages as they came, with `reason` and `function` as attributes. */
export function quarantine(client: SQSClient, QueueUrl: string, functionName: string): Quarantine {
  const text = (StringValue: string) => ({ DataType: "String", StringValue });
  return async (body, why) => {
    const reason = why.slice(0, LONGEST_REASON) || "no reason is known";
    await sending("the quarantine", () =>
      client.send(
        new SendMessageCommand({
          QueueUrl,
          MessageBody: body || "(an empty message)",
          MessageAttributes: { reason: text(reason), function: text(functionName) },
        }),
      ),
    );
  };
}

/** Puts people's requests into the queue of requests. */
export function requestSender(client: SQSClient, QueueUrl: string): (request: RequestMessage) => Promise<void> {
  return async (request) => {
    const MessageBody = JSON.stringify(request);
    await sending("the queue of requests", () => client.send(new SendMessageCommand({ QueueUrl, MessageBody })));
  };
}

/** Puts what the service shall deploy again into the queue of repairs. */
export function repairSender(client: SQSClient, QueueUrl: string): (message: RepairMessage) => Promise<void> {
  return async (message) => {
    const MessageBody = JSON.stringify(message);
    await sending("the queue of repairs", () => client.send(new SendMessageCommand({ QueueUrl, MessageBody })));
  };
}

async function sending(where: string, send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    throw new Error(`sending to ${where}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
