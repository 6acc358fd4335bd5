import type { StackInputs } from "../../programs/inputs.ts";
import { names } from "../../programs/names.ts";
import { resourceTypes } from "../../programs/resource-types.ts";
import type { LostMembership } from "../../stacks/aws/lost-memberships.ts";
import { findStack } from "../store/stacks.ts";
import { stackOfAccount } from "./operation.ts";
import type { Work } from "./work.ts";

// Whether a member is still associated is not in the stack's state: it is asked for beside each look at what is live.

/** The memberships of a deployed baseline that somebody has ended; none of another stack. */
export async function lostMemberships(work: Work, inputs: StackInputs): Promise<readonly LostMembership[]> {
  if (inputs.kind !== "baseline") return [];
  const stack = await findStack(work.db, stackOfAccount(inputs.accountId));
  return stack?.deployedAt == null ? [] : work.aws.lostMemberships(inputs, work.operation.id);
}

/**
 * Restores what was lost before the deployment and has not come back by it.
 *
 * @returns what was restored
 */
export async function restoreMemberships(
  work: Work,
  inputs: StackInputs,
  lost: readonly LostMembership[],
): Promise<readonly LostMembership[]> {
  if (inputs.kind !== "baseline" || lost.length === 0) return [];
  const still = await work.aws.lostMemberships(inputs, work.operation.id);
  const restored = still.filter((one) => lost.some((other) => nameOf(other) === nameOf(one)));
  if (restored.length === 0) return [];
  for (const { region } of restored) work.say(`restoring a membership of account ${inputs.accountId} in ${region}`);
  await work.aws.restoreMemberships(inputs, work.operation.id, restored);
  return restored;
}

/** A lost membership as a resource that drifted. */
export function asDrift(lost: LostMembership) {
  return {
    type: lost.service === "securityhub" ? resourceTypes.hubMember : resourceTypes.detectorMember,
    name: nameOf(lost),
    op: "update",
    region: lost.region,
    diffs: ["associated"],
    recorded: { associated: true },
    found: { associated: false },
  };
}

function nameOf({ service, region }: LostMembership): string {
  return service === "securityhub" ? names.hubMember(region) : names.detectorMember(region);
}
