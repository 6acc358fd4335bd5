import type { CreateTrailRequest, UpdateTrailRequest } from "@aws-sdk/client-cloudtrail";
import { GetBucketPolicyCommand, ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { type Aws, AwsError, type Call, type Guard } from "../../gateway/emulator.ts";
import { allowsService } from "../config/resource-policy.ts";
import { checkTrusted, SERVICE } from "./organization.ts";

type Request = Partial<CreateTrailRequest & UpdateTrailRequest>;

/** What CloudTrail checks of a trail of an organization before it makes or changes one; MiniStack keeps the trails. */
export function organizationTrailGuards(aws: Aws): Record<string, Guard> {
  const check = async (call: Call<Request>) => {
    if (call.input.IsOrganizationTrail !== true) return;
    const { organization } = aws;
    if (!organization.isMember(call.accountId)) {
      throw new AwsError("OrganizationsNotInUseException", "The account is not a member of an organization.");
    }
    const administers = organization.delegatedAdministrators(SERVICE).includes(call.accountId);
    if (call.accountId !== organization.managementAccountId && !administers) {
      throw new AwsError(
        "NotOrganizationMasterAccountException",
        "The account is neither the management account of the organization nor a CloudTrail delegated administrator.",
      );
    }
    checkTrusted(organization);
    if (call.input.S3BucketName !== undefined) await checkBucket(aws, call, call.input.S3BucketName);
  };
  return { CreateTrail: check, UpdateTrail: check };
}

/** Source: CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail", the one of organization trails. */
async function checkBucket(aws: Aws, call: Call<Request>, bucket: string): Promise<void> {
  const { organization } = aws;
  const policy = await policyOf(aws, bucket);
  if (policy === undefined) {
    throw new AwsError("S3BucketDoesNotExistException", `S3 bucket ${bucket} does not exist!`);
  }
  const prefix = call.input.S3KeyPrefix === undefined ? "" : `${call.input.S3KeyPrefix}/`;
  const trail = (call.input.Name ?? "").split("/").at(-1);
  const management = organization.managementAccountId;
  const context = {
    "aws:securetransport": "true",
    "aws:principalisawsservice": "true",
    "aws:sourceaccount": management,
    "aws:sourcearn": `arn:${organization.partition}:cloudtrail:${call.region}:${management}:trail/${trail}`,
    "aws:sourceorgid": organization.organizationId,
    "s3:x-amz-acl": "bucket-owner-full-control",
  };
  const bucketArn = `arn:${organization.partition}:s3:::${bucket}`;
  const asked = [
    { action: "s3:GetBucketAcl", resource: bucketArn },
    ...[management, organization.organizationId].map((owner) => ({
      action: "s3:PutObject",
      resource: `${bucketArn}/${prefix}AWSLogs/${owner}/x`,
    })),
  ];
  if (asked.some((request) => !allowsService(policy || undefined, { service: SERVICE, ...request, context }))) {
    throw new AwsError(
      "InsufficientS3BucketPolicyException",
      `Incorrect S3 bucket policy is detected for bucket: ${bucket}`,
    );
  }
}

/** The policy of a bucket of the organization, empty where it has none; undefined where there is no such bucket. */
async function policyOf(aws: Aws, Bucket: string): Promise<string | undefined> {
  const accounts = aws.organization
    .members()
    .filter(({ state, notReadySeconds }) => state === "ACTIVE" && notReadySeconds === undefined);
  for (const { id } of accounts) {
    const s3 = new S3Client({ ...aws.asRoot(id, "us-east-1"), forcePathStyle: true, followRegionRedirects: true });
    try {
      const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
      if (!Buckets.some(({ Name }) => Name === Bucket)) continue;
      const found = await s3.send(new GetBucketPolicyCommand({ Bucket })).catch((error: unknown) => {
        if (error instanceof Error && error.name === "NoSuchBucketPolicy") return { Policy: "" };
        throw error;
      });
      return found.Policy ?? "";
    } finally {
      s3.destroy();
    }
  }
  return undefined;
}
