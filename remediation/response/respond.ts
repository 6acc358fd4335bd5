import type { AnyRemediation, Facts, Session } from "../remediation.ts";
import { apply } from "../run.ts";
import { type Caps, capsOf, decide, type ResponseSettings } from "./decision.ts";
import { type AsffFinding, readFinding } from "./finding.ts";
import { incidentOf } from "./incident.ts";
import type { Counted, Ledger, State } from "./ledger.ts";

/** What the response works with. */
export interface Responder {
  readonly ledger: Ledger;
  readonly remediations: readonly AnyRemediation[];
  /** As they are now; undefined where they can't be read. */
  settings(): Promise<ResponseSettings | undefined>;
  facts(): Promise<Facts>;
  session(remediation: AnyRemediation, finding: AsffFinding): Promise<Session>;
  /** Tells Security Hub. Throws where it did not take it. */
  update(finding: AsffFinding, workflow: "NOTIFIED" | "RESOLVED", note: string): Promise<void>;
  now(): Date;
}

/** Wrong messages go to where a person looks; busy ones stay in the queue and come again. */
export type Responded =
  | { readonly kind: "wrong"; readonly reason: string }
  | { readonly kind: "none" | "busy" | "duplicate" }
  | { readonly kind: "done"; readonly id: string; readonly state: State };

/** Seconds; longer than the router's Lambda may run, shorter than the queue hides a message. */
const LEASE = 300;
/** Who writes notes and history. */
const BULWARK = "Bulwark";

const STATES = { ignore: "ignored", observe: "observed", alert: "alerted", ask: "asked" } as const;

/**
 * Responds to one message of the queue. Throws where it could not end (a session that is denied, a throttled call): the message stays in the
 * queue then, and goes on from the ledger once the lease is over. Security Hub is told before the ledger lets go, so that it is told at
 * least once, and of a verified state alone that it is resolved.
 */
export async function respond(responder: Responder, body: string): Promise<Responded> {
  const read = readFinding(body);
  if (read.kind === "wrong") return read;
  const { finding, request, at } = read;
  const remediation = responder.remediations.find(({ manifest }) =>
    request === null ? answers(manifest, finding) : manifest.customAction.id === request.actionId,
  );
  const targets = remediation?.targetsOf(finding) ?? [];
  if (remediation === undefined || targets.length === 0) return { kind: "none" };
  const { ledger } = responder;
  const { manifest } = remediation;
  const incident = incidentOf(finding);
  const claim = await ledger.claim(incident, request === null ? finding.UpdatedAt : at, responder.now(), LEASE);
  if (claim.kind !== "claimed") return { kind: claim.kind };
  let { entry } = claim;
  const step = (why: string) => ({ at: responder.now().toISOString(), why, by: BULWARK });

  const settings = await responder.settings();
  const counted = countedOf(finding, manifest.name, settings?.caps, request !== null);
  const used = await ledger.used(counted, responder.now());
  const situation = { finding, manifest, request, approved: false, settings, attempts: entry.attempts, used };
  const verdict = decide({ ...situation, now: responder.now() });
  const end = async (state: State, why: string, workflow?: "NOTIFIED" | "RESOLVED"): Promise<Responded> => {
    if (workflow !== undefined)
      await responder.update(finding, workflow, `Bulwark ${incident.id}: ${why}`.slice(0, 512));
    await ledger.move(entry, { ...step(why), state }, true);
    return { kind: "done", id: incident.id, state };
  };
  if (verdict.kind !== "automatic") {
    const isTold = verdict.kind === "alert" || verdict.kind === "ask";
    return end(STATES[verdict.kind], verdict.why, isTold ? "NOTIFIED" : undefined);
  }
  const started = await ledger.start(entry, step(verdict.why), counted);
  if (typeof started === "string") return end("alerted", `the ${started} has had its changes of this hour`, "NOTIFIED");
  entry = started;
  const session = await responder.session(remediation, finding);
  const facts = await responder.facts();
  const whys: string[] = [];
  for (const target of targets) {
    const recorded = await ledger.recorded(incident.id, manifest.name, target);
    const record = async (change: Parameters<Ledger["record"]>[2]) => {
      entry = await ledger.record(entry, manifest.name, change);
    };
    const outcome = await apply(remediation, session, target, facts, { recorded, record });
    if (outcome.kind === "protected" || outcome.kind === "refused") whys.push(outcome.why);
  }
  if (whys.length > 0) return end("alerted", whys.join("; "), "NOTIFIED");
  return end("verified", `${manifest.title}: read again, and as it shall be`, "RESOLVED");
}

function answers({ controls, findingTypes }: AnyRemediation["manifest"], { Compliance, Types }: AsffFinding): boolean {
  return (
    controls.some(({ id }) => id === Compliance?.SecurityControlId) || Types.some((type) => findingTypes.includes(type))
  );
}

function countedOf(finding: AsffFinding, action: string, caps: Caps | undefined, person: boolean): Counted {
  const most = (cap: keyof Caps) => (capsOf(person).includes(cap) ? { most: caps?.[cap] ?? 0 } : {});
  return {
    account: { name: finding.AwsAccountId, ...most("account") },
    control: {
      name: finding.Compliance?.SecurityControlId ?? incidentOf(finding).cause.slice(0, 256),
      ...most("control"),
    },
    action: { name: action, ...most("action") },
  };
}
