import { isDeepStrictEqual } from "node:util";
import type { Extension, WeakeningExtension } from "../../programs/extensions/extensions.ts";
import { weakens } from "../../programs/extensions/extensions.ts";
import { expiryProblem } from "../../programs/extensions/weakening.ts";
import type { FieldError } from "../problem.ts";

/** What becomes of an entry that weakens. Ended is what was approved and is not among the account's entries any more. */
export const weakeningStatuses = ["pending", "approved", "rejected", "ended"] as const;
export type WeakeningStatus = (typeof weakeningStatuses)[number];

/** One entry that weakens, as it was asked for, and the decision on it: whatever is different in it is asked for anew. */
export interface Weakening {
  readonly entry: WeakeningExtension;
  readonly status: WeakeningStatus;
  readonly requestedBy: string;
  /** Names the request: ISO 8601, to the millisecond. */
  readonly requestedAt: string;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly comment?: string;
  readonly endedAt?: string;
}

/**
 * For so long after its time what has ended is undone by every deployment: findings that it has suppressed are updated within a day, if ever.
 * Counted from when it would have expired, since until then it may stand in the account: what is taken out earlier goes with the next deployment.
 */
const UNDOING_MS = 30 * 86_400_000;

interface Settled {
  readonly weakenings: readonly Weakening[];
  /** Entries that may not be asked for now, with paths from the list of entries. */
  readonly errors: readonly FieldError[];
}

/**
 * The account's weakenings after its entries have become these. What was asked for in the same words stays as it is decided; what is new
 * waits for a decision; what was approved and is gone, has ended. Pure.
 */
export function settleWeakenings(
  former: readonly Weakening[],
  entries: readonly Extension[],
  { by, now }: { readonly by: string; readonly now: Date },
): Settled {
  const errors: FieldError[] = [];
  const current = former.filter(({ status }) => status !== "ended");
  const wanted = entries.flatMap((entry, index): Weakening[] => {
    if (!weakens(entry)) return [];
    const same = current.find((weakening) => isDeepStrictEqual(weakening.entry, entry));
    if (same !== undefined) return [same];
    const problem = expiryProblem(entry.expires, now);
    if (problem !== undefined) errors.push({ field: `${index}.expires`, ...problem });
    const taken = nameProblem(entry, former, now);
    if (taken !== undefined) errors.push({ field: `${index}.name`, ...taken });
    return [{ entry, status: "pending", requestedBy: by, requestedAt: now.toISOString() }];
  });
  const ended = former.flatMap((weakening): Weakening[] => {
    if (weakening.status === "ended") return [weakening];
    if (weakening.status !== "approved" || wanted.includes(weakening)) return [];
    const endedAt = new Date(Math.min(now.getTime(), Date.parse(weakening.entry.expires))).toISOString();
    return [{ ...weakening, status: "ended", endedAt }];
  });
  return { weakenings: [...wanted, ...ended.filter((weakening) => isUndone(weakening, now))], errors };
}

function isUndone({ entry }: Weakening, now: Date): boolean {
  return Date.parse(entry.expires) > now.getTime() - UNDOING_MS;
}

/** Why an entry can't have its name: what was approved under it weakens something else, and would not be undone beside it. */
function nameProblem(entry: WeakeningExtension, former: readonly Weakening[], now: Date) {
  const other = former.find(
    (weakening) =>
      (weakening.status === "approved" || weakening.status === "ended") &&
      isUndone(weakening, now) &&
      weakening.entry.type === entry.type &&
      weakening.entry.name === entry.name &&
      !isDeepStrictEqual(scopeOf(weakening.entry), scopeOf(entry)),
  );
  if (other === undefined) return undefined;
  const until = new Date(Date.parse(other.entry.expires) + UNDOING_MS).toISOString();
  const message = `is the name of another ${entry.type}, which was approved and is undone until ${until}`;
  return { message, allowed: "another name, or the same entry with another reason or end" };
}

/** What an entry weakens, without why and until when. */
function scopeOf({ reason: _why, expires: _end, ...scope }: WeakeningExtension): object {
  return scope;
}

const isOver = ({ entry, status }: Weakening, now: Date): boolean =>
  status === "ended" || Date.parse(entry.expires) <= now.getTime();

/**
 * What a deployment brings to the account now: the entries that count, and those that have ended and are to be undone, the latest of a type and
 * name. What weakens counts while it is approved and has not expired. Pure.
 */
export function countingExtensions(
  entries: readonly Extension[],
  weakenings: readonly Weakening[],
  now: Date,
): { readonly extensions: readonly Extension[]; readonly endedExtensions: readonly Extension[] } {
  const approved = weakenings.filter(({ status }) => status === "approved");
  const counts = (entry: Extension) =>
    !weakens(entry) ||
    approved.some((weakening) => !isOver(weakening, now) && isDeepStrictEqual(weakening.entry, entry));
  const over = weakenings
    .filter(({ status }) => status === "approved" || status === "ended")
    .filter((weakening) => isOver(weakening, now) && isUndone(weakening, now));
  const latest = new Map<string, Weakening>();
  for (const weakening of over) {
    const key = `${weakening.entry.type} ${weakening.entry.name}`;
    const other = latest.get(key);
    if (other === undefined || other.requestedAt < weakening.requestedAt) latest.set(key, weakening);
  }
  return {
    extensions: entries.filter(counts),
    endedExtensions: [...latest.values()].map(({ entry }) => entry),
  };
}

/**
 * The entries that take, or may yet take, something of what all accounts share: those that count or wait for a decision, and those that are
 * undone. Pure.
 */
export function claimedExtensions(
  entries: readonly Extension[],
  weakenings: readonly Weakening[],
  now: Date,
): readonly Extension[] {
  const waits = (entry: Extension) =>
    weakenings.some(
      (weakening) =>
        weakening.status === "pending" && !isOver(weakening, now) && isDeepStrictEqual(weakening.entry, entry),
    );
  const { extensions, endedExtensions } = countingExtensions(entries, weakenings, now);
  return [...extensions, ...entries.filter(waits), ...endedExtensions];
}
