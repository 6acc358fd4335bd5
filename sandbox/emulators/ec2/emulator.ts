import type { EmulatorFactory } from "../../gateway/emulator.ts";
import { imageSharing, snapshotSharing } from "./block-public-access.ts";
import { instanceMetadataDefaults } from "./instance-metadata-defaults.ts";

/** What an account sets for a region of EC2 as a whole. Everything else of EC2 is moto's. */
export const ec2: EmulatorFactory = () => {
  const [snapshots, images] = [snapshotSharing(), imageSharing()];
  return {
    signingName: "ec2",
    model: "ec2",
    operations: { ...snapshots.operations, ...images.operations, ...instanceMetadataDefaults() },
    guards: { ...snapshots.guards, ...images.guards },
  };
};
