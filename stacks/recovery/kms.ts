import { setTimeout as delay } from "node:timers/promises";
import { DescribeKeyCommand, KMSClient, ListKeysCommand, ListResourceTagsCommand } from "@aws-sdk/client-kms";
import type { Sought } from "../../programs/recovery/sought.ts";
import { RESOURCE_TAG } from "../../programs/recovery/tag.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { tagsOf } from "./tags.ts";

/**
 * KMS is eventually consistent, typically within a few seconds (KMS Developer Guide, "AWS KMS eventual consistency"), and the call whose
 * answer nobody heard may have been made a moment ago. Nothing else would keep a second key from being made: it has no name.
 */
const LOOKS = 3;
const BETWEEN_LOOKS_MS = 2_000;

/**
 * The newest key with the tag that names the resource, without those in `known` and those that are being deleted. Tags go with the call
 * that makes a key (KMS API, CreateKey).
 */
export async function findKey(
  reading: Reading,
  region: string,
  sought: Sought,
  known: ReadonlySet<string>,
): Promise<string | undefined> {
  const wanted = tagsOf(sought)[RESOURCE_TAG];
  if (wanted === undefined) return undefined;
  const client = new KMSClient(clientSettings(reading, region));
  const { need, find } = reader(reading, region, "the KMS keys");
  const look = async (): Promise<string | undefined> => {
    const candidates: { id: string; createdAt: number }[] = [];
    for (const KeyId of await keyIds(client, need)) {
      if (known.has(KeyId)) continue;
      const tagged = await find("kms:ListResourceTags", () => tagsOfKey(client, KeyId), ["NotFoundException"]);
      const isWanted = tagged?.Tags?.some(({ TagKey, TagValue }) => TagKey === RESOURCE_TAG && TagValue === wanted);
      if (isWanted !== true) continue;
      const { KeyMetadata } = await need("kms:DescribeKey", () => client.send(new DescribeKeyCommand({ KeyId })));
      if (KeyMetadata?.KeyState === "PendingDeletion") continue;
      candidates.push({ id: KeyId, createdAt: KeyMetadata?.CreationDate?.getTime() ?? 0 });
    }
    return candidates.sort((a, b) => b.createdAt - a.createdAt)[0]?.id;
  };
  try {
    let found = await look();
    for (let looks = 1; found === undefined && looks < LOOKS; looks++) {
      await delay(BETWEEN_LOOKS_MS);
      found = await look();
    }
    return found;
  } finally {
    client.destroy();
  }
}

/**
 * A key whose own policy keeps the account's roles out is not one of Bulwark's, which leave it to the account's IAM who may do what.
 * Any other refusal is a missing right, and behind it may be the key that is sought. AWS's message tells the two apart
 * (IAM User Guide, "Troubleshoot access denied error messages").
 */
async function tagsOfKey(client: KMSClient, KeyId: string) {
  try {
    return await client.send(new ListResourceTagsCommand({ KeyId }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "AccessDeniedException") throw error;
    if (/no resource-based policy allows|explicit deny in a resource-based policy/.test(error.message))
      return undefined;
    throw error;
  }
}

async function keyIds(client: KMSClient, need: ReturnType<typeof reader>["need"]): Promise<string[]> {
  const ids: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await need("kms:ListKeys", () => client.send(new ListKeysCommand({ Marker, Limit: 1000 })));
    ids.push(...(page.Keys ?? []).flatMap(({ KeyId }) => KeyId ?? []));
    Marker = page.Truncated === true ? page.NextMarker : undefined;
  } while (Marker !== undefined);
  return ids;
}
