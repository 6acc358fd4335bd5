import type { Statement } from "../bootstrap/policy-document.ts";
import { HOST_REPORTS, hostsReport } from "../host-reports.ts";
import type { AdminInputs } from "../inputs.ts";
import { awsNames } from "../names.ts";
import { arn } from "../partition.ts";

type Place = Pick<AdminInputs, "partition" | "accounts" | "homeRegion" | "organizationId" | "features">;

/** Lets hosts of the organization add reports to a bucket, each under its own account's id, and read none. */
export function hostReportStatements(place: Place, bucket: string): Statement[] {
  if (!hostsReport(place)) return [];
  // IAM puts the caller's account in place of the variable (IAM User Guide, "Policy variables").
  const own = `${bucket}/${HOST_REPORTS}/\${aws:PrincipalAccount}/*`;
  return [
    {
      Sid: "HostsReport",
      Effect: "Allow",
      Principal: "*",
      Action: ["s3:PutObject"],
      Resource: [arn(place.partition, "s3", "", "", own)],
      Condition: { StringEquals: { "aws:PrincipalOrgID": place.organizationId } },
    },
  ];
}

/**
 * Lets them have S3 encrypt what they put there, and nothing else: the context is the bucket's, whose objects share a bucket key (S3 User
 * Guide, "Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys").
 */
export function hostReportKeyStatements(place: Place): Statement[] {
  if (!hostsReport(place)) return [];
  const { partition, accounts, homeRegion, organizationId } = place;
  const bucket = awsNames.evidenceBucket(accounts.logArchive, homeRegion);
  return [
    {
      Sid: "HostsReport",
      Effect: "Allow",
      Principal: "*",
      Action: ["kms:GenerateDataKey"],
      Resource: ["*"],
      Condition: {
        StringEquals: {
          "aws:PrincipalOrgID": organizationId,
          "kms:EncryptionContext:aws:s3:arn": arn(partition, "s3", "", "", bucket),
        },
        // With .cn at its end in China.
        StringLike: { "kms:ViaService": `s3.${homeRegion}.amazonaws.com*` },
      },
    },
  ];
}
