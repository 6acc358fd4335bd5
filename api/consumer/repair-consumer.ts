import { z } from "zod";
import { RepairMessage } from "../../remediation/response/repair-message.ts";
import { adminStack } from "../operations/operation.ts";
import { findStack } from "../store/stacks.ts";
import type { EventQueueAddress, OpenEventQueue } from "./event-queue.ts";
import { type Consumer, startQueueConsumer } from "./queue-consumer.ts";
import { type RepairOptions, receiveRepair } from "./receive-repair.ts";

export interface RepairConsumerOptions extends RepairOptions {
  readonly open: OpenEventQueue;
  /** Where the queue is, beside the ledger of incidents. */
  readonly homeRegion: string;
}

const Deployed = z.object({ repairsQueueUrl: z.string().min(1) });

/** Takes repairs that the responder asks for; begins when the admin stack has a response, whose outputs name the queue. */
export function startRepairConsumer(options: RepairConsumerOptions): Consumer {
  const { open, logger } = options;
  return startQueueConsumer({
    words: { one: "a request for a repair", many: "requests for repairs" },
    ...{ open, logger, find: () => findAddress(options) },
    async take(body) {
      await receiveRepair(options, parseRepair(body));
    },
  });
}

/** Reads the body of a message. Throws what is wrong, and nothing that the message says: it is left for the dead-letter queue. Pure. */
export function parseRepair(body: string): RepairMessage {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Error("reading a request for a repair: the body is not JSON");
  }
  const parsed = RepairMessage.safeParse(value);
  if (parsed.success) return parsed.data;
  const wrong = [...new Set(parsed.error.issues.map(({ path }) => path.join(".") || "body"))].join(", ");
  throw new Error(`reading a request for a repair: wrong in ${wrong}`);
}

async function findAddress({ db, homeRegion }: RepairConsumerOptions): Promise<EventQueueAddress | undefined> {
  const admin = await findStack(db, adminStack);
  if (admin?.deployedAt == null) return undefined;
  const queueUrl = Deployed.safeParse(admin.outputs?.response).data?.repairsQueueUrl;
  return queueUrl === undefined ? undefined : { queueUrl, region: homeRegion };
}
