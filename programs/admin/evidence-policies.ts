import { type PolicyDocument, policyDocument, type Statement } from "../bootstrap/policy-document.ts";
import { EVIDENCE_LOSS } from "../bootstrap/service-actions.ts";
import type { AdminInputs } from "../inputs.ts";
import { arn } from "../partition.ts";
import { hostReportKeyStatements, hostReportStatements } from "./host-report-policies.ts";

type Place = Pick<AdminInputs, "partition" | "accounts" | "roles" | "organizationId" | "features">;
type ReportedPlace = Place & Pick<AdminInputs, "homeRegion">;

/** The service principal of AWS Config. */
const CONFIG = "config.amazonaws.com";

/** The service principal that delivers flow logs to buckets. */
const LOG_DELIVERY = "delivery.logs.amazonaws.com";

/** The statements that every bucket with evidence has. */
export function evidenceStatements(
  { partition, roles }: Pick<Place, "partition" | "roles">,
  bucket: string,
): Statement[] {
  const everything = [arn(partition, "s3", "", "", bucket), arn(partition, "s3", "", "", `${bucket}/*`)];
  return [
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: ["s3:*"],
      Resource: everything,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
    {
      // Whoever gets hold of Bulwark does not get to remove the traces.
      Sid: "KeptFromBulwark",
      Effect: "Deny",
      Principal: "*",
      Action: EVIDENCE_LOSS,
      Resource: everything,
      Condition: {
        ArnLike: {
          "aws:PrincipalArn": [roles.service, roles.management, roles.deployment].map((role) =>
            arn(partition, "iam", "", "*", `role/${role}`),
          ),
        },
      },
    },
  ];
}

/** The policy of the bucket that people, Bulwark's exports and the reports of hosts go to. */
export function evidenceBucketPolicy(place: ReportedPlace, bucket: string): PolicyDocument {
  return policyDocument(...evidenceStatements(place, bucket), ...hostReportStatements(place, bucket));
}

/**
 * The policy of the bucket that AWS Config delivers to from every account of the organization (AWS Config Developer Guide,
 * "Permissions for the Amazon S3 Bucket for the AWS Config Delivery Channel").
 */
