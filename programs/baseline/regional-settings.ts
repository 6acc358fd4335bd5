import { SnapshotBlockPublicAccess } from "@pulumi/aws/ebs/snapshotBlockPublicAccess.js";
import { ImageBlockPublicAccess } from "@pulumi/aws/ec2/imageBlockPublicAccess.js";
import { InstanceMetadataDefaults } from "@pulumi/aws/ec2/instanceMetadataDefaults.js";
import { names } from "../names.ts";
import type { AccountStack } from "./stack.ts";
import { accountSettings } from "./wanted-settings.ts";

/** What EC2 keeps for a region as a whole: neither snapshots nor images become public, and instances answer by IMDSv2 only. */
export function regionalSettings({ inputs, member, declare }: AccountStack, region: string): void {
  const settings = accountSettings(inputs);
  if (settings === undefined) return;
  const options = { provider: member };
  const { snapshotSharing, imageSharing, instanceMetadata } = settings;
  if (snapshotSharing !== "off") {
    const name = names.snapshotSharing(region);
    declare(SnapshotBlockPublicAccess, { name, region, wanted: { state: snapshotSharing } }, options);
  }
  if (imageSharing !== "off") {
    const name = names.imageSharing(region);
    declare(ImageBlockPublicAccess, { name, region, wanted: { state: imageSharing } }, options);
  }
  if (instanceMetadata.enabled) {
    declare(
      InstanceMetadataDefaults,
      {
        name: names.instanceMetadata(region),
        region,
        wanted: { httpTokens: "required", httpPutResponseHopLimit: instanceMetadata.hopLimit },
        // The call that sets the others would take these back to no preference.
        keep: ["httpEndpoint", "instanceMetadataTags"],
      },
      options,
    );
  }
}
