import type { EmulatorFactory } from "../../gateway/emulator.ts";
import { imageSharing, snapshotSharing } from "./block-public-access.ts";
import { instanceMetadataDefaults } from "./instance-metadata-defaults.ts";

/** What an account sets for a region of EC2 as a whole. Everything else of EC2 is moto's. */
export const ec2: EmulatorFactory = () => ({
  signingName: "ec2",
  model: "ec2",
  operations: { ...snapshotSharing(), ...imageSharing(), ...instanceMetadataDefaults() },
});
