import {
  DeleteRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  type Role,
} from "@aws-sdk/client-iam";
import { orNull } from "../aws-errors.ts";
import { ABSENT } from "../iam-user.ts";
import { QUARANTINE_POLICY as PolicyName, policyText } from "../inline-policy.ts";
import { remediation, type Session } from "../remediation.ts";
import { type Circumstances, decide, type Target, targetsOf } from "./decide.ts";
import { iamRoleQuarantine as manifest } from "./manifest.ts";

/** The text of a role's policy of the quarantine; its state is `null` where there is none. */
export const iamRoleQuarantineRemediation = remediation<Target, string | null, Circumstances>({
  manifest,
  targetsOf,
  decide,
  told: ({ roleName, accountId }) => `role ${roleName} in account ${accountId}`,

  async tags(session, { roleName }) {
    const role = await getRole(session, roleName);
    return Object.fromEntries((role?.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  },

  async circumstances(session, { roleName }) {
    const role = await getRole(session, roleName);
    return { roleArn: role?.Arn ?? "" };
  },

  async read(session, { roleName: RoleName }) {
    // IAM answers for a role that is gone, and for one without the policy, by the same error.
    if ((await getRole(session, RoleName)) === null) return undefined;
    const answer = await orNull(
      session.client(IAMClient).send(new GetRolePolicyCommand({ RoleName, PolicyName })),
      ...ABSENT,
    );
    return answer === null ? null : policyText(answer);
  },

  async write(session, { roleName: RoleName }, _from, to) {
    const iam = session.client(IAMClient);
    if (to === null) await orNull(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })), ...ABSENT);
    else await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: to }));
  },
});

/** A role with its whole ARN and its tags, which lists leave out (IAM API reference, GetRole); null where it is gone. */
async function getRole(session: Session, RoleName: string): Promise<Role | null> {
  const answer = await orNull(session.client(IAMClient).send(new GetRoleCommand({ RoleName })), ...ABSENT);
  return answer?.Role ?? null;
}
