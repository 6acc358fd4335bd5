import { CLOSED, type Incident, type Status } from "../forwarders/incident.ts";
import type { Manifest } from "../manifest.ts";
import type { AsffFinding } from "./finding.ts";
import { headlineOf } from "./incident.ts";
import type { About, Entry, State, Step } from "./ledger.ts";
import type { Account } from "./responder.ts";
import { BULWARK, endOfQuestion } from "./times.ts";

type Told = Incident["history"][number];

/** What a state is to people; states on the way to another are nothing to them. */
const STATUS: Readonly<Partial<Record<State, Status>>> = {
  ...{ observed: "observed", alerted: "detected", asked: "asked", approved: "approved", rejected: "rejected" },
  ...{ expired: "expired", verified: "remediated", well: "resolved", gone: "resolved", resolved: "resolved" },
  ...{ failed: "failed", undone: "undone", suppressed: "suppressed", repairing: "approved" },
};

/** Steps that a message has: one of them all says more than the first thousand changes of one issue would. */
const MOST = 1000;
/** Characters of a step's words, and bytes of all: an SNS message has at most 256 KB (Amazon SNS Developer Guide, "Amazon SNS message publishing"). */
const LONGEST = 1000;
const BYTES = 100 * 1024;

/** What a message needs beside what the ledger has. */
export interface Surroundings {
  readonly account: Account;
  /** Of what answers the incident; undefined where nothing does. */
  readonly manifest: Pick<Manifest, "name" | "title" | "what"> | undefined;
  /** Where incidents are shown; undefined where they are shown nowhere. */
  readonly link: string | undefined;
}

/**
 * An incident as people's systems get it; undefined where nothing has happened yet that they would hear of. The first step is that it was found, and
 * each other is one of the ledger's: a longer history numbers the same steps as a shorter one. Pure.
 */
export function incidentMessage(
  entry: Entry,
  { finding, remediation }: About,
  history: readonly Step[],
  { account, manifest, link }: Surroundings,
): Incident | undefined {
  const steps = toldOf(history);
  if (steps.length === 0) return undefined;
  const all = within([found(finding, entry.firstFoundAt), ...steps]).map((step, at) => ({ version: at + 1, ...step }));
  const shown = all.length > MOST ? [...all.slice(0, MOST - 1), { ...lastOf(all), version: MOST }] : all;
  return {
    ...described(entry.id, finding, account),
    version: shown.length,
    findings: Math.max(1, entry.findings),
    status: lastOf(shown).status,
    remediation: remediation === null || manifest === undefined ? null : shownManifest(manifest),
    acknowledged: entry.acknowledged,
    openedAt: entry.openedAt,
    expiresAt: entry.state === "asked" ? endOfQuestion(entry).toISOString() : null,
    link: link === undefined ? null : `${link.replace(/\/+$/, "")}/remediations/${entry.id}`,
    history: shown,
  };
}

/** An incident of which a finding is all that is known: somebody hears of it while nothing responds. Pure. */
export function detectedMessage(id: string, finding: AsffFinding, account: Account): Incident {
  const first = found(finding, finding.UpdatedAt);
  return {
    ...described(id, finding, account),
    ...{ version: 1, findings: 1, status: first.status, remediation: null, acknowledged: null },
    ...{ openedAt: first.at, expiresAt: null, link: null, history: [{ version: 1, ...first }] },
  };
}

/** The ledger's steps that people see. Only what came before a step decides on it, or numbers would change. */
function toldOf(history: readonly Step[]): readonly Omit<Told, "version">[] {
  const told: Omit<Told, "version">[] = [];
  for (const { state, at, why, by } of history) {
    const before = told.at(-1);
    // It was open for those who have heard of it; for others there was never anything.
    const isPutAside = state === "ignored" && before !== undefined && !CLOSED.includes(before.status);
    const status = isPutAside ? "suppressed" : STATUS[state];
    if (status === undefined) continue;
    const step = { at, status, what: why, by: by === BULWARK ? null : by };
    // The same again is an echo: a finding is updated with each check.
    if (before?.status === status && before.what === why && before.by === step.by) continue;
    told.push(step);
  }
  return told;
}

/** Words for the newest steps, as many as there is room for: old ones keep their number, time and status. */
function within(steps: readonly Omit<Told, "version">[]): readonly Omit<Told, "version">[] {
  let left = BYTES;
  return steps
    .toReversed()
    .map((step) => {
      const what = step.what.slice(0, LONGEST).toWellFormed();
      left -= Buffer.byteLength(JSON.stringify(what));
      return { ...step, what: left < 0 ? "" : what };
    })
    .reverse();
}

function found({ ProductName = PRODUCT }: AsffFinding, at: string): Omit<Told, "version"> {
  return { at, status: "detected", what: `Found by ${ProductName}`, by: null };
}

function described(id: string, finding: AsffFinding, { owner, environment, units }: Account) {
  const { account, region, severity, title, resource, control } = headlineOf(finding);
  const { ProductName: product = PRODUCT, Description: description = "", Types, Id } = finding;
  return {
    ...{
      id,
      account,
      region,
      environment,
      owner,
      units: [...units],
      severity,
      product,
      title,
      description,
      resource,
      control,
    },
    ...{ type: Types[0] ?? null, finding: Id },
  };
}

const PRODUCT = "Security Hub";
const shownManifest = ({ name, title, what }: Pick<Manifest, "name" | "title" | "what">) => ({ name, title, what });
const lastOf = <One>(all: readonly One[]) => all.at(-1) as One;
