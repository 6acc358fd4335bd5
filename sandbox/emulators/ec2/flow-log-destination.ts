import { GetKeyPolicyCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetBucketEncryptionCommand, GetBucketPolicyCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Aws } from "../../gateway/emulator.ts";
import { createBucketOwners, serviceContext } from "../bucket-owner.ts";
import { allowsService } from "../config/resource-policy.ts";

/** Delivers what services log into buckets. */
const DELIVERY = "delivery.logs.amazonaws.com";

/** Where a flow log of an account is to be delivered to. */
export interface Destination {
  readonly accountId: string;
  readonly region: string;
  /** `arn:aws:s3:::bucket`, with a folder behind it or without. */
  readonly arn: string;
}

/** Tells what keeps the log delivery from a bucket, in EC2's words; undefined if nothing does. */
export type Obstacle = (destination: Destination) => Promise<string | undefined>;

/**
 * Looks whether the policies of a bucket and of its key let the log delivery in. Source: VPC User Guide, "Amazon S3 bucket permissions for flow
 * logs" and "Required key policy for use with SSE-KMS"; the texts are those that the pattern "Configure VPC Flow Logs for centralization
 * across AWS accounts" of AWS Prescriptive Guidance and its readers have seen.
 */
export function deliveryObstacle(aws: Aws): Obstacle {
  const { asRoot, ownerOf } = createBucketOwners(aws);
  return async ({ accountId, region, arn }) => {
    const [, , , , , path = ""] = arn.split(":");
    const [bucket = "", ...folders] = path.split("/").filter((part) => part !== "");
    const owner = await ownerOf(bucket, accountId);
    if (owner === undefined) return `LogDestination: ${bucket} does not exist`;
    const { partition } = aws.organization;
    const bucketArn = `arn:${partition}:s3:::${bucket}`;
    const key = [...folders, "AWSLogs", accountId, "vpcflowlogs", region, ""].join("/");
    const context = {
      ...serviceContext(aws.organization, DELIVERY, accountId),
      "aws:sourcearn": `arn:${partition}:logs:${region}:${accountId}:*`,
    };
    const writing = { ...context, "s3:x-amz-acl": "bucket-owner-full-control" };
    const delivers = await asRoot(owner, async (s3) => {
      const policy = await policyOf(s3, bucket);
      const mayWrite =
        allowsService(policy, { service: DELIVERY, action: "s3:GetBucketAcl", resource: bucketArn, context }) &&
        allowsService(policy, {
          ...{ service: DELIVERY, action: "s3:PutObject", resource: `${bucketArn}/${key}` },
          context: writing,
        });
      const keyArn = await keyOf(s3, bucket);
      return mayWrite && (keyArn === undefined || (await mayEncrypt(aws, keyArn, context)));
    });
    return delivers ? undefined : `LogDestination: ${bucket} is undeliverable`;
  };
}

async function mayEncrypt(
  aws: Aws,
  keyArn: string,
  context: Readonly<Record<string, string | readonly string[]>>,
): Promise<boolean> {
  const [, , , region = "", accountId = ""] = keyArn.split(":");
  const kms = new KMSClient(aws.asRoot(accountId, region));
  try {
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId: keyArn, PolicyName: "default" }));
    return ["kms:GenerateDataKey", "kms:Decrypt"].every((action) =>
      allowsService(Policy, { service: DELIVERY, action, resource: keyArn, context }),
    );
  } finally {
    kms.destroy();
  }
}

async function policyOf(s3: S3Client, bucket: string): Promise<string | undefined> {
  try {
    return (await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }))).Policy;
  } catch (error) {
    if (error instanceof Error && error.name === "NoSuchBucketPolicy") return undefined;
    throw error;
  }
}

/** ARN of the customer managed key that a bucket encrypts with. */
async function keyOf(s3: S3Client, bucket: string): Promise<string | undefined> {
  try {
    const { ServerSideEncryptionConfiguration: found } = await s3.send(
      new GetBucketEncryptionCommand({ Bucket: bucket }),
    );
    const id = found?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.KMSMasterKeyID;
    return id?.startsWith("arn:") ? id : undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "ServerSideEncryptionConfigurationNotFoundError") return undefined;
    throw error;
  }
}