export function configBucketPolicy(place: Place, bucket: string): PolicyDocument {
  const { partition, organizationId } = place;
  const ofOrganization = { "aws:SourceOrgID": organizationId };
  return policyDocument(
    ...evidenceStatements(place, bucket),
    {
      Sid: "ConfigLooks",
      Effect: "Allow",
      Principal: { Service: CONFIG },
      Action: ["s3:GetBucketAcl", "s3:ListBucket"],
      Resource: [arn(partition, "s3", "", "", bucket)],
      Condition: { StringEquals: ofOrganization },
    },
    {
      Sid: "ConfigDelivers",
      Effect: "Allow",
      Principal: { Service: CONFIG },
      Action: ["s3:PutObject"],
      Resource: [arn(partition, "s3", "", "", `${bucket}/AWSLogs/*/Config/*`)],
      Condition: { StringEquals: { ...ofOrganization, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
    ...(takesFlowLogs(place) ? flowLogStatements(place, bucket) : []),
    ...outsideStatements(place, bucket),
  );
}

/** The same for the accounts outside of the organization that are invited, each by its id and into its own folder. */
function outsideStatements(place: Place, bucket: string): Statement[] {
  const { partition } = place;
  const accounts = outsideAccounts(place);
  if (accounts.length === 0) return [];
  const Principal = { Service: takesFlowLogs(place) ? [CONFIG, LOG_DELIVERY] : CONFIG };
  const folders = takesFlowLogs(place) ? ["Config", "vpcflowlogs"] : ["Config"];
  return [
    {
      Sid: "OutsideLooks",
      Effect: "Allow",
      Principal,
      Action: ["s3:GetBucketAcl", "s3:ListBucket"],
      Resource: [arn(partition, "s3", "", "", bucket)],
      Condition: { StringEquals: { "aws:SourceAccount": accounts } },
    },
    {
      Sid: "OutsideDelivers",
      Effect: "Allow",
      Principal,
      Action: ["s3:PutObject"],
      // S3 puts the account for which the service delivers in place of the variable (IAM User Guide, "Policy variables").
      Resource: folders.map((folder) =>
        arn(partition, "s3", "", "", `${bucket}/AWSLogs/\${aws:SourceAccount}/${folder}/*`),
      ),
      Condition: {
        StringEquals: { "aws:SourceAccount": accounts, "s3:x-amz-acl": "bucket-owner-full-control" },
      },
    },
  ];
}

function outsideAccounts({ features }: Place): string[] {
  return features.securityHub.outsideMembers.map(({ accountId }) => accountId);
}

/**
 * Flow logs of the organization's VPCs (VPC User Guide, "Amazon S3 bucket permissions for flow logs"), which names single accounts there;
 * an organization is asked for as AWS Config's deliveries are.
 */
function flowLogStatements({ partition, organizationId }: Place, bucket: string): Statement[] {
  const ofOrganization = { "aws:SourceOrgID": organizationId };
  return [
    {
      Sid: "FlowLogsLook",
      Effect: "Allow",
      Principal: { Service: LOG_DELIVERY },
      Action: ["s3:GetBucketAcl", "s3:ListBucket"],
      Resource: [arn(partition, "s3", "", "", bucket)],
      Condition: { StringEquals: ofOrganization },
    },
    {
      Sid: "FlowLogsDeliver",
      Effect: "Allow",
      Principal: { Service: LOG_DELIVERY },
      Action: ["s3:PutObject"],
      Resource: [arn(partition, "s3", "", "", `${bucket}/AWSLogs/*/vpcflowlogs/*`)],
      Condition: { StringEquals: { ...ofOrganization, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}

function takesFlowLogs({ features: { account } }: Place): boolean {
  return account.enabled && account.flowLogs.enabled;
}

/** The policy of a key in the log archive: its account decides by IAM, and `more` may use it beside. */
export function keyPolicy({ partition, accounts }: Omit<Place, "features">, ...more: Statement[]): PolicyDocument {
  return policyDocument(
    {
      // Without it, nobody could ever change the key's policy again (AWS KMS Developer Guide, "Default key policy").
      Sid: "Account",
      Effect: "Allow",
      Principal: { AWS: arn(partition, "iam", "", accounts.logArchive, "root") },
      Action: ["kms:*"],
      Resource: ["*"],
    },
    ...more,
  );
}

/** The policy of the key for evidence of people, of Bulwark and of hosts. */
export function evidenceKeyPolicy(place: ReportedPlace): PolicyDocument {
  return keyPolicy(place, ...hostReportKeyStatements(place));
}

/** The policy of the key that AWS Config encrypts its deliveries with. */
export function configKeyPolicy(place: Place): PolicyDocument {
  const ofOrganization = { StringEquals: { "aws:SourceOrgID": place.organizationId } };
  const config: Statement = {
    Sid: "ConfigDelivers",
    Effect: "Allow",
    Principal: { Service: CONFIG },
    Action: ["kms:Decrypt", "kms:GenerateDataKey"],
    Resource: ["*"],
    Condition: ofOrganization,
  };
  const flowLogs: Statement = {
    Sid: "FlowLogsDeliver",
    Effect: "Allow",
    Principal: { Service: LOG_DELIVERY },
    // VPC User Guide, "Required key policy for use with SSE-KMS".
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    Resource: ["*"],
    Condition: ofOrganization,
  };
  const used = [config, ...(takesFlowLogs(place) ? [flowLogs] : [])];
  const accounts = outsideAccounts(place);
  const Condition = { StringEquals: { "aws:SourceAccount": accounts } };
  const outside = used.map((statement) => ({ ...statement, Sid: `${statement.Sid}Outside`, Condition }));
  return keyPolicy(place, ...used, ...(accounts.length === 0 ? [] : outside));
}
