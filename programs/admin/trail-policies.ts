import { type PolicyDocument, policyDocument } from "../bootstrap/policy-document.ts";
import type { AdminInputs } from "../inputs.ts";
import { awsNames } from "../names.ts";
import { arn } from "../partition.ts";
import { evidenceStatements, keyPolicy } from "./evidence-policies.ts";
import { TRAIL_SERVICE } from "./optional-services.ts";

type Place = Pick<AdminInputs, "partition" | "accounts" | "roles" | "organizationId" | "homeRegion">;

/** The ARN of the organization's trail, known before it is made: bucket and key have to let it in first. */
export function trailArn({ partition, accounts, homeRegion }: Pick<Place, "partition" | "accounts" | "homeRegion">) {
  return arn(partition, "cloudtrail", homeRegion, accounts.management, `trail/${awsNames.organizationTrail}`);
}

/** The policy of the trail's bucket (AWS CloudTrail User Guide, "Amazon S3 bucket policy for CloudTrail", organization trails). */
export function trailBucketPolicy(place: Place, bucket: string): PolicyDocument {
  const { partition, accounts, organizationId } = place;
  const fromTrail = { "aws:SourceArn": trailArn(place) };
  return policyDocument(
    ...evidenceStatements(place, bucket),
    {
      Sid: "TrailLooks",
      Effect: "Allow",
      Principal: { Service: TRAIL_SERVICE },
      Action: ["s3:GetBucketAcl"],
      Resource: [arn(partition, "s3", "", "", bucket)],
      Condition: { StringEquals: fromTrail },
    },
    {
      Sid: "TrailDelivers",
      Effect: "Allow",
      Principal: { Service: TRAIL_SERVICE },
      Action: ["s3:PutObject"],
      // The management account's own path is used where the trail stops being one of the organization.
      Resource: [accounts.management, organizationId].map((owner) =>
        arn(partition, "s3", "", "", `${bucket}/AWSLogs/${owner}/*`),
      ),
      Condition: { StringEquals: { ...fromTrail, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  );
}

/** The policy of the trail's key (AWS CloudTrail User Guide, "Configure AWS KMS key policies for CloudTrail"). */
export function trailKeyPolicy(place: Place): PolicyDocument {
  const { partition, accounts } = place;
  const fromTrail = { "aws:SourceArn": trailArn(place) };
  return keyPolicy(
    place,
    {
      Sid: "TrailEncrypts",
      Effect: "Allow",
      Principal: { Service: TRAIL_SERVICE },
      Action: ["kms:GenerateDataKey*"],
      Resource: ["*"],
      Condition: {
        StringEquals: fromTrail,
        StringLike: {
          "kms:EncryptionContext:aws:cloudtrail:arn": arn(partition, "cloudtrail", "*", accounts.management, "trail/*"),
        },
      },
    },
    {
      Sid: "TrailLooks",
      Effect: "Allow",
      Principal: { Service: TRAIL_SERVICE },
      Action: ["kms:DescribeKey"],
      Resource: ["*"],
      Condition: { StringEquals: fromTrail },
    },
  );
}
