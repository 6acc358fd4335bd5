import { KMSClient, paginateListResourceTags } from "@aws-sdk/client-kms";
import type { NamedResource } from "./finding-resources.ts";
import type { Session } from "./remediation.ts";

/** The key in words. */
export const keyTold = ({ accountId, arn }: NamedResource): string => `key ${arn} in account ${accountId}`;

/** The key's tags by key. */
export async function keyTags(session: Session, { arn }: NamedResource): Promise<Record<string, string>> {
  const tags: Record<string, string> = {};
  for await (const { Tags = [] } of paginateListResourceTags({ client: session.client(KMSClient) }, { KeyId: arn })) {
    for (const { TagKey = "", TagValue = "" } of Tags) tags[TagKey] = TagValue;
  }
  return tags;
}
