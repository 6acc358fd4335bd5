import type { AnyRemediation } from "../remediation.ts";
import { undo as takeBack } from "../run.ts";
import { StepError } from "../step-error.ts";
import { pursue } from "./course.ts";
import { type About, CLOSED, type Entry, type Line, LostError, type State, UNFINISHED } from "./ledger.ts";
import { BULWARK, type Ended, end, LEASE, type Responder } from "./responder.ts";

/** Milliseconds for which a question can be answered: what was found may be otherwise by then. */
export const QUESTION_LASTS = 24 * 60 * 60 * 1000;

/** What came of a person's request; what is refused changed nothing, and why is for that person. */
export type Answered = Ended | { readonly kind: "refused"; readonly why: string };

/**
 * Says yes to a question, and makes the change. Asked again where that was cut off, it goes on. Throws where it could not end: it is asked
 * again then.
 */
export async function approve(responder: Responder, id: string, who: string): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry, about, remediation } = found;
  const goesOn = entry.state === "approved" || UNFINISHED.includes(entry.state);
  if (!goesOn && entry.state !== "asked") return refused(`incident ${id} asks nothing: it is ${entry.state}`);
  if (!goesOn && isOver(responder, entry))
    return refused(`the question of incident ${id} was open until ${over(entry)}`);
  const state = goesOn ? entry.state : "approved";
  return held(responder, entry, state, `approved by ${who}`, who, (taken) =>
    pursue(responder, taken, { finding: about.finding, remediation, request: null, approvedBy: who }),
  );
}

/** Says no to a question. */
export async function reject(responder: Responder, id: string, who: string): Promise<Answered> {
  return close(responder, id, "rejected", `rejected by ${who}`, who, false);
}

/** Notes that somebody looks after an incident, so that nobody else is called. Whatever it waits for it still waits for. */
export async function acknowledge(responder: Responder, id: string, who: string): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry } = found;
  if (CLOSED.includes(entry.state)) return refused(`incident ${id} needs nobody: it is ${entry.state}`);
  const why = `${who} looks after it`;
  const done = async (): Promise<Ended> => ({ kind: "done", id, state: entry.state, why });
  return published(responder, id, held(responder, entry, entry.state, why, who, done, 0, true));
}

/** Sets an incident aside: its finding is suppressed in Security Hub, and nothing is done about it until a person undoes that there. */
export async function suppress(responder: Responder, id: string, who: string): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry, about } = found;
  if (entry.state === "suppressed") return { kind: "done", id, state: entry.state, why: "it is suppressed" };
  if (UNFINISHED.includes(entry.state) || entry.state === "undoing") {
    return refused(`incident ${id} is being changed: ask again when that has ended`);
  }
  const why = `suppressed by ${who}`;
  return held(responder, entry, entry.state, why, who, (taken) =>
    end(responder, taken, about.finding, { state: "suppressed", why, by: who, workflow: "SUPPRESSED" }),
  );
}

/** What is kept without the end of a work is published all the same; what is missed is published by who watches. */
async function published(responder: Responder, id: string, answering: Promise<Answered>): Promise<Answered> {
  const answered = await answering;
  if (answered.kind !== "refused") await responder.publish(id).catch(() => undefined);
  return answered;
}

/** Closes a question that nobody has answered in time. */
export async function expire(responder: Responder, id: string): Promise<Answered> {
  return close(responder, id, "expired", "nobody has answered in time", BULWARK, true);
}

async function close(
  responder: Responder,
  id: string,
  state: State,
  why: string,
  by: string,
  ifOver: boolean,
): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry } = found;
  if (entry.state !== "asked") return refused(`incident ${id} asks nothing: it is ${entry.state}`);
  if (ifOver && !isOver(responder, entry))
    return refused(`the question of incident ${id} is open until ${over(entry)}`);
  return published(
    responder,
    id,
    held(responder, entry, state, why, by, async () => ({ kind: "done", id, state, why }), 0),
  );
}

/**
 * Takes the last verified change back; the kill switch does not stop that. Goes on where an undo was cut off. What somebody has changed since
 * stays as it is, and is told. Afterwards nothing but a person or a new finding brings the change back.
 */
