import { DeleteUserPolicyCommand, GetUserPolicyCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { orNull } from "../aws-errors.ts";
import { each } from "../each.ts";
import { ABSENT, getUser, userKeys, userTags, writeKeys } from "../iam-user.ts";
import { QUARANTINE_POLICY as PolicyName, policyText } from "../inline-policy.ts";
import { remediation } from "../remediation.ts";
import { type Circumstances, decide, type State, type Target, targetsOf } from "./decide.ts";
import { iamUserQuarantine as manifest } from "./manifest.ts";

/** A user's policy of the quarantine and the status of its keys. */
export const iamUserQuarantineRemediation = remediation<Target, State, Circumstances>({
  manifest,
  targetsOf,
  decide,
  told: ({ userName, accountId }) => `user ${userName} in account ${accountId}`,
  tags: (session, { userName }) => userTags(session, userName),

  async circumstances(session, { userName }) {
    const { Arn: userArn = "" } = await getUser(session, userName);
    return { userArn };
  },

  async read(session, { userName: UserName }) {
    const found = await userKeys(session, UserName);
    if (found === null) return undefined;
    const answer = await orNull(
      session.client(IAMClient).send(new GetUserPolicyCommand({ UserName, PolicyName })),
      ...ABSENT,
    );
    const keys = found.map(({ id, status }) => ({ id, status }));
    return { policy: answer === null ? null : policyText(answer), keys };
  },

  async write(session, { userName: UserName }, from, to) {
    const iam = session.client(IAMClient);
    const { policy } = to;
    await each(
      async () => {
        // It denies what the keys and the console could do, at once. Where a user's 2048 characters of policies are full, the keys go all the same.
        if (policy === null || policy === from.policy) return;
        await iam.send(new PutUserPolicyCommand({ UserName, PolicyName, PolicyDocument: policy }));
      },
      () => writeKeys(session, UserName, from.keys, to.keys),
    );
    if (policy === null && from.policy !== null) {
      await orNull(iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName })), ...ABSENT);
    }
  },
});
