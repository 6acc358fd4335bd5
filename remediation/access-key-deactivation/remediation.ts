import { getUser, type KeyStatus, userKeys, userTags, writeKeys } from "../iam-user.ts";
import { remediation } from "../remediation.ts";
import { type Circumstances, decide, type Target, targetsOf } from "./decide.ts";
import { accessKeyDeactivation as manifest } from "./manifest.ts";

/** An access key's status. */
export const accessKeyDeactivationRemediation = remediation<Target, KeyStatus, Circumstances>({
  manifest,
  targetsOf,
  decide,
  told: ({ accessKeyId, userName, accountId }) =>
    `access key ${accessKeyId} of user ${userName} in account ${accountId}`,
  tags: (session, { userName }) => userTags(session, userName),

  async circumstances(session, { userName }) {
    const { Arn: userArn = "" } = await getUser(session, userName);
    return { userArn };
  },

  async read(session, { userName, accessKeyId }) {
    const keys = await userKeys(session, userName);
    return keys?.find(({ id }) => id === accessKeyId)?.status;
  },

  async write(session, { userName, accessKeyId: id }, from, to) {
    await writeKeys(session, userName, [{ id, status: from }], [{ id, status: to }]);
  },
});
