import {
  EC2Client,
  GetImageBlockPublicAccessStateCommand,
  GetInstanceMetadataDefaultsCommand,
  GetSnapshotBlockPublicAccessStateCommand,
} from "@aws-sdk/client-ec2";
import type { RegionalSettingsInventory } from "../../programs/account-inventory.ts";
import { clientSettings, defined, type Reading, reader } from "./reading.ts";

/** What EC2 keeps for a region of an account as a whole. */
export async function readRegionalSettings(reading: Reading, region: string): Promise<RegionalSettingsInventory> {
  const client = new EC2Client(clientSettings(reading, region));
  const { need } = reader(reading, region, "EC2's settings");
  try {
    const [snapshots, images, metadata] = await Promise.all([
      need("ec2:GetSnapshotBlockPublicAccessState", () =>
        client.send(new GetSnapshotBlockPublicAccessStateCommand({})),
      ),
      need("ec2:GetImageBlockPublicAccessState", () => client.send(new GetImageBlockPublicAccessStateCommand({}))),
      need("ec2:GetInstanceMetadataDefaults", () => client.send(new GetInstanceMetadataDefaultsCommand({}))),
    ]);
    const set = metadata.AccountLevel ?? {};
    return {
      snapshotSharing: snapshots.State ?? "unblocked",
      imageSharing: images.ImageBlockPublicAccessState ?? "unblocked",
      instanceMetadata: defined<RegionalSettingsInventory["instanceMetadata"]>({
        httpEndpoint: set.HttpEndpoint,
        httpPutResponseHopLimit: set.HttpPutResponseHopLimit || undefined,
        httpTokens: set.HttpTokens,
        instanceMetadataTags: set.InstanceMetadataTags,
      }),
    };
  } finally {
    client.destroy();
  }
}
