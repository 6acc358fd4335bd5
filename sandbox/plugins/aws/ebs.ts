import type { SnapshotBlockPublicAccessState } from "@aws-sdk/client-ec2";
import type { Place } from "../provider/place.ts";
import { boolean, string } from "../provider/property.ts";
import { type ResourceTypes, resource } from "../provider/resource.ts";
import { ec2Client } from "./ec2/client.ts";

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

async function block(place: Place, state: string): Promise<void> {
  const ec2 = await place.client(ec2Client);
  await ec2.enableSnapshotBlockPublicAccess({ State: state as SnapshotBlockPublicAccessState });
}

const snapshotBlockPublicAccess = resource({
  title: "EBS Snapshot Block Public Access",
  properties: { state: string({ required: true }) },
  label: (inputs) => inputs.state,
  async create(place, inputs) {
    await block(place, inputs.state);
    return place.region;
  },
  async read(place) {
    const ec2 = await place.client(ec2Client);
    return { state: (await ec2.getSnapshotBlockPublicAccessState({})).State };
  },
  update: (place, _id, inputs) => block(place, inputs.state),
  async delete(place) {
    const ec2 = await place.client(ec2Client);
    await ec2.disableSnapshotBlockPublicAccess({});
  },
});

export const ebs: ResourceTypes = {
  "aws:ebs/encryptionByDefault:EncryptionByDefault": encryptionByDefault,
  "aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess": snapshotBlockPublicAccess,
};
