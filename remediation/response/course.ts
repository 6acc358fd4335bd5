import type { AnyRemediation } from "../remediation.ts";
import { type Caps, capped, capsOf, decide, type ResponseSettings, stopped } from "./decision.ts";
import type { AsffFinding, Request } from "./finding.ts";
import { incidentOf } from "./incident.ts";
import { type Counted, type Entry, type Line, type State, UNFINISHED } from "./ledger.ts";
import { attendHeld, ownerOf, repairMessage } from "./repairing.ts";
import { type Ended, end, type Responder } from "./responder.ts";
import { change, observe } from "./targets.ts";
import { BULWARK } from "./times.ts";

const STATES = { ignore: "ignored", observe: "observed", alert: "alerted", ask: "asked" } as const;
/** What a finding that is ignored leaves as it is: what came of the incident says more. */
const LASTING: readonly State[] = ["verified", "well", "gone", "failed", "undone", "resolved", "suppressed"];

/** Milliseconds for which evidence is tried to be handed over: copies of large disks take AWS a day. */
const DELIVERY = 3 * 24 * 60 * 60 * 1000;

/** What an incident that is held is worked on for. */
export interface Cause {
  readonly finding: AsffFinding;
  readonly remediation: AnyRemediation;
  readonly request: Request | null;
  /** Who has approved it; null where nobody has. */
  readonly approvedBy: string | null;
}

/**
 * Takes an incident as far as it goes: decides, and does what was decided; where a change is under way, goes on with that, as far as nothing
 * stops it. Rejects where it could not end.
 */
export async function pursue(responder: Responder, held: Entry, cause: Cause): Promise<Ended> {
  const { finding, remediation, request, approvedBy } = cause;
  const { ledger } = responder;
  const { manifest } = remediation;
  const settings = await responder.settings();
  const person = request !== null || approvedBy !== null;
  const situation = { finding, manifest, request, approved: approvedBy !== null, settings };
  const { name } = manifest;
  const tell = (state: State, { why, alike }: { readonly why: string; readonly alike?: string }) => {
    const shared = alike === undefined ? {} : { alike };
    return end(responder, held, finding, { state, why, ...shared, workflow: "NOTIFIED", remediation: name });
  };
  if (held.state === "undoing") return tell("undoing", { why: "an undo of it was cut off: ask for it again" });
  if (UNFINISHED.includes(held.state) && held.remediation === manifest.name) {
    // Whether nothing stops it is not known: it stays begun, and comes again.
    if (settings === undefined) throw new Error(`going on with incident ${held.id}: the settings can't be read`);
    const stop = stopped({ ...situation, now: responder.now() });
    if (stop !== undefined) return tell("alerted", { why: `it was begun and not ended: ${stop.why}` });
    return work(responder, held, cause, settings);
  }
  if (held.state === "repairing" && held.remediation === manifest.name) {
    const ended = await attendHeld(responder, held, finding);
    if (ended !== undefined) return ended;
    // It was asked for already; a person may ask again.
    if (!person) return pass(responder, held, "its repair is waited for");
  }
  const counted = countedOf(finding, manifest.name, settings?.caps, person);
  const used = await ledger.used(counted, responder.now());
  const verdict = decide({ ...situation, attempts: held.attempts, used, now: responder.now() });
  if (verdict.kind === "ignore") {
    const state = LASTING.includes(held.state) ? held.state : STATES.ignore;
    if (state !== held.state) return end(responder, held, finding, { state, why: verdict.why, remediation: name });
    return pass(responder, held, verdict.why);
  }
  if (verdict.kind === "alert") return tell("alerted", verdict);
  if (verdict.kind !== "observe" && !person && isTakenBack(held, finding)) {
    return tell("alerted", { why: `its change was undone ${held.undoneAt}: not made again unless a person asks` });
  }
  if (verdict.kind !== "automatic") {
    const dry = { ledger, remediation, targets: remediation.targetsOf(finding) };
    const seen = await observe(dry, held, () => reach(responder, cause));
    const why = `${verdict.why}; ${whysOf(seen.lines)}`;
    const told = verdict.kind === "ask" ? ({ workflow: "NOTIFIED", alike: verdict.why } as const) : {};
    return end(responder, seen.entry, finding, { state: STATES[verdict.kind], why, ...told, remediation: name });
  }
  const step = { at: responder.now().toISOString(), why: verdict.why, by: approvedBy ?? BULWARK };
  const attempts = person ? 1 : held.attempts + 1;
  const about = { remediation: name, finding };
  const started = await ledger.start(held, step, { remediation: name, attempts }, counted, about);
  if (typeof started === "string") return tell("alerted", capped(started));
  return work(responder, started, cause, settings);
}

/** It is as it was: nothing to keep, and nobody to tell. */
async function pass({ ledger }: Responder, held: Entry, why: string): Promise<Ended> {
  await ledger.pass(held);
  return { kind: "done", id: held.id, state: held.state, why };
}

