import {
  GetUserCommand,
  IAMClient,
  paginateListAccessKeys,
  UpdateAccessKeyCommand,
  type User,
} from "@aws-sdk/client-iam";
import { orNull } from "./aws-errors.ts";
import type { Session } from "./remediation.ts";

/** How IAM says that there is none; the SDK names the modelled error by its class. */
export const ABSENT = ["NoSuchEntityException", "NoSuchEntity"] as const;

/** What an access key is: Active, Inactive, or Expired (IAM API reference, AccessKeyMetadata). */
export type KeyStatus = "Active" | "Inactive" | "Expired";

/** One access key of a user. */
export type UserKey = { readonly id: string; readonly status: KeyStatus };

/** A user with its whole ARN and its tags, which lists leave out (IAM API reference, GetUser). Throws where it is gone. */
export async function getUser(session: Session, UserName: string): Promise<User> {
  const { User: user } = await session.client(IAMClient).send(new GetUserCommand({ UserName }));
  if (user === undefined) throw new Error(`IAM answers for user ${UserName} without the user`);
  return user;
}

/** A user's tags by key. */
export async function userTags(session: Session, userName: string): Promise<Readonly<Record<string, string>>> {
  const { Tags = [] } = await getUser(session, userName);
  return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

/** A user's access keys by their ids, each with the day it was made; null where the user is gone. */
export async function userKeys(
  session: Session,
  UserName: string,
): Promise<readonly (UserKey & { readonly created: Date | null })[] | null> {
  const listing = async () => {
    const keys: (UserKey & { readonly created: Date | null })[] = [];
    for await (const { AccessKeyMetadata = [] } of paginateListAccessKeys(
      { client: session.client(IAMClient) },
      { UserName },
    )) {
      for (const {
        AccessKeyId: id = "",
        Status: status = "Inactive",
        CreateDate: created = null,
      } of AccessKeyMetadata) {
        keys.push({ id, status, created });
      }
    }
    return keys.sort((one, other) => (one.id < other.id ? -1 : 1));
  };
  return orNull(listing(), ...ABSENT);
}

/** Gives a user's keys the status of `to`, where `from` has another. A key that is only in one of them stays as it is. */
export async function writeKeys(
  session: Session,
  UserName: string,
  from: readonly UserKey[],
  to: readonly UserKey[],
): Promise<void> {
  for (const { id: AccessKeyId, status: Status } of to) {
    const now = from.find(({ id }) => id === AccessKeyId);
    if (now === undefined || now.status === Status) continue;
    await session.client(IAMClient).send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status }));
  }
}
