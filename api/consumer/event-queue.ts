import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { AwsCredentialIdentityProvider } from "@smithy/types";

export interface EventMessage {
  readonly body: string;
  readonly receipt: string;
}

/** A queue that holds what the service is to take in: the organization's account events, or requests for repairs. */
export interface EventQueue {
  /** Waits up to 20 s for messages. */
  receive(signal: AbortSignal): Promise<readonly EventMessage[]>;
  remove(receipt: string): Promise<void>;
  close(): void;
}

/** Where the admin stack says that the queue is. */
export interface EventQueueAddress {
  readonly queueUrl: string;
  readonly region: string;
}

export type OpenEventQueue = (address: EventQueueAddress) => EventQueue;

/** Opens SQS queues with credentials that renew themselves. */
export function createOpenEventQueue(
  credentials: AwsCredentialIdentityProvider,
  endpoint: string | undefined,
): OpenEventQueue {
  return ({ queueUrl, region }) => {
    const client = new SQSClient({
      region,
      credentials,
      ...(endpoint === undefined ? {} : { endpoint, useQueueUrlAsEndpoint: false }),
    });
    return {
      async receive(abortSignal) {
        const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 20 });
        const { Messages } = await client.send(command, { abortSignal });
        return (Messages ?? []).map(({ Body, ReceiptHandle }) => ({ body: Body ?? "", receipt: ReceiptHandle ?? "" }));
      },
      async remove(receipt) {
        await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receipt }));
      },
      close: () => client.destroy(),
    };
  };
}
