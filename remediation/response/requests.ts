import { undo as takeBack } from "../run.ts";
import { StepError } from "../step-error.ts";
import { pursue } from "./course.ts";
import { type Answered, type Asking, find, held, named, refused } from "./holding.ts";
import { type About, type Entry, type Line, LostError, UNFINISHED } from "./ledger.ts";
import { ownerOf } from "./repairing.ts";
import { type Ended, end, type Responder } from "./responder.ts";
import { BULWARK, endOfQuestion } from "./times.ts";

/**
 * Says yes to a question, and makes the change. Asked again where that was cut off, it goes on. Throws where it could not end: it is asked
 * again then.
 */
export async function approve(responder: Responder, id: string, { who, request }: Asking): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry, about } = found;
  const remediation = named(responder, about.remediation);
  if (remediation === undefined) return refused(`there is no remediation ${about.remediation} (any more)`);
  const goesOn = entry.state === "approved" || UNFINISHED.includes(entry.state);
  if (!goesOn && entry.state !== "asked") return refused(`incident ${id} asks nothing: it is ${entry.state}`);
  if (!goesOn && isOver(responder, entry))
    return refused(`the question of incident ${id} was open until ${over(entry)}`);
  const state = goesOn ? entry.state : "approved";
  return held(responder, found, { state, why: `approved by ${who}`, by: who, request }, (taken) =>
    pursue(responder, taken, { finding: about.finding, remediation, request: null, approvedBy: who }),
  );
}

/** Says no to a question. */
export async function reject(responder: Responder, id: string, { who, request }: Asking): Promise<Answered> {
  return close(responder, id, { state: "rejected", why: `rejected by ${who}`, by: who, request }, false);
}

/** Closes a question that nobody has answered in time. */
export async function expire(responder: Responder, id: string): Promise<Answered> {
  return close(responder, id, { state: "expired", why: "nobody has answered in time", by: BULWARK }, true);
}

async function close(
  responder: Responder,
  id: string,
  step: Parameters<typeof held>[2],
  ifOver: boolean,
): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry } = found;
  if (entry.state !== "asked") return refused(`incident ${id} asks nothing: it is ${entry.state}`);
  if (ifOver && !isOver(responder, entry))
    return refused(`the question of incident ${id} is open until ${over(entry)}`);
  const { state, why } = step;
  return held(responder, found, step, async () => ({ kind: "done", id, state, why }), 0);
}

/**
 * Takes the last verified change back; the kill switch does not stop that. Goes on where an undo was cut off. What somebody has changed since
 * stays as it is, and is told. Afterwards nothing but a person or a new finding brings the change back.
 */
export async function undo(responder: Responder, id: string, { who, request }: Asking): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry, about } = found;
  const owner = ownerOf(named(responder, entry.remediation));
  if (entry.verified === 0 && owner !== undefined) {
    return refused(
      `incident ${id} was repaired by deploying ${owner}, which owns the setting: change what it is deployed from`,
    );
  }
  if (entry.verified === 0) return refused(`incident ${id} has no verified change that could be undone`);
  const isUnderWay = ["started", "changed", "approved", "repairing"].includes(entry.state);
  if (isUnderWay) return refused(`incident ${id} is being changed: ask again when that has ended`);
  return held(responder, found, { state: "undoing", why: `undo asked for by ${who}`, by: who, request }, (taken) =>
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

const isOver = ({ now }: Responder, entry: Entry) => !(now().getTime() < endOfQuestion(entry).getTime());
const over = (entry: Entry) => endOfQuestion(entry).toISOString();
