import { type Answered, type Asking, find, refused, unlessLost } from "./holding.ts";
import { UNFINISHED } from "./ledger.ts";
import { end, type Responder } from "./responder.ts";
import { shelfOf } from "./shelf.ts";
import { publishIfPossible } from "./telling.ts";
import { LEASE } from "./times.ts";

/**
 * Sets an incident aside, and its finding in Security Hub with it: until a person lifts that there, asks for a change, or a finding is made after
 * it. Throws where it could not end: it is asked again then.
 */
export async function suppress(responder: Responder, id: string, { who, request }: Asking): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry, about } = found;
  const why = `suppressed by ${who}`;
  if (entry.state === "suppressed")
    return { kind: "done", id, state: entry.state, why: `incident ${id} is suppressed` };
  const isUnderWay = [...UNFINISHED, "approved", "undoing", "repairing"].includes(entry.state);
  if (isUnderWay) return refused(`incident ${id} is being changed: ask again when that has ended`);
  if (shelfOf(entry.state) === "closed") return refused(`incident ${id} needs nobody: it is ${entry.state}`);
  const taken = await unlessLost(() => responder.ledger.hold(entry, responder.now(), LEASE));
  if (taken === undefined) return { kind: "busy" };
  return end(responder, taken, about.finding, { state: "suppressed", why, by: who, workflow: "SUPPRESSED", request });
}

/** Says that a person looks after an incident: nobody else is called. The first who says so does. */
export async function acknowledge(responder: Responder, id: string, { who, request }: Asking): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry, about } = found;
  if (shelfOf(entry.state) === "closed") return refused(`incident ${id} needs nobody: it is ${entry.state}`);
  if (entry.acknowledged !== null) return refused(`${entry.acknowledged.by} looks after incident ${id} already`);
  const now = responder.now();
  const why = `acknowledged by ${who}`;
  const step = { at: now.toISOString(), why, by: who, ...(request === undefined ? {} : { request }) };
  const noted = await unlessLost(() => responder.ledger.note(entry, step, now, { by: who, at: step.at }));
  if (noted === undefined) return { kind: "busy" };
  await publishIfPossible(responder, noted, about);
  return { kind: "done", id, state: entry.state, why };
}
