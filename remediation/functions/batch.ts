import { BatchProcessor, EventType, processPartialResponse } from "@aws-lambda-powertools/batch";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { type FunctionLog, reasonOf } from "./log.ts";

/**
 * Works on the records of a batch, a few at once. Those whose work rejects are reported, and SQS gives them again; each is logged by its message id and
 * reason.
 */
export async function workOn(
  event: SQSEvent,
  work: (record: SQSRecord) => Promise<void>,
  { atOnce, log }: { readonly atOnce: number; readonly log: FunctionLog },
): Promise<SQSBatchResponse> {
  const turn = turns(atOnce);
  const logged = (record: SQSRecord) =>
    turn(async () => {
      try {
        await work(record);
      } catch (error) {
        log.info("a message comes again", { messageId: record.messageId, reason: reasonOf(error) });
        throw error;
      }
    });
  return await processPartialResponse(event, logged, new BatchProcessor(EventType.SQS), {
    processInParallel: true,
    throwOnFullBatchFailure: false,
  });
}

/** Lets so many acts run at once; the others wait for their turn, in order. */
function turns(atOnce: number): <Answer>(act: () => Promise<Answer>) => Promise<Answer> {
  let free = atOnce;
  const waiting: (() => void)[] = [];
  return async (act) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await act();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
