import {
  DescribeKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyRotationCommand,
  GetKeyRotationStatusCommand,
  KMSClient,
} from "@aws-sdk/client-kms";
import { isNamed } from "../aws-errors.ts";
import type { NamedResource } from "../finding-resources.ts";
import { keysOf, keyTags, keyTold } from "../kms-key.ts";
import { remediation } from "../remediation.ts";
import { decide, type Rotation, unfitFor } from "./decide.ts";
import { kmsRotation as manifest } from "./manifest.ts";

/** The rotation of a KMS key. Material that was made in between stays with undo: what was encrypted by it must stay readable. */
export const kmsRotationRemediation = remediation<NamedResource, Rotation>({
  manifest,
  targetsOf: keysOf,
  decide,
  told: keyTold,
  tags: keyTags,

  async read(session, { arn: KeyId }) {
    const kms = session.client(KMSClient);
    try {
      const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
      const unfit = unfitFor(KeyMetadata ?? {});
      if (unfit !== null) return { rotates: false, unfit };
      const status = await kms.send(new GetKeyRotationStatusCommand({ KeyId }));
      return { rotates: status.KeyRotationEnabled === true, unfit };
    } catch (error) {
      if (isNamed(error, "NotFoundException")) return undefined;
      throw error;
    }
  },

  async write(session, { arn: KeyId }, _from, { rotates }) {
    const kms = session.client(KMSClient);
    if (rotates) await kms.send(new EnableKeyRotationCommand({ KeyId }));
    else await kms.send(new DisableKeyRotationCommand({ KeyId }));
  },
});
