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

/** Names of the roles that deny this instance, of those in the marks and that of the profile. Another policy of the same name denies nothing. */
export async function readRevoked(
  session: Session,
  { instanceId }: Target,
  { profile, marks }: Pick<State, "profile" | "marks">,
): Promise<readonly string[]> {
  const roles = new Set(marks.roles?.split(" ").filter((name) => name !== ""));
  if (profile?.role) roles.add(nameOf(profile.role));
  const denying: string[] = [];
  for (const RoleName of [...roles].sort()) {
    const get = new GetRolePolicyCommand({ RoleName, PolicyName: denialName(instanceId) });
    const found = await orNull(session.client(IAMClient).send(get), "NoSuchEntityException", "NoSuchEntity");
    // IAM answers with a document that is URL-encoded (API reference, GetRolePolicy).
    const document = found?.PolicyDocument === undefined ? null : parsed(decodeURIComponent(found.PolicyDocument));
    if (isDeepStrictEqual(document, denial(instanceId))) denying.push(RoleName);
  }
  return denying;
}

/** Puts the policy on roles and takes it from others. A role that is gone has nothing to take away. */
export async function writeRevoked(
  session: Session,
  { instanceId }: Target,
  from: readonly string[],
  to: readonly string[],
): Promise<void> {
  const iam = session.client(IAMClient);
  const PolicyName = denialName(instanceId);
  const PolicyDocument = JSON.stringify(denial(instanceId));
  for (const RoleName of to.filter((name) => !from.includes(name))) {
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
  }
  for (const RoleName of from.filter((name) => !to.includes(name))) {
    const taken = iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
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
