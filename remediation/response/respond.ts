import type { AnyRemediation } from "../remediation.ts";
import { pursue } from "./course.ts";
import { type AsffFinding, type Read, readFinding } from "./finding.ts";
import { incidentOf } from "./incident.ts";
import { UNFINISHED } from "./ledger.ts";
import { BULWARK, type Ended, end, LEASE, type Responder } from "./responder.ts";

/** Wrong messages go to where a person looks; busy ones, and those to be tried again, stay in the queue and come again. */
export type Responded =
  | { readonly kind: "wrong"; readonly reason: string }
  | { readonly kind: "none" | "busy" | "duplicate" }
  | Ended;

/** Milliseconds by which a product's clock may be before that of the event; a later time would make all that comes until then a duplicate. */
const AHEAD = 5 * 60 * 1000;

/**
 * Responds to one message of the queue. Throws where it could not end (a throttled call, an incident that was lost): the message stays in the
 * queue then, and goes on from the ledger once the lease is over. Security Hub is told before the ledger lets go, so that it is told at
 * least once, and of a verified state alone that it is resolved.
 */
export async function respond(responder: Responder, body: string): Promise<Responded> {
  const read = readFinding(body);
  if (read.kind === "wrong") return read;
  const { finding, request, at } = read;
  const remediation = answering(responder, read);
  const isAble = remediation !== undefined && remediation.targetsOf(finding).length > 0;
  if (!isAble && request === null) return { kind: "none" };
  const isAhead = Date.parse(finding.UpdatedAt) > Date.parse(at) + AHEAD;
  const foundAt = request === null && !isAhead ? finding.UpdatedAt : at;
  const claim = await responder.ledger.claim(incidentOf(finding), foundAt, responder.now(), LEASE);
  if (claim.kind !== "claimed") return { kind: claim.kind };
  const { entry } = claim;
  if (!isAble) {
    // A person waits for an answer.
    const types = [...new Set(finding.Resources.map(({ Type }) => Type))].join(", ");
    const why =
      remediation === undefined
        ? `no remediation answers the custom action ${request?.actionId}`
        : `${remediation.manifest.title} can do nothing about this finding of ${types}`;
    const told = { why, workflow: "NOTIFIED" } as const;
    // What another remediation has begun goes on first.
    const isBegun = UNFINISHED.includes(entry.state) || entry.state === "undoing";
    if (isBegun) return end(responder, entry, finding, { ...told, state: entry.state, hold: "again" });
    return end(responder, entry, finding, { ...told, state: "alerted" });
  }
  // An approval whose work was cut off is one still.
  const approvedBy = entry.state === "approved" ? BULWARK : null;
  return pursue(responder, entry, { finding, remediation, request, approvedBy });
}

/**
 * Of the remediations that answer a finding, or a person's button, the first that finds something in it to work on: several answer findings of one type,
 * each on resources of its own. Undefined where none answers.
 */
function answering(
  { remediations }: Responder,
  { finding, request }: Extract<Read, { kind: "finding" }>,
): AnyRemediation | undefined {
  const asked = remediations.filter(({ manifest }) =>
    request === null ? answers(manifest, finding) : manifest.customAction.id === request.actionId,
  );
  return asked.find((one) => one.targetsOf(finding).length > 0) ?? asked[0];
}

function answers({ controls, findingTypes }: AnyRemediation["manifest"], { Compliance, Types }: AsffFinding): boolean {
  return (
    controls.some(({ id }) => id === Compliance?.SecurityControlId) || Types.some((type) => findingTypes.includes(type))
  );
}
