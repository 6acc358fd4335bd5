import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { adminStack } from "../operations/operation.ts";
import { findStack } from "../store/stacks.ts";
import { parseAccountEvent } from "./account-event.ts";
import type { EventMessage, EventQueue, EventQueueAddress, OpenEventQueue } from "./event-queue.ts";
import { type EventOutcome, type ReceiveOptions, receiveEvent } from "./receive-event.ts";

export interface ConsumerOptions extends ReceiveOptions {
  readonly open: OpenEventQueue;
  readonly onOutcome: (outcome: EventOutcome | "refused") => void;
  /** Pause before the admin stack's outputs are looked at again, in milliseconds. */
  readonly lookEveryMs?: number;
}

/** Takes account events from the queue until stopped. */
export interface Consumer {
  stop(): Promise<void>;
}

const Address = z.object({ queueUrl: z.string().min(1), region: z.string().min(1) });
const firstPauseMs = 500;
const longestPauseMs = 30_000;

/** Starts at once; begins to receive when the admin stack, whose outputs name the queue, is deployed. */
export function startConsumer(options: ConsumerOptions): Consumer {
  const stopping = new AbortController();
  const ended = consume(options, stopping.signal).catch((error) => {
    if (!stopping.signal.aborted) options.logger.error({ err: error }, "the consumer of account events ended");
  });
  return {
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

async function consume(options: ConsumerOptions, signal: AbortSignal): Promise<void> {
  let address: EventQueueAddress | undefined;
  let queue: EventQueue | undefined;
  let pauseMs = firstPauseMs;
  try {
    while (!signal.aborted) {
      try {
        const current = await findAddress(options);
        if (current?.queueUrl !== address?.queueUrl) {
          queue?.close();
          queue = current === undefined ? undefined : options.open(current);
          address = current;
          if (current !== undefined)
            options.logger.info({ queueUrl: current.queueUrl }, "listening for account events");
        }
        if (queue === undefined) {
          await sleep(options.lookEveryMs ?? 1_000, undefined, { signal });
          continue;
        }
        for (const message of await queue.receive(signal)) await take(options, queue, message);
        pauseMs = firstPauseMs;
      } catch (error) {
        if (signal.aborted) return;
        options.logger.warn({ err: error, pauseMs }, "receiving account events failed, trying again");
        await sleep(pauseMs * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
        pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      }
    }
  } finally {
    queue?.close();
  }
}

async function findAddress({ db }: ConsumerOptions): Promise<EventQueueAddress | undefined> {
  const admin = await findStack(db, adminStack);
  if (admin?.deployedAt == null) return undefined;
  return Address.safeParse(admin.outputs?.accountEvents).data;
}

/**
 * A message is removed only when what it started is committed. One that can't be read or decided stays: SQS delivers it
 * again, and after its attempts moves it to the dead-letter queue.
 */
async function take(options: ConsumerOptions, queue: EventQueue, message: EventMessage): Promise<void> {
  try {
    const outcome = await receiveEvent(options, parseAccountEvent(message.body));
    options.onOutcome(outcome);
    await queue.remove(message.receipt);
  } catch (error) {
    options.onOutcome("refused");
    options.logger.warn({ err: error }, "an account event was left in the queue");
  }
}
