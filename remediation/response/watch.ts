import { type Publisher, publishUntold } from "./publish.ts";
import { expire, QUESTION_LASTS } from "./requests.ts";
import type { Responder } from "./responder.ts";

/** Open incidents that are looked at for questions in one go. */
const PAGE = 100;
const PAGES = 10;

/**
 * Looks after what no message does: publishes what was kept and is not known to be published, and closes questions that nobody has answered in
 * time. One failure keeps no other; throws what failed together.
 */
export async function watch(
  responder: Responder,
  publisher: Publisher,
): Promise<{ readonly published: number; readonly expired: number }> {
  const failures: unknown[] = [];
  let expired = 0;
  let next: string | undefined;
  for (let page = 0; page < PAGES; page++) {
    const listed = await responder.ledger.list("open", PAGE, next);
    const over = listed.items.filter(
      ({ state, since }) => state === "asked" && responder.now().getTime() >= Date.parse(since) + QUESTION_LASTS,
    );
    for (const { id } of over) {
      try {
        if ((await expire(responder, id)).kind === "done") expired++;
      } catch (error) {
        failures.push(error);
      }
    }
    next = listed.next;
    if (next === undefined) break;
  }
  const published = await publishUntold(publisher).catch((error: unknown) => {
    failures.push(error);
    return 0;
  });
  if (failures.length > 0) throw new AggregateError(failures, `watching incidents: ${failures.map(String).join("; ")}`);
  return { published, expired };
}
