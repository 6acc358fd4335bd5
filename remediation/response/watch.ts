import type { Answered } from "./holding.ts";
import { attendRepair } from "./repairing.ts";
import { expire } from "./requests.ts";
import type { Responder } from "./responder.ts";
import type { Waiting } from "./shelf.ts";
import { publish } from "./telling.ts";
import { QUESTION_LASTS } from "./times.ts";
import { partOf } from "./turns.ts";

/** Incidents of one tick and kind: a minute is enough for them, and what is left comes with the next. */
const MOST = 100;
/** Incidents that take turns: where so many wait for what comes slowly, those behind are looked at too. */
const LISTED = 1000;
const MINUTE = 60_000;
/** Milliseconds after which a repair can have come. */
const REPAIR_LOOK = MINUTE;

/** How a state ends that waits: after how many milliseconds it is looked at, and by what. */
const ENDS: Readonly<
  Partial<Record<Waiting, { after: number; attend(responder: Responder, id: string): Promise<Answered> }>>
> = {
  asked: { after: QUESTION_LASTS, attend: expire },
  repairing: { after: REPAIR_LOOK, attend: attendRepair },
};

/** What one tick did. */
export interface Ticked {
  /** Incidents whose wait has ended. */
  readonly attended: number;
  readonly published: number;
  /** Incidents whose wait goes on, because what they wait for can't be looked at: each with the reason. */
  readonly unseen: readonly string[];
}

/**
 * Does what is due by time alone: publishes what was kept and not published, and ends what has waited long enough. One that fails hides no other;
 * throws all errors together then, and the next tick tries again.
 */
export async function tick(responder: Responder): Promise<Ticked> {
  const { ledger, now } = responder;
  const errors: unknown[] = [];
  const unseen: string[] = [];
  const each = async (ids: readonly string[], what: string, act: (id: string) => Promise<boolean>) => {
    let done = 0;
    for (const id of ids) {
      try {
        if (await act(id)) done++;
      } catch (error) {
        errors.push(new Error(`${what} incident ${id}: ${String(error)}`, { cause: error }));
      }
    }
    return done;
  };
  let attended = 0;
  for (const state of Object.keys(ENDS) as Waiting[]) {
    const end = ENDS[state];
    if (end === undefined) continue;
    // One that is over at this moment is over: the index is asked for what is before.
    const before = new Date(now().getTime() - end.after + 1);
    const waiting = await ledger.waiting(state, before, LISTED);
    const ids = partOf(waiting, MOST, Math.trunc(now().getTime() / MINUTE));
    attended += await each(ids, `ending the wait (${state}) of`, async (id) => {
      const answer = await end.attend(responder, id);
      if (answer.kind === "again") unseen.push(`incident ${id}: ${answer.why}`);
      const entry = await ledger.get(id);
      if (entry === undefined || entry.state === state) return false;
      // It has gone on to a state of which nobody hears: it does not wait any more.
      await ledger.published(id, entry.version, entry.state);
      return true;
    });
  }
  const published = await each(await ledger.untold(MOST), "publishing", async (id) => {
    const entry = await ledger.get(id);
    if (entry !== undefined) await publish(responder, entry);
    return true;
  });
  if (errors.length > 0) throw new AggregateError(errors, `the watch: ${errors.map(String).join("; ")}`);
  return { attended, published, unseen };
}
