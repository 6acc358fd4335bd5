import type { Severity } from "../forwarders/incident.ts";
import type { Manifest, Mode } from "../manifest.ts";
import { isUntouchable } from "../text-pattern.ts";
import type { AsffFinding, Request } from "./finding.ts";

/** Of the organization's settings: whether and how far a remediation goes. */
export type SettingMode = Mode | "off";

const MODES: readonly SettingMode[] = ["off", "observe", "alert", "ask", "automatic"];

/** A time in which an organizational unit's accounts are not changed: a clearing run, a year's end. */
export interface Freeze {
  /** Its id; accounts of the units below it too. */
  readonly organizationalUnit: string;
  readonly from: string;
  readonly until: string;
  readonly reason: string;
}

/** A risk that somebody has accepted for a time. What it does not name it does not ask for. */
export interface AcceptedRisk {
  readonly accountId?: string | undefined;
  readonly remediation?: string | undefined;
  readonly control?: string | undefined;
  /** Id of the resource, as findings have it. */
  readonly resource?: string | undefined;
  readonly expires: string;
  readonly reason: string;
}

/** Changes in an hour, at most: of an account, for a control, by an action. */
export interface Caps {
  readonly account: number;
  readonly control: number;
  readonly action: number;
}

/** What the organization and its accounts have set, as the response knows it. */
export interface ResponseSettings {
  /** Stops every change, and every request for one. */
  readonly killed: boolean;
  /** By remediation; its manifest's where there is none. */
  readonly modes: Readonly<Record<string, SettingMode>>;
  /** By account, then by remediation: at least this mode, and off until then by an approved entry. */
  readonly accounts: Readonly<
    Record<string, Readonly<Record<string, { readonly atLeast?: SettingMode; readonly offUntil?: string }>>>
  >;
  /** Accounts of the organization, with the ids of every organizational unit above each. */
  readonly units: Readonly<Record<string, readonly string[]>>;
  readonly freezes: readonly Freeze[];
  readonly acceptedRisks: readonly AcceptedRisk[];
  readonly caps: Caps;
  /** How often an incident's remediation is begun by itself. */
  readonly attempts: number;
  /** Patterns (`*` is any text) of ids of resources that nothing touches: break-glass roles, and Bulwark's own. */
  readonly protected: readonly string[];
  /** From this severity on, a finding that nothing answers needs a person. */
  readonly tellFrom: Severity;
  /** Until then, ISO 8601, nothing goes further than to observe unless a person asks. */
  readonly observeUntil?: string | undefined;
  /** Where incidents are shown: the address that each one's own begins with. */
  readonly link?: string | undefined;
}

/** What is known when a finding is decided on. */
export interface Situation {
  readonly finding: Pick<AsffFinding, "AwsAccountId" | "Resources" | "Compliance" | "Workflow" | "RecordState">;
  readonly manifest: Pick<Manifest, "name" | "mode">;
  /** A person asks by the custom action. */
  readonly request: Request | null;
  /** A person who may has said yes to what was asked. */
  readonly approved: boolean;
  /** Undefined where they could not be read. */
  readonly settings: ResponseSettings | undefined;
  /** How often the incident's remediation was begun. */
  readonly attempts: number;
  /** Changes of this hour. */
  readonly used: Caps;
  readonly now: Date;
}

/** What comes of a finding, and why, for the ledger and for people. */
export interface Verdict {
  readonly kind: "ignore" | "observe" | "alert" | "ask" | "automatic";
  readonly why: string;
  /** What of it is as true for others that it happens to. */
  readonly alike?: string;
}

/**
 * What is to be done about a finding. Fails closed: what can't be known changes nothing.
 *
 * The mode is the organization's, or the account's where that is stricter, or the manifest's where the organization says nothing; an
 * approved entry switches it off for a time.
 *
 * A person's custom action is a request of its own. It goes past the mode (it is the word that the mode waits for), past the attempts (a
 * person has looked) and past the caps of account and control (they hold back what nobody watches), and works on findings that were
 * suppressed or resolved, since a person has chosen them and the resource is read again anyway. It does not go past the kill switch,
 * protected resources, a remediation that is off, or the cap of its action: twenty findings are marked by one click. In a freeze and over an
 * accepted risk it becomes a question, because who clicks may know of neither. An approval answers both, and nothing else beyond that.
 */
