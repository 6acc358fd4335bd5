/** What becomes of a previewed diff that the guard has stopped. */
export const changeStatuses = ["pending", "approved", "rejected", "expired", "superseded", "applied"] as const;
export type ChangeStatus = (typeof changeStatuses)[number];

export const changeIdPattern = /^chg-[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** How the service itself is named where nobody decided: when a change expires. */
export const serviceName = "bulwark";

/**
 * True where both names are the same person's, as far as names tell: a token that was revoked and made anew has the same name, and
 * letters' case makes no other person.
 */
export function isSamePerson(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
