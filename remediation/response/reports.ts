import type { Severity } from "../forwarders/incident.ts";
import type { Line, Listed, State } from "./ledger.ts";
import { shelfOf } from "./shelf.ts";

/** What would have been changed of one remediation's findings of a control in an account. */
export interface Observed {
  readonly remediation: string;
  readonly control: string;
  readonly account: string;
  readonly incidents: number;
  /** Resources that would have been changed, and those that would have been left as they are: protected, refused, or not readable. */
  readonly changes: number;
  readonly left: number;
}

/** How long incidents of a severity and control were open, in milliseconds. */
export interface TimeToResolve {
  readonly severity: Severity;
  readonly control: string;
  readonly count: number;
  readonly median: number;
  readonly p90: number;
  readonly p95: number;
  readonly longest: number;
}

/** What of an account and severity is still open. */
export interface Backlog {
  readonly account: string;
  readonly severity: Severity;
  readonly count: number;
  /** Of these, those that somebody looks after. */
  readonly acknowledged: number;
  /** When the oldest of them was opened, ISO 8601. */
  readonly oldest: string;
}

const RESOLVED: readonly State[] = ["verified", "well", "gone", "resolved"];

/**
 * What would have been changed where remediations may only observe: by remediation, control and account, the most changes first. Pure.
 *
 * @param lines of each incident's last dry run (epoch 0), by its id
 */
export function observed(
  listed: readonly Listed[],
  lines: Readonly<Record<string, readonly Line[]>>,
): readonly Observed[] {
  const dry = listed.filter(({ state }) => state === "observed");
  const rows = dry.flatMap((one) => {
    const targets = (Object.hasOwn(lines, one.id) ? lines[one.id] : undefined) ?? [];
    const names = [...new Set(targets.map(({ remediation }) => remediation))];
    return names.map((remediation) => ({
      one,
      remediation,
      targets: targets.filter((line) => line.remediation === remediation && line.epoch === 0),
    }));
  });
  const groups = grouped(rows, ({ one, remediation }) => [remediation, controlOf(one), one.account]);
  return groups
    .map(([[remediation, control, account], some]) => {
      const states = some.flatMap(({ targets }) => targets.map(({ state }) => state));
      const changes = states.filter((state) => state === "planned").length;
      const left = states.filter((state) => ["protected", "refused", "unread"].includes(state)).length;
      return { remediation, control, account, incidents: some.length, changes, left };
    })
    .sort((one, other) => other.changes - one.changes || byText(one.remediation, other.remediation));
}

/** From when incidents were opened until they were well, by severity and control, the slowest first. What was put aside is none of it. Pure. */
export function timeToResolve(listed: readonly Listed[]): readonly TimeToResolve[] {
  const done = listed.filter(({ state }) => RESOLVED.includes(state));
  return grouped(done, (one) => [one.severity, controlOf(one)])
    .map(([[, control], some]) => {
      // A product's clock may be ahead of ours.
      const times = some.map(({ openedAt, since }) => Math.max(0, Date.parse(since) - Date.parse(openedAt)));
      times.sort((one, other) => one - other);
      const { severity } = some[0];
      return { severity, control, count: some.length, ...spread(times) };
    })
    .sort((one, other) => other.p95 - one.p95 || byText(one.control, other.control));
}

/** What is still open, by account and severity, the most first. Pure. */
export function backlog(listed: readonly Listed[]): readonly Backlog[] {
  const open = listed.filter(({ state }) => state !== "seen" && shelfOf(state) === "open");
  return grouped(open, ({ account, severity }) => [account, severity])
    .map(([[account], some]) => ({
      account,
      severity: some[0].severity,
      count: some.length,
      acknowledged: some.filter(({ acknowledged }) => acknowledged !== null).length,
      oldest: some.map(({ openedAt }) => openedAt).reduce((one, other) => (one < other ? one : other)),
    }))
    .sort((one, other) => other.count - one.count || byText(one.account, other.account));
}

/** The smallest time that at least a part of all is not longer than ("nearest rank"): always one that was. */
function spread(sorted: readonly number[]) {
  const at = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  return { median: at(0.5), p90: at(0.9), p95: at(0.95), longest: at(1) };
}

function grouped<One, Key extends readonly string[]>(all: readonly One[], keyOf: (one: One) => readonly [...Key]) {
  const groups = new Map<string, [readonly [...Key], [One, ...One[]]]>();
  for (const one of all) {
    const key = keyOf(one);
    const name = JSON.stringify(key);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [key, [one]]);
    else group[1].push(one);
  }
  return [...groups.values()];
}

const controlOf = ({ control, cause }: Listed) => control ?? cause;
const byText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