export function decide(situation: Situation): Verdict {
  const { finding, manifest, request, approved, settings, attempts, used, now } = situation;
  const person = approved || request !== null;
  if (finding.RecordState === "ARCHIVED") return { kind: "ignore", why: "the finding is archived" };
  if (!person && finding.Compliance?.Status === "PASSED") return { kind: "ignore", why: "the control has passed" };
  if (!person && (finding.Workflow.Status === "SUPPRESSED" || finding.Workflow.Status === "RESOLVED")) {
    return { kind: "ignore", why: `the finding's workflow is ${finding.Workflow.Status}` };
  }
  const stop = stopped(situation);
  if (stop !== undefined || settings === undefined) return stop ?? UNKNOWN;
  const units = settings.units[finding.AwsAccountId] ?? [];
  const mode = modeIn(settings, finding.AwsAccountId, manifest, now);
  const risk = settings.acceptedRisks.find((one) => holds(one, situation));
  if (risk !== undefined && !approved) {
    const why = `the risk is accepted until ${risk.expires}: ${risk.reason}`;
    return request === null ? { kind: "ignore", why } : { kind: "ask", why };
  }
  // Where it is off, `stopped` has answered: only the types don't know.
  if (mode.mode === "off") return UNKNOWN;
  // An end that is no time does not end.
  if (!person && settings.observeUntil !== undefined && !(now.getTime() >= Date.parse(settings.observeUntil))) {
    return { kind: "observe", why: `everything is only observed until ${settings.observeUntil}` };
  }
  if (!person && mode.mode !== "automatic") return { kind: mode.mode, why: mode.why };
  const freeze = settings.freezes.find(
    ({ organizationalUnit, from, until }) => units.includes(organizationalUnit) && isWithin(now, from, until),
  );
  if (freeze !== undefined && !approved) {
    return { kind: "ask", why: `${freeze.organizationalUnit} is frozen until ${freeze.until}: ${freeze.reason}` };
  }
  if (!person && !(attempts < settings.attempts)) {
    return { kind: "alert", why: `it was begun ${attempts} times, of ${settings.attempts} at most` };
  }
  for (const cap of capsOf(person)) {
    if (!(used[cap] < settings.caps[cap])) {
      return capped(cap, settings.caps[cap]);
    }
  }
  if (approved) return { kind: "automatic", why: "a person has approved it" };
  if (request !== null) return { kind: "automatic", why: `a person asks by custom action ${request.actionId}` };
  return { kind: "automatic", why: mode.why };
}

/** What is said where a cap is full. Pure. */
export function capped(cap: keyof Caps, most?: number) {
  const its = most === undefined ? "its" : `its ${most}`;
  const alike = "a cap of the changes of this hour is reached";
  return { kind: "alert", why: `the ${cap} has had ${its} changes of this hour`, alike } as const;
}

const UNKNOWN: Verdict = { kind: "observe", why: "the settings are not known, so nothing is changed" };

/**
 * What holds a change back for whomever asks, and what is done instead: even one that was begun stops there. Undefined where nothing does; the
 * same fails closed.
 */
export function stopped({
  finding,
  manifest,
  request,
  approved,
  settings,
  now,
}: Omit<Situation, "attempts" | "used">): Verdict | undefined {
  const person = approved || request !== null;
  if (settings === undefined) return UNKNOWN;
  const { AwsAccountId: accountId } = finding;
  if (settings.units[accountId] === undefined) {
    return { kind: "observe", why: `account ${accountId} is none that the settings know` };
  }
  const mode = modeIn(settings, accountId, manifest, now);
  if (mode.mode === "off") return { kind: person ? "alert" : "ignore", why: mode.why };
  const told = mode.mode === "observe" && !person ? "observe" : "alert";
  if (settings.killed) return { kind: told, why: "the kill switch is on" };
  const kept = finding.Resources.find(({ Id }) => isUntouchable(Id, settings.protected));
  if (kept === undefined) return undefined;
  return { kind: told, why: `nothing touches ${kept.Id}: it is protected`, alike: "nothing touches what is protected" };
}

/** The caps that hold: those of account and control are for what nobody watches. */
export function capsOf(person: boolean): readonly (keyof Caps)[] {
  return person ? ["action"] : ["account", "control", "action"];
}

/**
 * How far a remediation goes in an account, and why: the organization's word, or the account's where that is stricter, or the manifest's where neither
 * says anything; an entry of the account that was approved switches it off for a time. Pure.
 */
export function modeIn(
  { modes, accounts }: ResponseSettings,
  accountId: string,
  { name, mode }: Situation["manifest"],
  now: Date,
): { readonly mode: SettingMode; readonly why: string } {
  const account = own(own(accounts, accountId) ?? {}, name);
  // An end that is no time does not end.
  if (account?.offUntil !== undefined && !(now.getTime() >= Date.parse(account.offUntil))) {
    return { mode: "off", why: `${name} is off in account ${accountId} until ${account.offUntil}` };
  }
  const set = own(modes, name);
  const organization = set ?? mode;
  if (set === "off") return { mode: "off", why: `${name} is off in the organization` };
  const atLeast = account?.atLeast ?? "off";
  if (MODES.indexOf(atLeast) > MODES.indexOf(organization)) {
    return { mode: atLeast, why: `${name} is set to ${atLeast} in account ${accountId}` };
  }
  return { mode: organization, why: `${name} is set to ${organization}${set === undefined ? " by its manifest" : ""}` };
}

const own = <Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;

/** An accepted risk that has no end, or an end that is no time, accepts nothing. */
function holds(risk: AcceptedRisk, { finding, manifest, now }: Situation): boolean {
  return (
    now.getTime() < Date.parse(risk.expires) &&
    (risk.accountId === undefined || risk.accountId === finding.AwsAccountId) &&
    (risk.remediation === undefined || risk.remediation === manifest.name) &&
    (risk.control === undefined || risk.control === finding.Compliance?.SecurityControlId) &&
    // Of several resources, one that nobody has accepted is still to be seen to.
    (risk.resource === undefined || finding.Resources.every(({ Id }) => Id === risk.resource))
  );
}

/** A time that can't be read makes a window that is open: a freeze holds rather than not. */
const isWithin = (now: Date, from: string, until: string) =>
  !(now.getTime() < Date.parse(from)) && !(now.getTime() >= Date.parse(until));
