import { z } from "zod";
import { CLOSED, type Incident, SEVERITIES } from "../incident.ts";
import { LIMITS, type Message } from "./message.ts";
import { fitted, formatted, plain } from "./text.ts";

/** A person or a group of Slack, by id. */
const mention = z
  .string()
  .regex(/^[UWS][A-Z0-9]{6,20}$/, "give a person or a user group by its id (U0123456789, S0123456789)");
const level = z.strictObject({ afterMinutes: z.int().min(1).max(10_080), tell: z.array(mention).min(1).max(20) });

/**
 * Who is told when nobody acknowledges an incident of a severity, later levels after earlier ones. A severity that is not named escalates to
 * nobody.
 */
export const escalationSchema = z
  .partialRecord(z.enum(SEVERITIES), z.array(level).max(10))
  .refine(
    (levels) =>
      Object.values(levels).every((all) =>
        all.every(({ afterMinutes }, at) => afterMinutes > (all[at - 1]?.afterMinutes ?? 0)),
      ),
    {
      error: "the levels of a severity come one after the other: each with more minutes than the one before",
    },
  );
export type EscalationPolicy = z.infer<typeof escalationSchema>;

export interface Escalation {
  /** Its place among the severity's levels, from 1 on. */
  readonly level: number;
  readonly minutes: number;
  readonly tell: readonly string[];
}

/**
 * The levels that are due now and were not told, the lowest first. None where somebody looks after it or nothing is to be done. Time counts from
 * when it began to need somebody: what was remediated and undone begins anew. Pure.
 *
 * @param told levels that were told since then
 */
export function escalations(
  incident: Incident,
  policy: EscalationPolicy,
  told: readonly number[],
  now: Date,
): readonly Escalation[] {
  if (incident.acknowledged !== null || CLOSED.includes(incident.status)) return [];
  const minutes = (now.getTime() - waitingSince(incident).getTime()) / 60_000;
  return (policy[incident.severity] ?? []).flatMap(({ afterMinutes, tell }, at) =>
    minutes >= afterMinutes && !told.includes(at + 1) ? [{ level: at + 1, minutes: afterMinutes, tell }] : [],
  );
}

/** When the incident began to need somebody: its first step after the last that closed it. */
export function waitingSince({ history, openedAt }: Incident): Date {
  const closed = history.findLastIndex(({ status }) => CLOSED.includes(status));
  return new Date(closed === -1 ? openedAt : (history[closed + 1]?.at ?? openedAt));
}

/** What the thread says at a level. Only here somebody is mentioned, and by the settings alone. */
export function call({ title, severity }: Incident, { minutes, tell }: Escalation): Message {
  const who = tell.map((id) => (id.startsWith("S") ? `<!subteam^${id}>` : `<@${id}>`)).join(" ");
  const words = `Nobody acknowledged this within ${minutes} minutes: ${severity} ${title}`;
  return {
    text: fitted(words, LIMITS.text),
    blocks: [
      { type: "section", text: formatted(who) },
      { type: "section", text: plain(words, LIMITS.section) },
    ],
  };
}
