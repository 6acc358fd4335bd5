import type { KeySpec, KeyUsageType } from "@aws-sdk/client-kms";
import { during, isAwsError, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { boolean, number, output, policy, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { tagChanges, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";
import { kmsClient, metadataOf, notFound } from "./client.ts";

export const key = resource({
  title: "KMS Key",
  properties: {
    description: string({ computed: true }),
    policy: policy({ computed: true }),
    enableKeyRotation: boolean({ default: false }),
    rotationPeriodInDays: number({ computed: true }),
    isEnabled: boolean({ default: true }),
    deletionWindowInDays: number({ unread: true }),
    customerMasterKeySpec: string({ default: "SYMMETRIC_DEFAULT", replaces: true }),
    keyUsage: string({ default: "ENCRYPT_DECRYPT", replaces: true }),
    multiRegion: boolean({ computed: true, replaces: true }),
    bypassPolicyLockoutSafetyCheck: boolean({ default: false, unread: true }),
    ...tagFields,
    arn: output(string()),
    keyId: output(string()),
  },
  async create(place, inputs, made) {
    const kms = await place.client(kmsClient);
    // The policy may name a role that IAM has only just made; the real provider waits two minutes for it.
    const { KeyMetadata } = await waitFor({ within: 15_000, every: 500, signal: place.cancelled }, async () => {
      try {
        return await kms.createKey({
          Description: inputs.description,
          Policy: inputs.policy,
          KeySpec: inputs.customerMasterKeySpec as KeySpec,
          KeyUsage: inputs.keyUsage as KeyUsageType,
          MultiRegion: inputs.multiRegion,
          BypassPolicyLockoutSafetyCheck: inputs.bypassPolicyLockoutSafetyCheck,
          Tags: tagList(inputs.tagsAll),
        });
      } catch (error) {
        if (isAwsError(error, "MalformedPolicyDocumentException: principals")) return undefined;
        throw error;
      }
    });
    const id = KeyMetadata?.KeyId ?? "";
    made(id);
    if (inputs.enableKeyRotation) await rotate(place, id, true, inputs.rotationPeriodInDays);
    if (!inputs.isEnabled) await kms.disableKey({ KeyId: id });
    return id;
  },
  async read(place, id) {
    const found = await metadataOf(place, id);
    if (!found) return undefined;
    const kms = await place.client(kmsClient);
    const { Policy } = await kms.getKeyPolicy({ KeyId: id, PolicyName: "default" });
    const rotation = found.Origin === "EXTERNAL" ? undefined : await kms.getKeyRotationStatus({ KeyId: id });
    const { Tags = [] } = await kms.listResourceTags({ KeyId: id });
    return {
      description: found.Description,
      policy: Policy,
      enableKeyRotation: rotation?.KeyRotationEnabled ?? false,
      rotationPeriodInDays: rotation?.RotationPeriodInDays,
      isEnabled: found.Enabled ?? found.KeyState === "Enabled",
      customerMasterKeySpec: found.KeySpec,
      keyUsage: found.KeyUsage,
      multiRegion: found.MultiRegion ?? false,
      tagsAll: Object.fromEntries(Tags.map(({ TagKey, TagValue }) => [TagKey ?? "", TagValue ?? ""])),
      arn: found.Arn,
      keyId: found.KeyId,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const kms = await place.client(kmsClient);
    // A disabled key cannot be changed: enable first, disable last.
    if (changed.has("isEnabled") && inputs.isEnabled) await kms.enableKey({ KeyId: id });
    if (changed.has("enableKeyRotation") || (inputs.enableKeyRotation && changed.has("rotationPeriodInDays"))) {
      await rotate(place, id, inputs.enableKeyRotation, inputs.rotationPeriodInDays);
    }
    if (changed.has("description")) {
      await kms.updateKeyDescription({ KeyId: id, Description: inputs.description ?? "" });
    }
    if (changed.has("policy")) {
      await during(`updating KMS Key (${id}) policy`, () =>
        kms.putKeyPolicy({
          KeyId: id,
          PolicyName: "default",
          Policy: inputs.policy,
          BypassPolicyLockoutSafetyCheck: inputs.bypassPolicyLockoutSafetyCheck,
        }),
      );
    }
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await kms.untagResource({ KeyId: id, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await kms.tagResource({ KeyId: id, Tags: tagList(tags.set) });
    if (changed.has("isEnabled") && !inputs.isEnabled) await kms.disableKey({ KeyId: id });
  },
  async delete(place, id, state) {
    const kms = await place.client(kmsClient);
    await unless(
      kms.scheduleKeyDeletion({ KeyId: id, PendingWindowInDays: state.deletionWindowInDays }),
      notFound,
      "KMSInvalidStateException: is pending deletion",
    );
  },
});

function tagList(tags: Readonly<Record<string, string>> = {}) {
  return Object.entries(tags).map(([TagKey, TagValue]) => ({ TagKey, TagValue }));
}

async function rotate(place: Place, id: string, enable: boolean, days: number | undefined): Promise<void> {
  const kms = await place.client(kmsClient);
  await during(`${enable ? "enabling" : "disabling"} KMS Key (${id}) rotation`, async () => {
    if (enable) await kms.enableKeyRotation({ KeyId: id, RotationPeriodInDays: days || undefined });
    else await kms.disableKeyRotation({ KeyId: id });
  });
}
