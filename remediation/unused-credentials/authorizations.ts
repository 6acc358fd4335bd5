import {
  GetLoginProfileCommand,
  IAMClient,
  type LoginProfile,
  type PolicyDetail,
  paginateGetAccountAuthorizationDetails,
} from "@aws-sdk/client-iam";
import { orNull } from "../aws-errors.ts";
import { ABSENT, userKeys } from "../iam-user.ts";
import { policyText } from "../inline-policy.ts";
import type { Session } from "../remediation.ts";
import { type Authorizations, administratorsOf, type Permissions } from "./administrators.ts";

/** A user's login profile, which is there where it has a password; null where it has none (IAM API reference, GetLoginProfile). */
export async function loginProfile(session: Session, UserName: string): Promise<LoginProfile | null> {
  const answer = await orNull(session.client(IAMClient).send(new GetLoginProfileCommand({ UserName })), ...ABSENT);
  return answer?.LoginProfile ?? null;
}

/** Whether a user may do everything in its account and no other user that may has a password or an active key. */
export async function isLastAdministrator(session: Session, userName: string): Promise<boolean> {
  const authorizations = await readAuthorizations(session);
  if (!administratorsOf(authorizations, "perhaps").includes(userName)) return false;
  for (const other of administratorsOf(authorizations, "surely")) {
    if (other === userName) continue;
    const keys = await userKeys(session, other);
    if (keys?.some(({ status }) => status === "Active")) return false;
    if ((await loginProfile(session, other)) !== null) return false;
  }
  return true;
}

async function readAuthorizations(session: Session): Promise<Authorizations> {
  const users: Authorizations["users"][number][] = [];
  const groups = new Map<string, Permissions>();
  const policies = new Map<string, string>();
  const pages = paginateGetAccountAuthorizationDetails(
    { client: session.client(IAMClient) },
    { Filter: ["User", "Group", "LocalManagedPolicy"] },
  );
  for await (const { UserDetailList = [], GroupDetailList = [], Policies = [] } of pages) {
    for (const { UserName: name = "", GroupList = [], PermissionsBoundary, ...user } of UserDetailList) {
      const held = permissions(user.UserPolicyList, user.AttachedManagedPolicies);
      users.push({ ...held, name, groups: GroupList, bounded: PermissionsBoundary !== undefined });
    }
    for (const { GroupName = "", GroupPolicyList, AttachedManagedPolicies } of GroupDetailList) {
      groups.set(GroupName, permissions(GroupPolicyList, AttachedManagedPolicies));
    }
    for (const { Arn = "", PolicyVersionList = [] } of Policies) {
      const holding = PolicyVersionList.find(({ IsDefaultVersion }) => IsDefaultVersion === true);
      policies.set(Arn, policyText({ PolicyDocument: holding?.Document }));
    }
  }
  return { users, groups, policies };
}

function permissions(
  inline: readonly PolicyDetail[] = [],
  managed: readonly { readonly PolicyArn?: string | undefined }[] = [],
): Permissions {
  return { inline: inline.map(policyText), managed: managed.map(({ PolicyArn = "" }) => PolicyArn) };
}
