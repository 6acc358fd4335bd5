import { createAccessRoles } from "./access-roles.ts";
import { SAMPLE } from "./accounts.ts";
import { PRESENT } from "./present.ts";
import { rootAccess } from "./root-access.ts";

/** The organization that the sandbox starts with, and what is in its accounts from the beginning. */
export const sampleOrganization = { seed: SAMPLE, populate };

/**
 * Fills the accounts by AWS calls as their roots: the role of the management account in each member, and what makes some
 * of them not empty. Everything is tried; rejects with an AggregateError of what failed.
 */
async function populate(url: string): Promise<void> {
  const present = Object.entries(PRESENT).flatMap(([accountId, presences]) =>
    presences.map((presence) => presence((region) => rootAccess(url, accountId, region))),
  );
  const outcomes = await Promise.allSettled([createAccessRoles(url, SAMPLE), ...present]);
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  if (failures.length > 0) {
    throw new AggregateError(failures, `populating the sample organization: ${failures.map(String).join("; ")}`);
  }
}
