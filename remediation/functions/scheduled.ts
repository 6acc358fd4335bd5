import type { SQSEvent } from "aws-lambda";
import { z } from "zod";

/** What a function gets that has a queue and a schedule. */
export type Given<Kind extends string> =
  | { readonly kind: "messages"; readonly event: SQSEvent }
  | { readonly kind: Kind };

/** Messages of the queue, or the schedule's word. Throws where it is neither: somebody called the function by hand. */
export function givenTo<const Kind extends string>(event: unknown, word: Kind): Given<Kind> {
  if (z.object({ kind: z.literal(word) }).safeParse(event).success) return { kind: word };
  const messages = z.object({ Records: z.array(z.looseObject({ eventSource: z.literal("aws:sqs") })) });
  if (messages.safeParse(event).success) return { kind: "messages", event: event as SQSEvent };
  throw new Error(`reading the function's event: it is neither messages of a queue nor {"kind":"${word}"}`);
}
