import { HeadBucketCommand, ListBucketsCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import type { Aws, OrganizationView } from "../gateway/emulator.ts";

/** Bucket names are global: asked here, S3 names the bucket's region and the client follows. */
const HOME = "us-east-1";

/** Buckets as services that deliver into them see them. */
export interface BucketOwners {
  /** The account that owns a bucket, the caller's own or another one of the organization. Undefined if none does. */
  ownerOf(bucket: string, callerId: string): Promise<string | undefined>;
  /** Works with S3 as the root of an account. */
  asRoot<Output>(accountId: string, work: (s3: S3Client) => Promise<Output>): Promise<Output>;
}

export function createBucketOwners(aws: Aws): BucketOwners {
  /** Owners found before, so that one delivery after another does not ask every account. */
  const owners = new Map<string, string>();

  async function asRoot<Output>(accountId: string, work: (s3: S3Client) => Promise<Output>): Promise<Output> {
    const s3 = new S3Client({ ...aws.asRoot(accountId, HOME), forcePathStyle: true, followRegionRedirects: true });
    try {
      return await work(s3);
    } finally {
      s3.destroy();
    }
  }

  return {
    asRoot,
    async ownerOf(bucket, callerId) {
      if (!(await asRoot(callerId, (s3) => bucketExists(s3, bucket)))) return undefined;
      const others = aws.organization
        .members()
        // A call would start the clock of an account that is not ready yet, and a closed one has no say.
        .filter((account) => account.state === "ACTIVE" && account.notReadySeconds === undefined)
        .map((account) => account.id);
      for (const accountId of new Set([owners.get(bucket) ?? callerId, callerId, ...others])) {
        const { Buckets = [] } = await asRoot(accountId, (s3) => s3.send(new ListBucketsCommand({})));
        if (Buckets.every(({ Name }) => Name !== bucket)) continue;
        owners.set(bucket, accountId);
        return accountId;
      }
      return undefined;
    },
  };
}

/**
 * What a resource's policy can ask about a service's call on behalf of an account, for example
 * https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-policy.html
 */
export function serviceContext(
  organization: OrganizationView,
  service: string,
  accountId: string,
): Record<string, string | readonly string[]> {
  const path = [organization.organizationId, ...organization.parentsOf(accountId).toReversed(), ""].join("/");
  return {
    "aws:securetransport": "true",
    "aws:principalisawsservice": "true",
    "aws:principalservicename": service,
    "aws:sourceaccount": accountId,
    ...(organization.isMember(accountId)
      ? { "aws:sourceorgid": organization.organizationId, "aws:sourceorgpaths": [path] }
      : {}),
  };
}

/** Whether a bucket of this name exists, whoever owns it: S3 answers 403 for someone else's, without a body that could name an error. */
async function bucketExists(s3: S3Client, bucket: string): Promise<boolean> {
  try {
    await s3.send(new HeadBucketCommand({ Bucket: bucket }));
    return true;
  } catch (error) {
    const status = error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
    if (status === 403 || status === 404) return status === 403;
    throw error;
  }
}
