import { AdminInputs } from "../../programs/inputs.ts";
import type { OrganizationSettings } from "../../programs/settings.ts";
import { type Fleet, overrunProblem, overruns, scarce, sharedUse } from "../../programs/shared-limits.ts";
import { adminStack } from "../operations/operation.ts";
import { Problem } from "../problem.ts";
import type { Db } from "../store/connection.ts";
import { type CreationClaim, listCreations, listFleet, lockSharedLimits } from "../store/fleet.ts";
import { findStack } from "../store/stacks.ts";
import { environmentsOf } from "./environments.ts";
import { claimedExtensions } from "./weakenings.ts";

export interface SharedLimitsOptions {
  readonly settings: OrganizationSettings;
  readonly now: () => Date;
}

/** What is counted: all, but for what the named stack has not deployed yet. */
export interface Counted {
  readonly notYet?: "admin" | { readonly accountId: string } | undefined;
  /** An account that is about to be asked for. */
  readonly creation?: CreationClaim | undefined;
}

/** What all accounts and the settings take together, as it is recorded and as it is deployed: only a deployment makes room. */
export async function readFleet(
  db: Db,
  { settings, now }: SharedLimitsOptions,
  { notYet, creation }: Counted = {},
): Promise<Fleet> {
  const rows = await listFleet(db);
  const creations = [...(await listCreations(db)), ...(creation === undefined ? [] : [creation])];
  const admin = AdminInputs.safeParse((await findStack(db, adminStack))?.inputs).data;
  const placed = [
    ...rows,
    // Only their number counts.
    ...creations.map(({ environment = null }) => ({ accountId: "000000000000", environment })),
  ].flatMap(({ accountId, environment }) => (environment === null ? [] : [{ accountId, environment }]));
  const environments = environmentsOf(placed, settings.features.securityHub.automationRules);
  return {
    organizations: [
      ...(admin === undefined ? [] : [admin]),
      ...(notYet === "admin" ? [] : [{ ...settings, environments }]),
    ],
    holders: [
      ...rows.map(({ accountId, extensions, weakenings, deployed }) => ({
        holder: accountId,
        entries:
          typeof notYet === "object" && notYet.accountId === accountId
            ? deployed
            : [...deployed, ...claimedExtensions(extensions, weakenings, now())],
      })),
      ...creations.map(({ email = "", extensions = [] }) => ({
        holder: `the account of ${email}`,
        entries: extensions,
      })),
    ],
  };
}

/**
 * Does what may take of the limits that accounts share: one such transaction at a time, so that two can't both take what is left for one.
 *
 * @param mayKnow the accounts that who asks may know of; undefined for all
 * @throws Problem 409 `limit-reached` where it takes more than AWS allows; what was written is to be rolled back
 */
export async function withinSharedLimits(
  transaction: Db,
  options: SharedLimitsOptions & { readonly mayKnow?: readonly string[] | undefined },
  take: { readonly write: () => Promise<void> } | { readonly creation: CreationClaim },
): Promise<void> {
  await lockSharedLimits(transaction);
  const before = await readFleet(transaction, options);
  if ("write" in take) await take.write();
  const after = await readFleet(transaction, options, "creation" in take ? take : {});
  const { mayKnow } = options;
  const over = overruns(sharedUse(before), sharedUse(after)).map((use) =>
    overrunProblem(use, (holder) => mayKnow?.includes(holder) ?? true),
  );
  const [first] = over;
  if (first === undefined) return;
  const remedies = [...new Set(over.map(({ remedy }) => remedy))].join(" ");
  throw new Problem("limit-reached", `${over.map(({ message }) => message).join("; ")}. ${remedies}`, {
    service: first.service,
    region: first.region,
    remedy: remedies,
  });
}

/** What stands against deploying a stack: it would take more of the limits than there is, in the middle of it. */
export async function sharedLimitProblems(db: Db, options: SharedLimitsOptions, stack: NonNullable<Counted["notYet"]>) {
  const after = sharedUse(await readFleet(db, options));
  const problems = overruns(sharedUse(await readFleet(db, options, { notYet: stack })), after).map((use) =>
    overrunProblem(use),
  );
  return { problems, notes: scarce(after) };
}
