import {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  type KMS,
  KMSClient,
  ListAliasesCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
} from "@aws-sdk/client-kms";
import { clientMaker } from "../../provider/client.ts";
import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";

export const kmsClient = clientMaker<KMS>()(KMSClient, {
  CreateAliasCommand,
  CreateKeyCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  ListAliasesCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
});

export const notFound = "NotFoundException";

/** A key's metadata; one that is being deleted counts as gone, as in the Terraform provider. */
export async function metadataOf(place: Place, id: string) {
  const kms = await place.client(kmsClient);
  const found = (await unless(kms.describeKey({ KeyId: id }), notFound))?.KeyMetadata;
  const leaving = found?.KeyState === "PendingDeletion" || found?.KeyState === "PendingReplicaDeletion";
  return leaving ? undefined : found;
}

/** The key policy that AWS gives a key when none is asked for. */
export function defaultKeyPolicy(place: Place): string {
  return JSON.stringify({
    Id: "default",
    Version: "2012-10-17",
    Statement: [
      {
        Sid: "Enable IAM User Permissions",
        Effect: "Allow",
        Principal: { AWS: `arn:${place.partition}:iam::${place.accountId}:root` },
        Action: "kms:*",
        Resource: "*",
      },
    ],
  });
}
