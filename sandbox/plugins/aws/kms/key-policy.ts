import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { boolean, policy, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { defaultKeyPolicy, kmsClient, metadataOf, notFound } from "./client.ts";

async function put(place: Place, id: string, document: string, bypass?: boolean): Promise<void> {
  const kms = await place.client(kmsClient);
  await kms.putKeyPolicy({
    KeyId: id,
    PolicyName: "default",
    Policy: document,
    BypassPolicyLockoutSafetyCheck: bypass,
  });
}

export const keyPolicy = resource({
  title: "KMS Key Policy",
  properties: {
    keyId: string({ required: true, replaces: true }),
    policy: policy({ required: true }),
    bypassPolicyLockoutSafetyCheck: boolean({ default: false, unread: true }),
  },
  label: (inputs) => inputs.keyId,
  async create(place, inputs) {
    await put(place, inputs.keyId, inputs.policy, inputs.bypassPolicyLockoutSafetyCheck);
    return inputs.keyId;
  },
  async read(place, id) {
    if (!(await metadataOf(place, id))) return undefined;
    const kms = await place.client(kmsClient);
    const { Policy } = await kms.getKeyPolicy({ KeyId: id, PolicyName: "default" });
    return { keyId: id, policy: Policy };
  },
  update: (place, id, inputs) => put(place, id, inputs.policy, inputs.bypassPolicyLockoutSafetyCheck),
  /** A key always has a policy: the one that AWS gives by default comes back. */
  async delete(place, id, state) {
    if (state.bypassPolicyLockoutSafetyCheck) return;
    await unless(put(place, id, defaultKeyPolicy(place)), notFound, "KMSInvalidStateException");
  },
});
