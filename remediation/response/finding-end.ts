import type { AsffFinding } from "./finding.ts";
import { unlessLost } from "./holding.ts";
import type { Incident } from "./incident.ts";
import { type State, UNFINISHED } from "./ledger.ts";
import type { Over } from "./over.ts";
import { type Ended, end, type Responder } from "./responder.ts";
import { shelfOf } from "./shelf.ts";
import { LEASE } from "./times.ts";

/** States in which a change is under way, whose end says more than the finding's. */
const UNDER_WAY: readonly State[] = [...UNFINISHED, "approved", "undoing"];

/**
 * Closes an open incident whose finding is over: the one that it was last acted on for, as others of the same issue may still be. What is closed
 * already stays as it is: an echo of what Bulwark has set changes nothing. Most that is over was never an incident, and costs one reading.
 *
 * @param at when the event was made
 */
export async function respondToEnd(
  responder: Responder,
  { id }: Incident,
  finding: AsffFinding,
  { state, why, isByHand }: Over,
  at: string,
): Promise<Ended | { readonly kind: "none" | "busy" | "duplicate" } | "under way"> {
  const { ledger } = responder;
  const known = await ledger.get(id);
  if (known === undefined || known.state === "seen" || shelfOf(known.state) === "closed") return { kind: "none" };
  // A control that passes is what a repair was asked for; that somebody has set the finding aside is not.
  if (UNDER_WAY.includes(known.state) || (known.state === "repairing" && !isByHand)) return "under way";
  const about = await ledger.about(id);
  if (about !== undefined && about.finding.Id !== finding.Id) return { kind: "none" };
  // An event has whole seconds: what was set in the second in which the incident was found came after that.
  const endedAt = isByHand ? Date.parse(at) + 999 : Date.parse(finding.UpdatedAt);
  if (endedAt < Date.parse(known.foundAt)) return { kind: "duplicate" };
  // What Bulwark had set before the undo comes back late sometimes, and must not close what the undo has opened again.
  if (isByHand && known.undoneAt !== "" && Date.parse(at) <= Date.parse(known.undoneAt)) return { kind: "duplicate" };
  const entry = await unlessLost(() => ledger.hold(known, responder.now(), LEASE));
  if (entry === undefined) return { kind: "busy" };
  const facts = isByHand ? {} : { foundAt: finding.UpdatedAt };
  return end(responder, entry, finding, { state, why, facts });
}
