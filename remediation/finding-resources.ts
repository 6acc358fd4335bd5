import type { Finding } from "./remediation.ts";

/**
 * What IAM Access Analyzer's findings of external access are in Security Hub (IAM User Guide, "Integrate IAM Access Analyzer with AWS Security
 * Hub").
 */
export const EXTERNAL_ACCESS = [
  "Effects/Data Exposure/External Access Granted",
  "Software and Configuration Checks/AWS Security Best Practices/External Access Granted",
] as const;

/** A resource of a finding's own account. */
export type NamedResource = { readonly accountId: string; readonly arn: string };

/**
 * The resources of a type that a finding names by an ARN of a form, each once. The form's first group is the account of the ARN, where it has one:
 * what belongs to another account than the finding, or stands in another region, is no target. Calls are made where the finding is, and there
 * another resource may have the same name.
 */
export function resourcesOf(
  { AwsAccountId: accountId, Region, Resources }: Finding,
  type: string,
  form: RegExp,
): readonly NamedResource[] {
  const arns = Resources.flatMap(({ Type, Id }) => {
    const match = Type === type && typeof Id === "string" ? form.exec(Id) : null;
    if (match === null || (match[1] !== undefined && match[1] !== accountId)) return [];
    const region = Id.split(":")[3] ?? "";
    return region === "" || Region === undefined || region === Region ? [Id] : [];
  });
  return [...new Set(arns)].map((arn) => ({ accountId, arn }));
}

/** Amazon S3 User Guide, "General purpose bucket naming rules". */
const BUCKET = /^arn:aws[a-z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The buckets that a finding names. Their ARNs have no account; calls say whose bucket they expect. */
export const bucketsOf = (finding: Finding): readonly NamedResource[] => resourcesOf(finding, "AwsS3Bucket", BUCKET);

/** The last part of an ARN of S3, SNS or SQS: the resource's name. */
export const nameOf = ({ arn }: NamedResource): string => arn.slice(arn.lastIndexOf(":") + 1);
