import { during, OperationError, unless } from "../../provider/errors.ts";
import { boolean, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagFields } from "../../provider/tags.ts";
import { type S3Calls, s3Client } from "./client.ts";

export const bucket = resource({
  title: "S3 Bucket",
  properties: {
    bucket: string({ replaces: true, naming: { length: 63, lowercase: true } }),
    forceDestroy: boolean({ default: false, unread: true }),
    objectLockEnabled: boolean({ computed: true, replaces: true }),
    ...tagFields,
    arn: output(string()),
    bucketDomainName: output(string()),
    bucketRegion: output(string()),
    bucketRegionalDomainName: output(string()),
  },
  label: (inputs) => inputs.bucket,
  async create(place, inputs, made) {
    const s3 = await place.client(s3Client);
    const name = inputs.bucket ?? "";
    await s3.createBucket({
      Bucket: name,
      ObjectLockEnabledForBucket: inputs.objectLockEnabled,
      // us-east-1 is the one region that must not be named.
      ...(place.region === "us-east-1"
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: place.region as "us-west-2" } }),
    });
    made(name);
    const tags = asPairs(inputs.tagsAll);
    if (tags.length > 0) {
      await during(`setting S3 Bucket (${name}) tags`, () =>
        s3.putBucketTagging({ Bucket: name, Tagging: { TagSet: tags } }),
      );
    }
    return name;
  },
  async read(place, id) {
    const s3 = await place.client(s3Client);
    const found = await s3.headBucket({ Bucket: id }).catch((error: unknown) => {
      if (error instanceof OperationError && ["NotFound", "NoSuchBucket"].includes(error.code)) return undefined;
      throw error;
    });
    if (!found) return undefined;
    const tagging = await unless(s3.getBucketTagging({ Bucket: id }), "NoSuchTagSet");
    await readAsTheRealOne(s3, id);
    const lock = await unless(s3.getObjectLockConfiguration({ Bucket: id }), "ObjectLockConfigurationNotFoundError");
    return {
      bucket: id,
      objectLockEnabled: lock?.ObjectLockConfiguration?.ObjectLockEnabled === "Enabled",
      tagsAll: fromPairs(tagging?.TagSet),
      arn: `arn:${place.partition}:s3:::${id}`,
      bucketDomainName: `${id}.s3.amazonaws.com`,
      bucketRegion: place.region,
      bucketRegionalDomainName: `${id}.s3.${place.region}.amazonaws.com`,
    };
  },
  async update(place, id, inputs, changed) {
    const s3 = await place.client(s3Client);
    if (!changed.has("tagsAll")) return;
    const tags = asPairs(inputs.tagsAll);
    await during(`updating S3 Bucket (${id}) tags`, async () => {
      if (tags.length > 0) await s3.putBucketTagging({ Bucket: id, Tagging: { TagSet: tags } });
      else await s3.deleteBucketTagging({ Bucket: id });
    });
  },
  async delete(place, id, state) {
    const s3 = await place.client(s3Client);
    if (state.forceDestroy) await unless(empty(s3, id), "NoSuchBucket");
    await unless(s3.deleteBucket({ Bucket: id }), "NoSuchBucket", "NotFound");
  },
});

/**
 * The real provider reads every aspect of a bucket, with or without configuration for it, and fails where it may not.
 * Here the same is asked, so that a role without these rights is noticed before production.
 */
async function readAsTheRealOne(s3: S3Calls, Bucket: string): Promise<void> {
  await Promise.all([
    unless(s3.getBucketPolicy({ Bucket }), "NoSuchBucketPolicy"),
    s3.getBucketAcl({ Bucket }),
    unless(s3.getBucketCors({ Bucket }), "NoSuchCORSConfiguration"),
    unless(s3.getBucketWebsite({ Bucket }), "NoSuchWebsiteConfiguration"),
    s3.getBucketVersioning({ Bucket }),
    unless(
      s3.getBucketAccelerateConfiguration({ Bucket }),
      "MethodNotAllowed",
      "UnsupportedArgument",
      "NotImplemented",
    ),
    unless(s3.getBucketRequestPayment({ Bucket }), "MethodNotAllowed", "NotImplemented"),
    s3.getBucketLogging({ Bucket }),
    unless(s3.getBucketLifecycleConfiguration({ Bucket }), "NoSuchLifecycleConfiguration"),
    unless(s3.getBucketReplication({ Bucket }), "ReplicationConfigurationNotFoundError"),
    unless(s3.getBucketEncryption({ Bucket }), "ServerSideEncryptionConfigurationNotFoundError"),
  ]);
}

async function empty(s3: S3Calls, Bucket: string): Promise<void> {
  for (;;) {
    const { Versions = [], DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket, MaxKeys: 1000 });
    const objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key: Key ?? "", VersionId }));
    if (objects.length === 0) return;
    const { Errors = [] } = await s3.deleteObjects({ Bucket, Delete: { Objects: objects, Quiet: true } });
    const [first] = Errors;
    if (first)
      throw new Error(`emptying S3 Bucket (${Bucket}): deleting: ${first.Key}: ${first.Code}: ${first.Message}`);
  }
}
