import { endedInvitations, invitationProblems } from "../../programs/baseline/invitations.ts";
import type { BaselineInputs, StackInputs } from "../../programs/inputs.ts";
import { isOutside } from "../../programs/outside-members.ts";
import { failUnless } from "./failure.ts";
import type { Work } from "./work.ts";

/**
 * Sees to it that the admin stack has invited an account outside of the organization. Changes nothing.
 *
 * @throws OperationFailure where it has not, in some region
 */
export async function requireInvitations(work: Work, inputs: BaselineInputs): Promise<void> {
  if (!isOutside(inputs)) return;
  const { accountId, regions } = inputs;
  const found = await work.aws.readInvitations(inputs, work.operation.id);
  failUnless(invitationProblems(found, accountId, regions), "preparing the baseline", accountId);
}

/** Invites such an account again where it was disassociated, so that the run that follows can accept. */
export async function renewInvitations(work: Work, inputs: StackInputs): Promise<void> {
  if (inputs.kind !== "baseline" || !isOutside(inputs)) return;
  const ended = endedInvitations(await work.aws.readInvitations(inputs, work.operation.id));
  if (ended.length === 0) return;
  work.say(`inviting account ${inputs.accountId} to Security Hub again in ${ended.join(", ")}`);
  await work.aws.renewInvitations(inputs, work.operation.id, ended);
}
