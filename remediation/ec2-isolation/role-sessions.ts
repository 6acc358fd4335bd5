import { isDeepStrictEqual } from "node:util";
import { DeleteRolePolicyCommand, GetRolePolicyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { orNull } from "../aws-errors.ts";
import type { Session } from "../remediation.ts";
import { nameOf, type State, type Target } from "./decide.ts";

/**
 * Denies everything to the sessions that the role has on this instance, wherever their credentials are used by now. The role is left to its other
 * instances: `aws:userid` of a session on an instance is the role's id, a colon and the instance's id (IAM User Guide, "IAM policy elements: Variables
 * and tags"), and every request has it. It has no time, as the policy that IAM's console makes (`aws:TokenIssueTime`): credentials that the instance
 * gets between two of our calls, or by somebody who gives it a profile again, shall not work either.
 */
export function denial(instanceId: string) {
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "BulwarkIsolation",
        Effect: "Deny",
        Action: "*",
        Resource: "*",
        Condition: { StringLike: { "aws:userid": `*:${instanceId}` } },
      },
    ],
  };
}

/** The policy that the role has for this instance; each instance its own, so that release takes one away and no other. */
export const denialName = (instanceId: string) => `bulwark-isolation-${instanceId}`;

/** Name of the role that denies this instance: that of the marks, or of the profile. `null` where it has no such policy, or another of its name. */
export async function readRevoked(
  session: Session,
  { instanceId }: Target,
  { profile, marks }: Pick<State, "profile" | "marks">,
): Promise<string | null> {
  const RoleName = marks.role ?? (profile?.role == null ? null : nameOf(profile.role));
  if (RoleName === null) return null;
  const get = new GetRolePolicyCommand({ RoleName, PolicyName: denialName(instanceId) });
  const found = await orNull(session.client(IAMClient).send(get), "NoSuchEntityException", "NoSuchEntity");
  // IAM answers with a document that is URL-encoded (API reference, GetRolePolicy).
  const document = found?.PolicyDocument === undefined ? null : parsed(decodeURIComponent(found.PolicyDocument));
  return isDeepStrictEqual(document, denial(instanceId)) ? RoleName : null;
}

/** Puts the policy on one role and takes it from another. A role that is gone has nothing to take away. */
export async function writeRevoked(
  session: Session,
  { instanceId }: Target,
  from: string | null,
  to: string | null,
): Promise<void> {
  const iam = session.client(IAMClient);
  const PolicyName = denialName(instanceId);
  if (to !== null) {
    const PolicyDocument = JSON.stringify(denial(instanceId));
    await iam.send(new PutRolePolicyCommand({ RoleName: to, PolicyName, PolicyDocument }));
  }
  if (from !== null && from !== to) {
    const taken = iam.send(new DeleteRolePolicyCommand({ RoleName: from, PolicyName }));
    await orNull(taken, "NoSuchEntityException", "NoSuchEntity");
  }
}

function parsed(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch {
    return null;
  }
}
