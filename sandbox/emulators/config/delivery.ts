import { GetKeyPolicyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  GetBucketEncryptionCommand,
  GetBucketPolicyCommand,
  GetObjectLockConfigurationCommand,
  PutObjectCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { type Aws, AwsError } from "../../gateway/emulator.ts";
import { createBucketOwners, serviceContext } from "../bucket-owner.ts";
import { allowsService, type ServiceRequest } from "./resource-policy.ts";

/** Where an account's Config delivers to. */
export interface Destination {
  readonly accountId: string;
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly kmsKeyArn?: string | undefined;
}

/** Writes into buckets as Config itself would. */
export interface Deliverer {
  /**
   * Puts an object under `AWSLogs/<account>/Config/` of the destination, if the policies of bucket and key let
   * config.amazonaws.com do so. Returns the object's key.
   * Throws `NoSuchBucketException` and `InsufficientDeliveryPolicyException`.
   */
  deliver(destination: Destination, name: string, body: Uint8Array): Promise<string>;
}

const service = "config.amazonaws.com";

/** The region of a key whose ARN names none. */
const home = "us-east-1";

export function createDeliverer(aws: Aws): Deliverer {
  const { asRoot, ownerOf } = createBucketOwners(aws);
  const contextOf = (accountId: string) => serviceContext(aws.organization, service, accountId);

  async function mayUseKey(keyArn: string, context: ServiceRequest["context"]): Promise<boolean> {
    const [, , , region = home, accountId = ""] = keyArn.split(":");
    const kms = new KMSClient(aws.asRoot(accountId, region));
    try {
      const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId: keyArn, PolicyName: "default" }));
      return ["kms:GenerateDataKey", "kms:Decrypt"].every((action) =>
        allowsService(Policy, { service, action, resource: keyArn, context }),
      );
    } catch (error) {
      if (nameOf(error) === "NotFoundException" || nameOf(error) === "AccessDeniedException") return false;
      throw error;
    } finally {
      kms.destroy();
    }
  }

  /** Everything that must hold before Config may write. */
  async function mayDeliver(
    s3: S3Client,
    { accountId, bucket, kmsKeyArn }: Destination,
    key: string,
  ): Promise<boolean> {
    const context = contextOf(accountId);
    const policy = await tolerating(s3.send(new GetBucketPolicyCommand({ Bucket: bucket })), "NoSuchBucketPolicy");
    if (typeof policy === "string") return false;
    const arn = `arn:${aws.organization.partition}:s3:::${bucket}`;
    const encryption =
      kmsKeyArn === undefined
        ? {}
        : { "s3:x-amz-server-side-encryption": "aws:kms", "s3:x-amz-server-side-encryption-aws-kms-key-id": kmsKeyArn };
    const writing = { ...context, ...encryption, "s3:x-amz-acl": "bucket-owner-full-control" };
    const allowed = [
      { service, action: "s3:GetBucketAcl", resource: arn, context },
      { service, action: "s3:ListBucket", resource: arn, context },
      { service, action: "s3:PutObject", resource: `${arn}/${key}`, context: writing },
    ].every((request) => allowsService(policy.Policy, request));
    if (!allowed || (await retainsByDefault(s3, bucket))) return false;
    const keyArn = kmsKeyArn ?? (await defaultKey(s3, bucket));
    return keyArn === undefined || mayUseKey(keyArn, context);
  }

  return {
    async deliver(destination, name, body) {
      const { accountId, bucket, prefix, kmsKeyArn } = destination;
      const key = `${prefix === undefined ? "" : `${prefix}/`}AWSLogs/${accountId}/Config/${name}`;
      const owner = await ownerOf(bucket, accountId);
      if (owner === undefined) {
        throw new AwsError("NoSuchBucketException", `Cannot find a S3 bucket with the specified name '${bucket}'.`);
      }
      const put = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ACL: "bucket-owner-full-control",
        ...(kmsKeyArn === undefined ? {} : { ServerSideEncryption: "aws:kms", SSEKMSKeyId: kmsKeyArn }),
      });
      const written = await asRoot(owner, async (s3) => {
        if (!(await mayDeliver(s3, destination, key))) return false;
        return (await tolerating(s3.send(put), "AccessDenied")) !== "AccessDenied";
      });
      if (written) return key;
      throw new AwsError(
        "InsufficientDeliveryPolicyException",
        `Insufficient delivery policy to s3 bucket: ${bucket}, unable to write to bucket, provided s3 key prefix is '${prefix ?? null}', provided kms key is '${kmsKeyArn ?? null}'.`,
      );
    },
  };
}

/** Config cannot deliver into a bucket whose objects get a retention by default (AWS::Config::DeliveryChannel). */
async function retainsByDefault(s3: S3Client, bucket: string): Promise<boolean> {
  const lock = await tolerating(
    s3.send(new GetObjectLockConfigurationCommand({ Bucket: bucket })),
    "ObjectLockConfigurationNotFoundError",
  );
  return typeof lock !== "string" && lock.ObjectLockConfiguration?.Rule?.DefaultRetention !== undefined;
}

/** ARN of the customer managed key that a bucket encrypts with unless told otherwise. */
async function defaultKey(s3: S3Client, bucket: string): Promise<string | undefined> {
  const found = await tolerating(
    s3.send(new GetBucketEncryptionCommand({ Bucket: bucket })),
    "ServerSideEncryptionConfigurationNotFoundError",
  );
  if (typeof found === "string") return undefined;
  const rule = found.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  return rule?.KMSMasterKeyID?.startsWith("arn:") ? rule.KMSMasterKeyID : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

/** The output of a call, or the name of its error if that is one of `names`. */
async function tolerating<Output>(call: Promise<Output>, ...names: readonly string[]): Promise<Output | string> {
  try {
    return await call;
  } catch (error) {
    if (names.includes(nameOf(error))) return nameOf(error);
    throw error;
  }
}
