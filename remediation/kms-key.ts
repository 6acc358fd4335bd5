import { KMSClient, paginateListResourceTags } from "@aws-sdk/client-kms";
import { type NamedResource, resourcesOf } from "./finding-resources.ts";
import type { Finding, Session } from "./remediation.ts";

/** AWS Key Management Service Developer Guide, "Key identifiers": a UUID, or `mrk-` and 32 digits. */
const KEY =
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:(\d{12}):key\/(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The keys that a finding names. */
export const keysOf = (finding: Finding): readonly NamedResource[] => resourcesOf(finding, "AwsKmsKey", KEY);

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
