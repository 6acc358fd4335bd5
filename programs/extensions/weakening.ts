import { z } from "zod";

/** Days for which a weakening may hold, from when it is asked for. */
export const LONGEST_DAYS = 90;

/** Fields of entries that weaken what the organization set. They count once somebody with the role approver has approved them, and until they expire. */
export const weakeningFields = {
  reason: z
    .string()
    .trim()
    .min(10, "must say why, in 10 to 256 characters")
    .max(256, "must say why, in 10 to 256 characters")
    .meta({ description: "Why, for who approves it and for an auditor." }),
  expires: z.iso
    .datetime({ error: "must be a time in UTC such as 2030-01-31T00:00:00Z" })
    .max(30, "must be a time in UTC such as 2030-01-31T00:00:00Z")
    .meta({ description: `When it ends by itself: at most ${LONGEST_DAYS} days from when it is asked for.` }),
};

/** What is wrong with the time at which a weakening is to end, if it is asked for now. */
export function expiryProblem(
  expires: string,
  now: Date,
): { readonly message: string; readonly allowed: string } | undefined {
  const latest = new Date(now.getTime() + LONGEST_DAYS * 86_400_000);
  const at = Date.parse(expires);
  if (at > now.getTime() && at <= latest.getTime()) return undefined;
  const message =
    at > now.getTime()
      ? `is later than ${LONGEST_DAYS} days from now: what weakens ends within them`
      : "is over already";
  return { message, allowed: `a time until ${latest.toISOString()}` };
}