export async function undo(responder: Responder, id: string, who: string): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry, about } = found;
  if (entry.verified === 0) return refused(`incident ${id} has no verified change that could be undone`);
  const isUnderWay = entry.state === "started" || entry.state === "changed" || entry.state === "approved";
  if (isUnderWay) return refused(`incident ${id} is being changed: ask again when that has ended`);
  return held(responder, entry, "undoing", `undo asked for by ${who}`, who, (taken) =>
    giveBack(responder, taken, about, who),
  );
}

async function giveBack(responder: Responder, taken: Entry, { finding }: About, who: string): Promise<Ended> {
  const { ledger } = responder;
  let entry = taken;
  const stuck: string[] = [];
  const theirs: string[] = [];
  for (const line of await ledger.lines(entry.id, entry.verified)) {
    if (line.change === null || !["verified", "delivering", "undoing"].includes(line.state)) continue;
    const remediation = named(responder, line.remediation);
    const set = async (state: Line["state"], why: string) => {
      entry = await ledger.keep(entry, { ...line, state, why });
    };
    try {
      if (remediation === undefined) throw new Error(`there is no remediation ${line.remediation} any more`);
      const session = await responder.session(remediation, finding);
      // What an undo before this one left half done is no change of somebody else.
      const begun = line.state === "undoing";
      if (!begun) await set("undoing", `undone by ${who}`);
      await takeBack(remediation, session, line.change, begun);
      await set("undone", `undone by ${who}`);
    } catch (error) {
      if (error instanceof LostError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      // It refused before it wrote anything: nothing of this is half done.
      const isRefused = error instanceof StepError && error.step === "undo" && error.cause === undefined;
      if (isRefused) await set("verified", why);
      (isRefused ? theirs : stuck).push(why);
    }
  }
  if (stuck.length > 0) {
    return end(responder, entry, finding, {
      state: "undoing",
      why: [...stuck, ...theirs].join("; "),
      by: who,
      hold: "again",
    });
  }
  if (theirs.length > 0) {
    return end(responder, entry, finding, { state: "failed", why: theirs.join("; "), by: who, workflow: "NOTIFIED" });
  }
  const facts = { verified: 0, undoneAt: responder.now().toISOString(), attempts: 0 };
  return end(responder, entry, finding, {
    state: "undone",
    why: `undone by ${who}`,
    by: who,
    workflow: "NOTIFIED",
    facts,
  });
}

type Found =
  | { readonly kind: "found"; readonly entry: Entry; readonly about: About; readonly remediation: AnyRemediation }
  | { readonly kind: "refused"; readonly why: string };

async function find(responder: Responder, id: string): Promise<Found> {
  const entry = await responder.ledger.get(id);
  const about = await responder.ledger.about(id);
  if (entry === undefined || about === undefined) return refused(`there is no incident ${id} that was acted on`);
  const remediation = named(responder, about.remediation);
  if (remediation === undefined) return refused(`there is no remediation ${about.remediation} any more`);
  return { kind: "found", entry, about, remediation };
}

/** Does something on an incident that is as it was read, and that nobody else has. */
async function held(
  responder: Responder,
  entry: Entry,
  state: State,
  why: string,
  by: string,
  act: (taken: Entry) => Promise<Ended>,
  lease = LEASE,
  acknowledges = false,
): Promise<Answered> {
  const now = responder.now();
  let taken: Entry;
  try {
    taken = await responder.ledger.take(
      entry,
      { at: now.toISOString(), why, by, state, ...(acknowledges ? { acknowledges: true } : {}) },
      now,
      lease,
    );
  } catch (error) {
    if (error instanceof LostError) return refused(`incident ${entry.id} is being worked on: look at it again`);
    throw error;
  }
  return act(taken);
}

const named = ({ remediations }: Responder, name: string) =>
  remediations.find(({ manifest }) => manifest.name === name);
const refused = (why: string) => ({ kind: "refused", why }) as const;
const endOf = ({ since }: Entry) => Date.parse(since) + QUESTION_LASTS;
const isOver = ({ now }: Responder, entry: Entry) => !(now().getTime() < endOf(entry));
const over = (entry: Entry) => new Date(endOf(entry)).toISOString();
