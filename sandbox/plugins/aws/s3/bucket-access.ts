import type { ObjectOwnership } from "@aws-sdk/client-s3";
import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, policy, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { s3Client } from "./client.ts";

// Who may reach a bucket: its policy, its public access block, who owns its objects.

const bucketName = { bucket: string({ required: true, replaces: true }) };

export const bucketPolicy = resource({
  title: "S3 Bucket",
  part: "Policy",
  properties: { ...bucketName, policy: policy({ required: true }) },
  label: (inputs) => inputs.bucket,
  async create(place, inputs) {
    await putPolicy(place, inputs.bucket, inputs.policy);
    return inputs.bucket;
  },
  async read(place, id) {
    const s3 = await place.client(s3Client);
    const found = await unless(s3.getBucketPolicy({ Bucket: id }), "NoSuchBucketPolicy", "NoSuchBucket");
    return found?.Policy ? { bucket: id, policy: found.Policy } : undefined;
  },
  update: (place, id, inputs) => putPolicy(place, id, inputs.policy),
  async delete(place, id) {
    const s3 = await place.client(s3Client);
    await unless(s3.deleteBucketPolicy({ Bucket: id }), "NoSuchBucketPolicy", "NoSuchBucket");
  },
});

async function putPolicy(place: Place, id: string, document: string): Promise<void> {
  const s3 = await place.client(s3Client);
  await s3.putBucketPolicy({ Bucket: id, Policy: document });
}

const publicAccessProperties = {
  ...bucketName,
  blockPublicAcls: boolean({ default: false }),
  blockPublicPolicy: boolean({ default: false }),
  ignorePublicAcls: boolean({ default: false }),
  restrictPublicBuckets: boolean({ default: false }),
  skipDestroy: boolean({ unread: true }),
};

export const bucketPublicAccessBlock = resource({
  title: "S3 Bucket",
  part: "Public Access Block",
  properties: publicAccessProperties,
  label: (inputs) => inputs.bucket,
  async create(place, inputs) {
    await putPublicAccessBlock(place, inputs);
    return inputs.bucket;
  },
  async read(place, id) {
    const s3 = await place.client(s3Client);
    const answer = s3.getPublicAccessBlock({ Bucket: id });
    const found = await unless(answer, "NoSuchPublicAccessBlockConfiguration", "NoSuchBucket");
    const settings = found?.PublicAccessBlockConfiguration;
    return (
      settings && {
        bucket: id,
        blockPublicAcls: settings.BlockPublicAcls ?? false,
        blockPublicPolicy: settings.BlockPublicPolicy ?? false,
        ignorePublicAcls: settings.IgnorePublicAcls ?? false,
        restrictPublicBuckets: settings.RestrictPublicBuckets ?? false,
      }
    );
  },
  update: (place, _id, inputs) => putPublicAccessBlock(place, inputs),
  async delete(place, id, state) {
    if (state.skipDestroy) return;
    const s3 = await place.client(s3Client);
    await unless(s3.deletePublicAccessBlock({ Bucket: id }), "NoSuchPublicAccessBlockConfiguration", "NoSuchBucket");
  },
});

async function putPublicAccessBlock(place: Place, inputs: InputsOf<typeof publicAccessProperties>): Promise<void> {
  const s3 = await place.client(s3Client);
  await s3.putPublicAccessBlock({
    Bucket: inputs.bucket,
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: inputs.blockPublicAcls,
      BlockPublicPolicy: inputs.blockPublicPolicy,
      IgnorePublicAcls: inputs.ignorePublicAcls,
      RestrictPublicBuckets: inputs.restrictPublicBuckets,
    },
  });
}

const ownershipProperties = {
  ...bucketName,
  rule: block({ objectOwnership: string({ required: true }) }, { required: true }),
};

export const bucketOwnershipControls = resource({
  title: "S3 Bucket",
  part: "Ownership Controls",
  properties: ownershipProperties,
  label: (inputs) => inputs.bucket,
  async create(place, inputs) {
    await putOwnership(place, inputs);
    return inputs.bucket;
  },
  async read(place, id) {
    const s3 = await place.client(s3Client);
    const found = await unless(
      s3.getBucketOwnershipControls({ Bucket: id }),
      "OwnershipControlsNotFoundError",
      "NoSuchBucket",
    );
    const objectOwnership = found?.OwnershipControls?.Rules?.[0]?.ObjectOwnership;
    return objectOwnership && { bucket: id, rule: { objectOwnership } };
  },
  update: (place, _id, inputs) => putOwnership(place, inputs),
  async delete(place, id) {
    const s3 = await place.client(s3Client);
    await unless(s3.deleteBucketOwnershipControls({ Bucket: id }), "OwnershipControlsNotFoundError", "NoSuchBucket");
  },
});

async function putOwnership(place: Place, inputs: InputsOf<typeof ownershipProperties>): Promise<void> {
  const s3 = await place.client(s3Client);
  await s3.putBucketOwnershipControls({
    Bucket: inputs.bucket,
    OwnershipControls: { Rules: [{ ObjectOwnership: inputs.rule.objectOwnership as ObjectOwnership }] },
  });
}
