import { boolean } from "../provider/property.ts";
import { type ResourceTypes, resource } from "../provider/resource.ts";
import { ebsEncryptionClient } from "./ebs/encryption-client.ts";

const encryptionByDefault = resource({
  title: "EBS encryption by default",
  properties: { enabled: boolean({ default: true }) },
  async create(place, inputs) {
    const ec2 = await place.client(ebsEncryptionClient);
    await ec2.set(inputs.enabled);
    return "default";
  },
  async read(place) {
    const ec2 = await place.client(ebsEncryptionClient);
    return { enabled: await ec2.get() };
  },
  async update(place, _id, inputs) {
    const ec2 = await place.client(ebsEncryptionClient);
    await ec2.set(inputs.enabled);
  },
  async delete(place) {
    const ec2 = await place.client(ebsEncryptionClient);
    await ec2.set(false);
  },
});

export const ebs: ResourceTypes = { "aws:ebs/encryptionByDefault:EncryptionByDefault": encryptionByDefault };
