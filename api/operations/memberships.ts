import type { Adoption } from "../../programs/adoption.ts";
import { membershipsToEnd } from "../../programs/baseline/memberships.ts";
import type { BaselineInputs, StackInputs } from "../../programs/inputs.ts";
import { names } from "../../programs/names.ts";
import { isOutside } from "../../programs/outside-members.ts";
import { resourceTypes } from "../../programs/resource-types.ts";
import type { LostMembership } from "../../stacks/aws/lost-memberships.ts";
import type { KeptMembership } from "../../stacks/aws/memberships.ts";
import { findStack } from "../store/stacks.ts";
import { failUnless } from "./failure.ts";
import { stackOfAccount } from "./operation.ts";
import type { Work } from "./work.ts";

// Whether a member is still associated is not in the stack's state: it is asked for beside each look at what is live.

/** The memberships of a deployed baseline that somebody has ended; none of another stack. */
export async function lostMemberships(work: Work, inputs: StackInputs): Promise<readonly LostMembership[]> {
  // That of an account outside of the organization is a resource, which tells.
  if (inputs.kind !== "baseline" || isOutside(inputs)) return [];
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

/**
 * The regions whose GuardDuty plans have to wait for a lost membership. Its administrator sets the plans of members only, and the membership
 * comes back after the run, because the detector that it needs may have to be made by it.
 */
export function plansLater(inputs: StackInputs, lost: readonly LostMembership[]): readonly string[] {
  if (inputs.kind !== "baseline" || !inputs.features.guardDuty.enabled) return [];
  return lost.filter(({ service }) => service === "guardduty").map(({ region }) => region);
}

/** The inputs of a run that leaves those out. */
export function withPlansLater(inputs: StackInputs, regions: readonly string[]): StackInputs {
  return inputs.kind === "admin" || regions.length === 0 ? inputs : { ...inputs, plansLater: [...regions] };
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

/**
 * Ends the memberships of an account in the regions of the inputs, which AWS asks for before what they stand on can go there.
 *
 * @throws OperationFailure where the organization keeps it a member
 */
export async function endMemberships(
  work: Work,
  inputs: BaselineInputs,
  adoptions: readonly Adoption[],
  activity: string,
): Promise<void> {
  const { accountId } = inputs;
  const memberships = membershipsToEnd(inputs, adoptions);
  if (memberships.length === 0) return;
  work.say(`ending memberships in ${memberships.map(({ region }) => region).join(", ")}`);
  const kept = await work.aws.endMemberships(accountId, work.operation.id, memberships);
  failUnless(kept.map(stillProtected), activity, accountId);
}

/** An account that its organization keeps a member stays under its baseline: nothing of it has been taken away by then. */
function stillProtected({ region, service, reason }: KeptMembership) {
  return {
    region,
    service,
    message: `the account is still protected by the organization in ${region}: GuardDuty keeps its membership (${reason})`,
    remedy:
      "Set GuardDuty's auto-enable of the organization to something other than ALL, as a deployment of the admin stack with refresh does, then run the operation again.",
  };
}

function nameOf({ service, region }: LostMembership): string {
  return service === "securityhub" ? names.hubMember(region) : names.detectorMember(region);
}
