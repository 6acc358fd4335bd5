import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from "@aws-sdk/client-cloudtrail";
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import type { RootAccess } from "./root-access.ts";

const management = "111111111111";
const bucket = `clearing-trail-${management}`;

/** The organization's trail, which every organization of some age has; without one EventBridge hears of no new account. */
export async function organizationTrail(as: (region: string) => RootAccess): Promise<void> {
  const access = as("us-east-1");
  const s3 = new S3Client({ ...access, forcePathStyle: true });
  const cloudTrail = new CloudTrailClient(access);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: deliveryPolicy() }));
  const Name = "organization";
  const wanted = { S3BucketName: bucket, IsMultiRegionTrail: true, EnableLogFileValidation: true };
  await cloudTrail.send(new CreateTrailCommand({ Name, ...wanted }));
  await cloudTrail.send(new StartLoggingCommand({ Name }));
  for (const client of [s3, cloudTrail]) client.destroy();
}

/** Source: CloudTrail user guide, "Amazon S3 bucket policy for CloudTrail". */
function deliveryPolicy(): string {
  const fromTrail = { Effect: "Allow", Principal: { Service: "cloudtrail.amazonaws.com" } };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { ...fromTrail, Action: "s3:GetBucketAcl", Resource: `arn:aws:s3:::${bucket}` },
      { ...fromTrail, Action: "s3:PutObject", Resource: `arn:aws:s3:::${bucket}/AWSLogs/${management}/*` },
    ],
  });
}
