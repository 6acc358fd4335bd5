import { GetAccessKeyLastUsedCommand, IAMClient } from "@aws-sdk/client-iam";
import { getUser, userKeys, userTags, writeKeys } from "../iam-user.ts";
import { remediation } from "../remediation.ts";
import { isLastAdministrator, loginProfile } from "./authorizations.ts";
import { type Circumstances, decide, type State, type Target, targetsOf } from "./decide.ts";
import { unusedCredentials as manifest } from "./manifest.ts";

/** The status of a user's access keys. */
export const unusedCredentialsRemediation = remediation<Target, State, Circumstances>({
  manifest,
  targetsOf,
  decide,
  told: ({ userName, accountId }) => `credentials of user ${userName} in account ${accountId}`,
  tags: (session, { userName }) => userTags(session, userName),

  async circumstances(session, { userName }) {
    const user = await getUser(session, userName);
    const profile = await loginProfile(session, userName);
    const keys = [];
    for (const { id, status, created } of (await userKeys(session, userName)) ?? []) {
      if (status !== "Active") continue;
      const { AccessKeyLastUsed: last } = await session
        .client(IAMClient)
        .send(new GetAccessKeyLastUsedCommand({ AccessKeyId: id }));
      keys.push({ id, created: told(created), used: told(last?.LastUsedDate) });
    }
    return {
      userArn: user.Arn ?? "",
      keys,
      password: profile && { created: told(profile.CreateDate), used: told(user.PasswordLastUsed) },
      // With a password there is a credential left, whatever becomes of the keys.
      lastAdministrator: profile === null && (await isLastAdministrator(session, userName)),
    };
  },

  async read(session, { userName }) {
    const keys = await userKeys(session, userName);
    return keys?.map(({ id, status }) => ({ id, status }));
  },

  write: (session, { userName }, from, to) => writeKeys(session, userName, from, to),
});

function told(time: Date | null | undefined): string | null {
  return time?.toISOString() ?? null;
}
