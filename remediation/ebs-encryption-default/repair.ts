import { EC2Client, GetEbsEncryptionByDefaultCommand } from "@aws-sdk/client-ec2";
import { type AccountRegion, accountRegionOf, type Repair } from "../repair.ts";
import { ebsEncryptionDefault as manifest } from "./manifest.ts";

/** Encryption of new EBS volumes in a region. */
export const ebsEncryptionDefaultRepair: Repair<AccountRegion> = {
  manifest,
  targetsOf: accountRegionOf,
  told: ({ accountId, region }) => `encryption of new EBS volumes in ${region} of account ${accountId}`,
  async isWell(session, { region }) {
    const now = await session.client(EC2Client, region).send(new GetEbsEncryptionByDefaultCommand({}));
    return now.EbsEncryptionByDefault === true;
  },
};
