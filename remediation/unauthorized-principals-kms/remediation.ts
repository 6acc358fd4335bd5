import { GetKeyPolicyCommand, KMSClient, PutKeyPolicyCommand } from "@aws-sdk/client-kms";
import { isNamed } from "../aws-errors.ts";
import type { NamedResource } from "../finding-resources.ts";
import { keysOf, keyTags, keyTold } from "../kms-key.ts";
import { policyState } from "../policy-decision.ts";
import { remediation } from "../remediation.ts";
import { decide } from "./decide.ts";
import { unauthorizedPrincipalsKms as manifest } from "./manifest.ts";

/** A key has one policy, of this name (KMS API reference, PutKeyPolicy). */
const PolicyName = "default";

/** Who a key's policy lets in; its state is the policy, which is always there. */
export const unauthorizedPrincipalsKmsRemediation = remediation<NamedResource, string | null>({
  manifest,
  targetsOf: keysOf,
  decide,
  told: keyTold,
  tags: keyTags,

  async read(session, { arn: KeyId }) {
    try {
      const { Policy } = await session.client(KMSClient).send(new GetKeyPolicyCommand({ KeyId, PolicyName }));
      return policyState(Policy);
    } catch (error) {
      if (isNamed(error, "NotFoundException")) return undefined;
      throw error;
    }
  },

  async write(session, { arn: KeyId }, _from, to) {
    if (to === null) throw new Error(`${KeyId}: a key can't be without a policy`);
    // Without the bypass of its check: KMS refuses a policy by which this role could not change it again.
    await session.client(KMSClient).send(new PutKeyPolicyCommand({ KeyId, PolicyName, Policy: to }));
  },
});
