import { SEVERITIES } from "../forwarders/incident.ts";
import type { AnyRemediation } from "../remediation.ts";
import { pursue } from "./course.ts";
import { modeIn } from "./decision.ts";
import { type AsffFinding, type Read, readFinding } from "./finding.ts";
import { respondToEnd } from "./finding-end.ts";
import { incidentOf } from "./incident.ts";
import { type Entry, UNFINISHED } from "./ledger.ts";
import { over } from "./over.ts";
import { type Ended, end, type Responder } from "./responder.ts";
import { BULWARK, LEASE } from "./times.ts";

/** Wrong messages go to where a person looks; busy ones, and those to be tried again, stay in the queue and come again. */
export type Responded =
  | { readonly kind: "wrong"; readonly reason: string }
  | { readonly kind: "none" | "busy" | "duplicate" }
  | Ended;

/** Milliseconds by which a product's clock may be before that of the event; a later time would make all that comes until then a duplicate. */
const AHEAD = 5 * 60 * 1000;
/** From which severity on people hear of what nothing answers, where the settings can't be read. */
const TELL_FROM = "HIGH";

/**
 * Responds to one message of the queue. Throws where it could not end (a throttled call, an incident that was lost): the message stays in the
 * queue then, and goes on from the ledger once the lease is over. Security Hub is told before the ledger lets go, so that it is told at
 * least once, and of a verified state alone that it is resolved.
 */
export async function respond(responder: Responder, body: string): Promise<Responded> {
  const read = readFinding(body);
  if (read.kind === "wrong") return read;
  const { finding, request, at } = read;
  const { ledger } = responder;
  const { asked, able } = answering(responder, read);
  const incident = incidentOf(finding);
  const isAhead = Date.parse(finding.UpdatedAt) > Date.parse(at) + AHEAD;
  const foundAt = isAhead ? at : request === null ? finding.UpdatedAt : askedAt(finding, at);
  if (request === null) {
    const ending = over(finding);
    if (ending !== undefined) {
      const ended = await respondToEnd(responder, incident, finding, ending, at);
      // What is being changed goes on with that.
      if (ended !== "under way") return ended;
    } else if (able.length === 0 && !(await isForPeople(responder, finding))) {
      await ledger.sight(incident, foundAt, responder.now());
      return { kind: "none" };
    }
  }
  const claim = await ledger.claim(incident, foundAt, responder.now(), LEASE);
  if (claim.kind !== "claimed") return { kind: claim.kind };
  const { entry } = claim;
  if (entry.state === "suppressed" && request === null && !(await isNew(responder, entry, finding, at))) {
    await ledger.pass(entry);
    return { kind: "none" };
  }
  const remediation = await chosen(responder, entry, read, able);
  if (remediation === undefined) return unanswered(responder, entry, read, asked[0]);
  // An approval whose work was cut off is one still.
  const approvedBy = entry.state === "approved" ? BULWARK : null;
  return pursue(responder, entry, { finding, remediation, request, approvedBy });
}

/**
 * When a person asked: after the finding that was chosen, though the event has whole seconds and a product's clock may be ahead. The same event has
 * the same time.
 */
function askedAt({ UpdatedAt }: AsffFinding, at: string): string {
  return at > UpdatedAt ? at : new Date(Date.parse(UpdatedAt) + 1).toISOString();
}

type Finding = Extract<Read, { kind: "finding" }>;

/** Nothing can be done about it by a machine, and a person has to know. */
async function unanswered(
  responder: Responder,
  entry: Entry,
  { finding, request }: Finding,
  remediation: AnyRemediation | undefined,
): Promise<Responded> {
  // What another remediation has begun goes on first.
  const isBegun = UNFINISHED.includes(entry.state) || entry.state === "undoing";
  const isTold = entry.state === "alerted" && finding.Workflow.Status === "NOTIFIED";
  if (request === null && isTold) {
    await responder.ledger.pass(entry);
    return { kind: "none" };
  }
  const why = whyUnanswered(finding, request?.actionId, remediation);
  // It names types and nothing that is an account's.
  const told = { why, alike: why, workflow: "NOTIFIED" } as const;
  if (isBegun) return end(responder, entry, finding, { ...told, state: entry.state, hold: "again" });
  return end(responder, entry, finding, { ...told, state: "alerted", remediation: null });
}

function whyUnanswered(finding: AsffFinding, actionId: string | undefined, remediation: AnyRemediation | undefined) {
  const types = [...new Set(finding.Resources.map(({ Type }) => Type))].join(", ");
  if (remediation !== undefined) return `${remediation.manifest.title} can do nothing about this finding of ${types}`;
  if (actionId !== undefined) return `no remediation answers the custom action ${actionId}`;
  return "no remediation answers it: a person has to";
}

async function isForPeople(responder: Responder, { Severity }: AsffFinding): Promise<boolean> {
  const from = (await responder.settings())?.tellFrom ?? TELL_FROM;
  return SEVERITIES.indexOf(Severity.Label) <= SEVERITIES.indexOf(from);
}

/** Whether a finding of an incident that was set aside is none of what was: it was made since, or a person has lifted that in Security Hub. */
async function isNew({ ledger }: Responder, { id, since }: Entry, finding: AsffFinding, at: string): Promise<boolean> {
  const { CreatedAt, Id } = finding;
  if (CreatedAt !== undefined && Date.parse(CreatedAt) > Date.parse(since)) return true;
  const about = await ledger.about(id);
  return about?.finding.Id === Id && Date.parse(at) > Date.parse(since);
}

/**
 * The remediations that answer a finding, or a person's button; and those of them that find something in it to work on: several answer findings of one
 * type, each on resources of its own.
 */
function answering({ remediations }: Responder, { finding, request }: Finding) {
  const asked = remediations.filter(({ manifest }) =>
    request === null ? answers(manifest, finding) : manifest.customAction.id === request.actionId,
  );
  return { asked, able: asked.filter((one) => one.targetsOf(finding).length > 0) };
}

/**
 * The one of those that are able to which an incident goes: what was begun or approved goes on; else the first that is to do more than to observe, so that one which
 * is off, or only observed, does not stand before another that shall act. Undefined where none is able.
 */
async function chosen(
  responder: Responder,
  entry: Entry,
  { finding, request }: Finding,
  able: readonly AnyRemediation[],
): Promise<AnyRemediation | undefined> {
  const [first, ...others] = able;
  if (others.length === 0 || request !== null) return first;
  const begun = await begunBy(responder, entry);
  const before = able.find(({ manifest }) => manifest.name === begun);
  if (before !== undefined) return before;
  const settings = await responder.settings();
  if (settings === undefined) return first;
  const now = responder.now();
  const modeOf = ({ manifest }: AnyRemediation) => modeIn(settings, finding.AwsAccountId, manifest, now).mode;
  const acts = able.find((one) => !["off", "observe"].includes(modeOf(one)));
  return acts ?? able.find((one) => modeOf(one) === "observe") ?? first;
}

/** Name of the remediation that is under way, or that a person has approved. */
async function begunBy({ ledger }: Responder, { id, state, remediation }: Entry): Promise<string | undefined> {
  if (UNFINISHED.includes(state)) return remediation;
  return state === "approved" ? ((await ledger.about(id))?.remediation ?? undefined) : undefined;
}

function answers({ controls, findingTypes }: AnyRemediation["manifest"], { Compliance, Types }: AsffFinding): boolean {
  return (
    controls.some(({ id }) => id === Compliance?.SecurityControlId) || Types.some((type) => findingTypes.includes(type))
  );
}
