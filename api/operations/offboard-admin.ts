import { adminLeavingPhases, delegationsToEnd } from "../../programs/admin/leaving.ts";
import { type Adoption, isPutBack } from "../../programs/adoption.ts";
import { AdminInputs } from "../../programs/inputs.ts";
import type { KeptDelegation } from "../../stacks/aws/delegations.ts";
import type { KeptResource, RunResult } from "../../stacks/run.ts";
import { listStanding } from "../store/accounts.ts";
import type { Db } from "../store/connection.ts";
import { listSteps } from "../store/events.ts";
import { findAnyCreation, findBaselineChange } from "../store/operations.ts";
import { findStack, saveStack } from "../store/stacks.ts";
import { inPhase, withoutInputs } from "./apply.ts";
import { sumChanges } from "./changes.ts";
import { failUnless } from "./failure.ts";
import type { Leftover } from "./leftovers.ts";
import { adminStack } from "./operation.ts";
import { readSteps } from "./record.ts";
import type { Outcome, Work } from "./work.ts";

const KEY = "aws:kms/key:Key";
/** Of so many accounts the ids are told. */
const NAMED = 5;

/** Why the admin stack can't be taken off now, and what to do about it; undefined where it can. */
export async function whyAdminStays(
  db: Db,
): Promise<{ readonly message: string; readonly remedy: string } | undefined> {
  const standing = await listStanding(db);
  const creation = await findAnyCreation(db);
  if (standing.length === 0) {
    const remedy = "Wait until it has ended, or cancel it, then ask again.";
    if (creation !== undefined) {
      const message = `operation ${creation.id} is creating an account, which will rest on the admin stack`;
      return { message, remedy };
    }
    const change = await findBaselineChange(db);
    if (change === undefined) return undefined;
    return { message: `operation ${change.id} is under way in account ${change.accountId}`, remedy };
  }
  const named = standing.slice(0, NAMED).map(({ accountId, status }) => `${accountId} (${status})`);
  const more = standing.length > NAMED ? ` and ${standing.length - NAMED} more` : "";
  const count = standing.length === 1 ? "1 account rests" : `${standing.length} accounts rest`;
  return {
    message: `${count} on the admin stack: ${named.join(", ")}${more}`,
    remedy: "Offboard each with DELETE /accounts/{accountId}, wait until that has succeeded, then ask again.",
  };
}

/**
 * Takes the admin stack off: puts back what was adopted, destroys all but the evidence, then ends what AWS Organizations still knows of the
 * administrators. The evidence stays in the stack's state, by which the next deployment finds it. Every step may be done again.
 */
export async function offboardAdmin(work: Work): Promise<Outcome> {
  const row = await findStack(work.db, adminStack);
  const obstacle = await whyAdminStays(work.db);
  const { management } = work.settings.accounts;
  failUnless(
    obstacle === undefined ? [] : [{ ...obstacle, service: "organizations.amazonaws.com" }],
    "taking off the admin stack",
    management,
  );
  const adoptions = (row?.adoptions ?? []) as Adoption[];
  const runs: RunResult[] = [];
  let kept: readonly KeptResource[] = [];
  let leftovers: Leftover[] = [];
  let central = false;
  if (row?.inputs != null) {
    const inputs = AdminInputs.parse({ ...row.inputs, adoptions });
    const deployed = row.deployedAt !== null;
    central = inputs.features.securityHub.mode === "central";
    for (const phase of adminLeavingPhases(inputs, adoptions, deployed)) {
      work.say("putting back what was adopted, and keeping the evidence");
      runs.push(await work.run("up", inPhase(inputs, phase), { refresh: adoptions.some(isPutBack) }));
    }
    // A later attempt must not bring up what this one begins to destroy.
    await work.saveStack({ deployedAt: null, deployedHash: null, imported: null });
    work.say("destroying the stack, but for the evidence");
    const destroyed = await work.run("destroy", inputs, { refresh: !deployed, keepProtected: true });
    runs.push(destroyed);
    kept = destroyed.kept ?? [];
    const delegations = delegationsToEnd(inputs, adoptions);
    work.say(`ending what AWS Organizations knows of ${delegations.map(({ service }) => service).join(" and ")}`);
    const still = await work.aws.endDelegations(work.operation.id, delegations);
    leftovers = [...still.map(stillProtected), ...(await keysPendingDeletion(work, runs))];
  }
  return {
    changes: sumChanges(runs),
    result: {
      resources: kept.length,
      durationMs: runs.reduce((sum, run) => sum + run.durationMs, 0),
      restored: adoptions
        .filter(({ decision }) => decision !== "leave")
        .map(({ type, name, region, before }) => ({ type, name, region, before })),
      evidence: kept.map(({ type, name, id, accountId, region }) => ({ type, name, id, accountId, region })),
      leftovers,
      kept: [...KEPT, ...(central ? [KEPT_CENTRAL] : []), ...(kept.length > 0 ? [KEPT_EVIDENCE] : [])],
      steps: runs.flatMap(({ steps }) => steps).map(withoutInputs),
    },
    save: async (transaction) => {
      await saveStack(transaction, adminStack, {
        ...{ inputs: null, outputs: null, standingRegions: null, adoptions: null, imported: null, drift: null },
        ...{ resources: kept.length, baselineVersion: null, deployedAt: null, deployedHash: null },
      });
    },
  };
}

const KEPT_EVIDENCE =
  "evidence in the log archive, with its buckets, keys and policies: never removed by Bulwark; a later deployment goes on with them";
/** AWS Security Hub User Guide, "Removing or changing the delegated administrator". */
const KEPT_CENTRAL =
  "Security Hub in member accounts, as the configuration policies left it: AWS lets accounts keep that when central configuration ends";
const KEPT = [
  "service-linked roles of AWS services in the core accounts: other regions and services may need them",
  "Bulwark's own roles in the core accounts: an administrator removes them, once no deployment is to follow",
] as const;

function stillProtected({ service, what, reason }: KeptDelegation): Leftover {
  return { what: `${what} (${service})`, region: "global", reason: `still protected by the organization: ${reason}` };
}

/** The keys that this attempt or an earlier one has destroyed, which AWS keeps for a time. */
async function keysPendingDeletion({ db, operation }: Work, runs: readonly RunResult[]): Promise<Leftover[]> {
  const earlier = readSteps(await listSteps(db, operation.id))
    .filter(({ done }) => done.at(-1) === "delete")
    .map(({ step }) => step);
  const now = runs.flatMap(({ steps }) => steps).filter(({ op }) => op === "delete");
  const keys = [...earlier, ...now].filter(({ type }) => type === KEY);
  return [...new Map(keys.map((key) => [key.urn, key])).values()].map(({ name, accountId, region = "global" }) => ({
    what: `key ${name}${accountId === undefined ? "" : ` in account ${accountId}`}`,
    region,
    reason: "pending deletion: AWS deletes it at the end of its waiting period, until when it can be cancelled",
  }));
}
