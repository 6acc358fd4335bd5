import type { AnyRemediation } from "../remediation.ts";
import { plan } from "../run.ts";
import { type Answered, find, named, refused, unlessLost } from "./holding.ts";
import type { About, Entry, Line } from "./ledger.ts";
import type { RepairMessage } from "./repair-message.ts";
import { type Ended, end, type Responder } from "./responder.ts";
import { endOfRepair, LEASE } from "./times.ts";

const STACKS = { baseline: "the account's baseline", admin: "the admin stack" } as const;
/** Characters of a message's reason. */
const LONGEST_REASON = 1000;

/** What owns the setting that a remediation answers for; undefined where the remediation changes things itself. Pure. */
export function ownerOf(remediation: Pick<AnyRemediation, "manifest"> | undefined): string | undefined {
  const repairs = remediation?.manifest.repairs;
  return repairs === undefined ? undefined : STACKS[repairs];
}

/** The request for the repair that an incident's change began: the same for each attempt at it. Pure. */
export function repairMessage({ id, epoch, remediation, began }: Entry, accountId: string, why: string): RepairMessage {
  const reason = why
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
    .slice(0, LONGEST_REASON)
    .toWellFormed();
  return { id: `${id}-${epoch}`, accountId, remediation, incident: id, reason, at: began };
}

/** What the settings that a repair was asked for are like now. */
interface Seen {
  readonly kind: "well" | "waiting" | "unread";
  readonly lines: readonly Line[];
  readonly why: string;
}

/**
 * Looks after a repair that was asked for: ends its incident where everything is well, and where a day was not enough. Where AWS can't be read, it is to be
 * looked at again until the day is over.
 */
export async function attendRepair(responder: Responder, id: string): Promise<Answered> {
  const found = await find(responder, id);
  if (found.kind === "refused") return found;
  const { entry, about } = found;
  if (entry.state !== "repairing") return refused(`incident ${id} waits for no repair: it is ${entry.state}`);
  const seen = await look(responder, entry, about.finding);
  const isOver = !(responder.now().getTime() < endOfRepair(entry).getTime());
  if (seen.kind === "unread" && !isOver) return { kind: "again", id, state: entry.state, why: seen.why };
  if (seen.kind === "waiting" && !isOver) return { kind: "done", id, state: entry.state, why: seen.why };
  const held = await unlessLost(() => responder.ledger.hold(entry, responder.now(), LEASE));
  return held === undefined ? { kind: "busy" } : settle(responder, held, about.finding, seen);
}

/** The same for an incident that is held, for a newer finding of it; undefined where the repair is still waited for. */
export async function attendHeld(
  responder: Responder,
  held: Entry,
  finding: About["finding"],
): Promise<Ended | undefined> {
  const seen = await look(responder, held, finding);
  if (seen.kind === "well") return settle(responder, held, finding, seen);
  return undefined;
}

async function look(
  responder: Responder,
  { id, epoch, remediation: name }: Entry,
  finding: About["finding"],
): Promise<Seen> {
  const lines = await responder.ledger.lines(id, epoch);
  const remediation = named(responder, name);
  if (remediation === undefined) return { kind: "unread", lines, why: `there is no remediation ${name} any more` };
  try {
    const session = await responder.session(remediation, finding);
    const facts = await responder.facts();
    const now: Line[] = [];
    for (const line of lines) {
      if (line.state !== "begun") {
        now.push(line);
        continue;
      }
      const planned = await plan(remediation, session, line.target, facts);
      const told = remediation.told(line.target);
      if (planned.kind === "nothing") now.push({ ...line, state: "verified", why: `${told} is as it shall be again` });
      else if (planned.kind === "gone") now.push({ ...line, state: "gone", why: planned.why });
      else now.push({ ...line, why: `${told} is not yet as it shall be` });
    }
    const waiting = now.filter(({ state }) => state === "begun");
    if (waiting.length > 0) return { kind: "waiting", lines: now, why: whysOf(waiting) };
    return { kind: "well", lines: now, why: whysOf(now) };
  } catch (error) {
    return { kind: "unread", lines, why: error instanceof Error ? error.message : String(error) };
  }
}

async function settle(responder: Responder, held: Entry, finding: About["finding"], seen: Seen): Promise<Ended> {
  if (seen.kind !== "well") {
    const why = `asked for a repair ${held.since}, and a day was not enough: ${seen.why}`;
    return end(responder, held, finding, { state: "failed", why, workflow: "NOTIFIED" });
  }
  let entry = held;
  for (const line of seen.lines) entry = await responder.ledger.keep(entry, line);
  const facts = { attempts: 0 };
  if (seen.lines.some(({ state }) => state === "gone")) {
    return end(responder, entry, finding, { state: "gone", why: seen.why, workflow: "NOTIFIED", facts });
  }
  return end(responder, entry, finding, { state: "verified", why: seen.why, workflow: "RESOLVED", facts });
}

const whysOf = (lines: readonly Line[]) => lines.map(({ why }) => why).join("; ");
