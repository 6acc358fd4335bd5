import type { Statement } from "../bootstrap/policy-document.ts";
import { arn, type Partition } from "../partition.ts";
import type { ReportPlace } from "./reporting.ts";
import type { SignaturePlace } from "./virus-scan/document.ts";

/** Where a host is, for its rights. */
export interface HostPlace {
  readonly partition: Partition;
  readonly accountId: string;
}

/**
 * What the role of a host's instance profile needs so that the documents can report, beside what the SSM agent needs (the managed policy
 * AmazonSSMManagedInstanceCore). The AWS CLI on a host has no other credentials: those of default host management are the agent's alone.
 * Findings go to the account's own default product and reports under the account's own prefix, so a host that was taken over can forge
 * findings of its account, but read no report. `keys` are those that the bucket of reports is encrypted with, as an ARN.
 */
export function hostPermissions(
  host: HostPlace,
  reports: ReportPlace,
  signatures?: SignaturePlace,
  keys?: string,
): Statement[] {
  const { partition, accountId } = host;
  const statements: Statement[] = [
    {
      Sid: "SendFindings",
      Effect: "Allow",
      Action: ["securityhub:BatchImportFindings"],
      Resource: [arn(partition, "securityhub", "*", accountId, `product/${accountId}/default`)],
    },
    {
      Sid: "UploadReports",
      Effect: "Allow",
      Action: ["s3:PutObject"],
      Resource: [arn(partition, "s3", "", "", `${reports.bucket}/${folder(reports.prefix)}${accountId}/*`)],
    },
  ];
  if (keys !== undefined) {
    statements.push({
      Sid: "EncryptReports",
      Effect: "Allow",
      Action: ["kms:GenerateDataKey"],
      Resource: [keys],
      Condition: { StringLike: { "kms:ViaService": "s3.*" } },
    });
  }
  if (signatures === undefined) return statements;
  const prefix = folder(signatures.prefix);
  return [
    ...statements,
    {
      Sid: "ListSignatures",
      Effect: "Allow",
      Action: ["s3:ListBucket"],
      Resource: [arn(partition, "s3", "", "", signatures.bucket)],
      Condition: { StringLike: { "s3:prefix": `${prefix}*` } },
    },
    {
      Sid: "ReadSignatures",
      Effect: "Allow",
      Action: ["s3:GetObject"],
      Resource: [arn(partition, "s3", "", "", `${signatures.bucket}/${prefix}*`)],
    },
  ];
}

/** A prefix of keys as the scripts write it: `clamav` is `clamav/`. */
function folder(prefix = ""): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, "");
  return trimmed === "" ? "" : `${trimmed}/`;
}
