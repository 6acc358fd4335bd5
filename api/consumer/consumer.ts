import { z } from "zod";
import { adminStack } from "../operations/operation.ts";
import { findStack } from "../store/stacks.ts";
import { parseAccountEvent } from "./account-event.ts";
import type { EventQueueAddress, OpenEventQueue } from "./event-queue.ts";
import { type Consumer, startQueueConsumer } from "./queue-consumer.ts";
import { type EventOutcome, type ReceiveOptions, receiveEvent } from "./receive-event.ts";

export interface ConsumerOptions extends ReceiveOptions {
  readonly open: OpenEventQueue;
  readonly onOutcome: (outcome: EventOutcome | "refused") => void;
}

const Address = z.object({ queueUrl: z.string().min(1), region: z.string().min(1) });

/** Takes account events from the queue; begins when the admin stack, whose outputs name the queue, is deployed. */
export function startConsumer(options: ConsumerOptions): Consumer {
  const { open, logger, onOutcome } = options;
  return startQueueConsumer({
    words: { one: "an account event", many: "account events" },
    ...{ open, logger, find: () => findAddress(options) },
    async take(body) {
      let outcome: EventOutcome | "refused" = "refused";
      try {
        outcome = await receiveEvent(options, parseAccountEvent(body));
      } finally {
        onOutcome(outcome);
      }
    },
  });
}

async function findAddress({ db }: ConsumerOptions): Promise<EventQueueAddress | undefined> {
  const admin = await findStack(db, adminStack);
  if (admin?.deployedAt == null) return undefined;
  return Address.safeParse(admin.outputs?.accountEvents).data;
}
