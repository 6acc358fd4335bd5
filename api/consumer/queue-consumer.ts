import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { EventMessage, EventQueue, EventQueueAddress, OpenEventQueue } from "./event-queue.ts";

/** What is taken from a queue, and where that is. */
export interface QueueConsumerOptions {
  /** One of the messages in words, and many of them: "an account event", "account events". */
  readonly words: { readonly one: string; readonly many: string };
  readonly open: OpenEventQueue;
  /** Where the queue is now; undefined where there is none yet, or none any more. */
  readonly find: () => Promise<EventQueueAddress | undefined>;
  /** Resolves when what the message started is committed. Rejects where it can't be read, or not be decided yet. */
  readonly take: (body: string) => Promise<void>;
  readonly logger: Logger;
  /** Pause before a queue is looked for again, in milliseconds. */
  readonly lookEveryMs?: number | undefined;
}

/** Takes messages from a queue until stopped. */
export interface Consumer {
  stop(): Promise<void>;
}

const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** Starts at once; begins to receive when there is a queue. */
export function startQueueConsumer(options: QueueConsumerOptions): Consumer {
  const stopping = new AbortController();
  const ended = consume(options, stopping.signal).catch((error) => {
    if (!stopping.signal.aborted) options.logger.error({ err: error }, `the consumer of ${options.words.many} ended`);
  });
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

async function consume(options: QueueConsumerOptions, signal: AbortSignal): Promise<void> {
  const { words, logger, find, open, lookEveryMs = 1_000 } = options;
  let address: EventQueueAddress | undefined;
  let queue: EventQueue | undefined;
  let pauseMs = firstPauseMs;
  try {
    while (!signal.aborted) {
      try {
        const current = await find();
        if (current?.queueUrl !== address?.queueUrl) {
          queue?.close();
          queue = current === undefined ? undefined : open(current);
          address = current;
          if (current !== undefined) logger.info({ queueUrl: current.queueUrl }, `listening for ${words.many}`);
        }
        if (queue === undefined) {
          await sleep(lookEveryMs, undefined, { signal });
          continue;
        }
        for (const message of await queue.receive(signal)) await take(options, queue, message);
        pauseMs = firstPauseMs;
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ err: error, pauseMs }, `receiving ${words.many} failed, trying again`);
        await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  } finally {
    queue?.close();
  }
}

/**
 * A message is removed only when what it started is committed. One that can't be read or decided stays: SQS delivers it
 * again, and after its attempts moves it to the dead-letter queue.
 */
async function take(
  { words, logger, take: work }: QueueConsumerOptions,
  queue: EventQueue,
  message: EventMessage,
): Promise<void> {
  try {
    await work(message.body);
    await queue.remove(message.receipt);
  } catch (error) {
    logger.warn({ err: error }, `${words.one} was left in the queue`);
  }
}
