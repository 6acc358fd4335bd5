import type { BucketVersioningStatus, ServerSideEncryption } from "@aws-sdk/client-s3";
import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, number, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { s3Client } from "./client.ts";

// What keeps a bucket's objects: versions, encryption, Object Lock.

const bucketName = { bucket: string({ required: true, replaces: true }) };

const versioningProperties = {
  ...bucketName,
  mfa: string({ unread: true }),
  versioningConfiguration: block(
    { status: string({ required: true }), mfaDelete: string({ computed: true }) },
    { required: true },
  ),
};

export const bucketVersioning = resource({
  title: "S3 Bucket",
  part: "Versioning",
  properties: versioningProperties,
  label: (inputs) => inputs.bucket,
  async create(place, inputs) {
    // A bucket that was never versioned is "Disabled" already; AWS refuses to be told so.
    if (inputs.versioningConfiguration.status !== "Disabled") await putVersioning(place, inputs);
    return inputs.bucket;
  },
  async read(place, id) {
    const s3 = await place.client(s3Client);
    const found = await unless(s3.getBucketVersioning({ Bucket: id }), "NoSuchBucket");
    if (!found) return undefined;
    const mfaDelete = found.MFADelete ? { mfaDelete: found.MFADelete } : {};
    return { bucket: id, versioningConfiguration: { status: found.Status ?? "Disabled", ...mfaDelete } };
  },
  update: (place, _id, inputs) => putVersioning(place, inputs),
  async delete(place, id, state) {
    if (state.versioningConfiguration?.status === "Disabled") return;
    const s3 = await place.client(s3Client);
    const suspended = { Bucket: id, VersioningConfiguration: { Status: "Suspended" as const } };
    // A bucket with Object Lock stays versioned; the real provider leaves it so.
    await unless(s3.putBucketVersioning(suspended), "NoSuchBucket", "InvalidBucketState");
  },
});

async function putVersioning(place: Place, inputs: InputsOf<typeof versioningProperties>): Promise<void> {
  const s3 = await place.client(s3Client);
  const { status, mfaDelete } = inputs.versioningConfiguration;
  await s3.putBucketVersioning({
    Bucket: inputs.bucket,
    MFA: inputs.mfa,
    VersioningConfiguration: {
      Status: status as BucketVersioningStatus,
      MFADelete: mfaDelete as "Enabled" | "Disabled" | undefined,
    },
  });
}

const encryptionProperties = {
  ...bucketName,
  rules: set(
    block({
      applyServerSideEncryptionByDefault: block({ sseAlgorithm: string({ required: true }), kmsMasterKeyId: string() }),
      bucketKeyEnabled: boolean(),
      blockedEncryptionTypes: set(string(), { computed: true }),
    }),
    { required: true },
  ),
};

export const bucketServerSideEncryptionConfiguration = resource({
  title: "S3 Bucket",
  part: "Server-side Encryption Configuration",
  properties: encryptionProperties,
  label: (inputs) => inputs.bucket,
  async create(place, inputs) {
    await putEncryption(place, inputs);
    return inputs.bucket;
  },
  async read(place, id) {
    const s3 = await place.client(s3Client);
    const answer = s3.getBucketEncryption({ Bucket: id });
    const found = await unless(answer, "ServerSideEncryptionConfigurationNotFoundError", "NoSuchBucket");
    const rules = found?.ServerSideEncryptionConfiguration?.Rules;
    if (!rules) return undefined;
    return {
      bucket: id,
      rules: rules.map(({ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled }) => ({
        ...(byDefault
          ? {
              applyServerSideEncryptionByDefault: {
                sseAlgorithm: byDefault.SSEAlgorithm ?? "",
                ...(byDefault.KMSMasterKeyID ? { kmsMasterKeyId: byDefault.KMSMasterKeyID } : {}),
              },
            }
          : {}),
        bucketKeyEnabled: BucketKeyEnabled ?? false,
      })),
    };
  },
  update: (place, _id, inputs) => putEncryption(place, inputs),
  async delete(place, id) {
    const s3 = await place.client(s3Client);
    await unless(
      s3.deleteBucketEncryption({ Bucket: id }),
      "ServerSideEncryptionConfigurationNotFoundError",
      "NoSuchBucket",
    );
  },
});

async function putEncryption(place: Place, inputs: InputsOf<typeof encryptionProperties>): Promise<void> {
  const s3 = await place.client(s3Client);
  await s3.putBucketEncryption({
    Bucket: inputs.bucket,
    ServerSideEncryptionConfiguration: {
      Rules: inputs.rules.map(({ applyServerSideEncryptionByDefault: byDefault, bucketKeyEnabled }) => ({
        ApplyServerSideEncryptionByDefault: byDefault && {
          SSEAlgorithm: byDefault.sseAlgorithm as ServerSideEncryption,
          KMSMasterKeyID: byDefault.kmsMasterKeyId,
        },
        BucketKeyEnabled: bucketKeyEnabled,
      })),
    },
  });
}

const lockProperties = {
  ...bucketName,
  objectLockEnabled: string({ default: "Enabled", replaces: true }),
  rule: block({
    defaultRetention: block({ mode: string(), days: number(), years: number() }, { required: true }),
  }),
  token: string({ unread: true }),
};

export const bucketObjectLockConfiguration = resource({
  title: "S3 Bucket",
  part: "Object Lock Configuration",
  properties: lockProperties,
  label: (inputs) => inputs.bucket,
  async create(place, inputs) {
    await putLock(place, inputs);
    return inputs.bucket;
  },
  async read(place, id) {
    const s3 = await place.client(s3Client);
    const found = await unless(
      s3.getObjectLockConfiguration({ Bucket: id }),
      "ObjectLockConfigurationNotFoundError",
      "NoSuchBucket",
    );
    const settings = found?.ObjectLockConfiguration;
    if (!settings?.ObjectLockEnabled) return undefined;
    const retention = settings.Rule?.DefaultRetention;
    const { Mode: mode, Days: days, Years: years } = retention ?? {};
    const defaultRetention = { ...(mode ? { mode } : {}), ...(days ? { days } : {}), ...(years ? { years } : {}) };
    return {
      bucket: id,
      objectLockEnabled: settings.ObjectLockEnabled,
      ...(retention ? { rule: { defaultRetention } } : {}),
    };
  },
  update: (place, _id, inputs) => putLock(place, inputs),
  async delete(place, id) {
    // Object Lock cannot be switched off again: only the default retention goes.
    const s3 = await place.client(s3Client);
    const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled" as const };
    const call = s3.putObjectLockConfiguration({ Bucket: id, ObjectLockConfiguration });
    await unless(call, "NoSuchBucket", "ObjectLockConfigurationNotFoundError");
  },
});

async function putLock(place: Place, inputs: InputsOf<typeof lockProperties>): Promise<void> {
  const s3 = await place.client(s3Client);
  const retention = inputs.rule?.defaultRetention;
  await s3.putObjectLockConfiguration({
    Bucket: inputs.bucket,
    Token: inputs.token,
    ObjectLockConfiguration: {
      ObjectLockEnabled: "Enabled",
      ...(retention
        ? {
            Rule: {
              DefaultRetention: {
                Mode: retention.mode as "GOVERNANCE" | "COMPLIANCE",
                Days: retention.days,
                Years: retention.years,
              },
            },
          }
        : {}),
    },
  });
}
