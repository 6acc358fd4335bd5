import {
  DisableEbsEncryptionByDefaultCommand,
  type EC2,
  EC2Client,
  EnableEbsEncryptionByDefaultCommand,
  GetEbsEncryptionByDefaultCommand,
} from "@aws-sdk/client-ec2";
import { clientMaker } from "../provider/client.ts";
import type { Place } from "../provider/place.ts";
import { boolean } from "../provider/property.ts";
import { type ResourceTypes, resource } from "../provider/resource.ts";

const ec2Client = clientMaker<EC2>()(EC2Client, {
  DisableEbsEncryptionByDefaultCommand,
  EnableEbsEncryptionByDefaultCommand,
  GetEbsEncryptionByDefaultCommand,
});

async function set(place: Place, enabled: boolean): Promise<void> {
  const ec2 = await place.client(ec2Client);
  await (enabled ? ec2.enableEbsEncryptionByDefault({}) : ec2.disableEbsEncryptionByDefault({}));
}

const encryptionByDefault = resource({
  title: "EBS encryption by default",
  properties: { enabled: boolean({ default: true }) },
  async create(place, inputs) {
    await set(place, inputs.enabled);
    return "default";
  },
  async read(place) {
    const ec2 = await place.client(ec2Client);
    const { EbsEncryptionByDefault: enabled = false } = await ec2.getEbsEncryptionByDefault({});
    return { enabled };
  },
  async update(place, _id, inputs) {
    await set(place, inputs.enabled);
  },
  async delete(place) {
    await set(place, false);
  },
});

export const ebs: ResourceTypes = { "aws:ebs/encryptionByDefault:EncryptionByDefault": encryptionByDefault };