/** Changes the targets and says what came of all; an attempt that stopped is noted, and the last one fails. */
async function work(
  responder: Responder,
  held: Entry,
  cause: Cause,
  settings: ResponseSettings | undefined,
): Promise<Ended> {
  const { finding, remediation } = cause;
  const { ledger } = responder;
  const targets = remediation.targetsOf(finding);
  const most = settings?.attempts ?? 1;
  let reached: Awaited<ReturnType<typeof reach>>;
  try {
    reached = await reach(responder, cause);
  } catch (error) {
    const why = `reaching account ${finding.AwsAccountId}: ${error instanceof Error ? error.message : String(error)}`;
    return stumble(responder, held, finding, held.state, why, most);
  }
  const owner = ownerOf(remediation);
  if (owner !== undefined) return askFor(responder, held, cause, { owner, most, reached });
  const { entry, lines } = await change({ ledger, remediation, targets, ...reached }, held, responder.now());
  const some = (...states: readonly Line["state"][]) => lines.filter(({ state }) => states.includes(state));
  const isUndoable = remediation.manifest.irreversible !== true && some("verified", "delivering").length > 0;
  const verified = isUndoable ? { verified: entry.epoch } : {};
  const stopped = some("begun", "written");
  if (stopped.length > 0) {
    const state = some("begun").length > 0 ? "started" : "changed";
    return stumble(responder, entry, finding, state, whysOf(stopped), most, verified);
  }
  const delivering = some("delivering");
  if (delivering.length > 0) {
    const isOver = responder.now().getTime() - Date.parse(entry.began) > DELIVERY;
    const why = whysOf(delivering);
    if (isOver) return end(responder, entry, finding, { state: "failed", why, workflow: "NOTIFIED", facts: verified });
    return end(responder, entry, finding, { state: "delivering", why, hold: "again", facts: verified });
  }
  const why = whysOf(lines);
  const left = some("protected", "refused");
  if (left.length > 0) {
    return end(responder, entry, finding, { state: "alerted", why, workflow: "NOTIFIED", facts: verified });
  }
  const facts = { ...verified, attempts: 0 };
  if (some("gone").length > 0)
    return end(responder, entry, finding, { state: "gone", why, workflow: "NOTIFIED", facts });
  // Security Hub finds that by itself: RESOLVED by Bulwark is what Bulwark has changed.
  if (some("verified").length === 0) return end(responder, entry, finding, { state: "well", why, facts });
  return end(responder, entry, finding, { state: "verified", why, workflow: "RESOLVED", facts });
}

/** Has the owner of the settings deployed again where one is not as it shall be, and says what came of all. */
async function askFor(
  responder: Responder,
  held: Entry,
  { finding, remediation }: Cause,
  { owner, most, reached }: { owner: string; most: number; reached: Awaited<ReturnType<typeof reach>> },
): Promise<Ended> {
  const about = { ledger: responder.ledger, remediation, targets: remediation.targetsOf(finding) };
  const of = { epoch: held.epoch, state: "begun" } as const;
  const { entry, lines } = await observe(about, held, async () => reached, of);
  const some = (state: Line["state"]) => lines.filter((line) => line.state === state);
  const unread = some("unread");
  if (unread.length > 0) return stumble(responder, entry, finding, held.state, whysOf(unread), most);
  const begun = some("begun");
  if (begun.length > 0) {
    await responder.repair(repairMessage(entry, finding.AwsAccountId, whysOf(begun)));
    const why = `asked for a repair: ${begun.map(({ target }) => remediation.told(target)).join(", ")}; ${owner} is deployed again`;
    return end(responder, entry, finding, { state: "repairing", why, workflow: "NOTIFIED" });
  }
  const facts = { attempts: 0 };
  const why = whysOf(lines);
  if (some("gone").length > 0)
    return end(responder, entry, finding, { state: "gone", why, workflow: "NOTIFIED", facts });
  return end(responder, entry, finding, { state: "well", why, facts });
}

function stumble(
  responder: Responder,
  entry: Entry,
  finding: AsffFinding,
  state: State,
  why: string,
  most: number,
  facts: { readonly verified?: number } = {},
): Promise<Ended> {
  const { attempts } = entry;
  if (attempts >= most) {
    const failed = `tried ${attempts} times, stopped at ${why}`;
    return end(responder, entry, finding, { state: "failed", why: failed, workflow: "NOTIFIED", facts });
  }
  const again = { state, why, hold: "again", facts: { ...facts, attempts: attempts + 1 } } as const;
  return end(responder, entry, finding, again);
}

/** A session in the account, and what is known for the decision. */
async function reach(responder: Responder, { finding, remediation, request, approvedBy }: Cause) {
  const session = await responder.session(remediation, finding);
  const by = approvedBy ?? (request === null ? BULWARK : `custom action ${request.actionId}`);
  return { session, facts: { ...(await responder.facts()), cause: { finding: finding.Id, by } } };
}

/**
 * Whether a person undid it, and the finding is no new one: the same control fails again because of the undo, and is updated with each check. New is
 * what was created after it, as products do when what they had found was over.
 */
function isTakenBack({ undoneAt }: Entry, { CreatedAt }: AsffFinding): boolean {
  return undoneAt !== "" && !(CreatedAt !== undefined && Date.parse(CreatedAt) > Date.parse(undoneAt));
}

const whysOf = (lines: readonly Line[]) => lines.map(({ why }) => why).join("; ");

function countedOf(finding: AsffFinding, action: string, caps: Caps | undefined, person: boolean): Counted {
  const most = (cap: keyof Caps) => (capsOf(person).includes(cap) ? { most: caps?.[cap] ?? 0 } : {});
  const control = finding.Compliance?.SecurityControlId ?? incidentOf(finding).cause.slice(0, 256);
  return {
    account: { name: finding.AwsAccountId, ...most("account") },
    control: { name: control, ...most("control") },
    action: { name: action, ...most("action") },
  };
}
