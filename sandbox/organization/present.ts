import {
  ConfigServiceClient,
  PutConfigurationRecorderCommand,
  PutDeliveryChannelCommand,
  StartConfigurationRecorderCommand,
} from "@aws-sdk/client-config-service";
import { EC2Client, EnableEbsEncryptionByDefaultCommand } from "@aws-sdk/client-ec2";
import { CreateDetectorCommand, GuardDutyClient } from "@aws-sdk/client-guardduty";
import { CreateServiceLinkedRoleCommand, IAMClient, UpdateAccountPasswordPolicyCommand } from "@aws-sdk/client-iam";
import { EnableCommand, Inspector2Client } from "@aws-sdk/client-inspector2";
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { PutPublicAccessBlockCommand, S3ControlClient } from "@aws-sdk/client-s3-control";
import { BatchEnableStandardsCommand, EnableSecurityHubCommand, SecurityHubClient } from "@aws-sdk/client-securityhub";
import type { RootAccess } from "./root-access.ts";
import { organizationTrail } from "./trail.ts";

/** What a team switched on by hand before Bulwark came, as calls in its account. */
export type Presence = (as: (region: string) => RootAccess) => Promise<void>;

/** Accounts that are not empty, by id. */
export const PRESENT: Readonly<Record<string, readonly Presence[]>> = {
  "111111111111": [organizationTrail],
  "100000000002": [detector],
  "100000000004": [hubWithOtherStandards],
  "100000000005": [recorderToOwnBucket, passwordPolicy],
  "100000000006": [volumeEncryption, halfOfPublicAccessBlock, imageScans],
};

/** With protection plans of the team's own choice. */
async function detector(as: (region: string) => RootAccess): Promise<void> {
  const guardDuty = new GuardDutyClient(as("us-east-1"));
  await guardDuty.send(
    new CreateDetectorCommand({
      Enable: true,
      FindingPublishingFrequency: "SIX_HOURS",
      Features: [
        { Name: "S3_DATA_EVENTS", Status: "DISABLED" },
        {
          Name: "RUNTIME_MONITORING",
          Status: "ENABLED",
          AdditionalConfiguration: [{ Name: "ECS_FARGATE_AGENT_MANAGEMENT", Status: "ENABLED" }],
        },
      ],
    }),
  );
  guardDuty.destroy();
}

async function hubWithOtherStandards(as: (region: string) => RootAccess): Promise<void> {
  const hub = new SecurityHubClient(as("us-east-1"));
  await hub.send(
    new EnableSecurityHubCommand({ EnableDefaultStandards: false, ControlFindingGenerator: "STANDARD_CONTROL" }),
  );
  const standards = ["aws-foundational-security-best-practices/v/1.0.0", "nist-800-53/v/5.0.0"];
  await hub.send(
    new BatchEnableStandardsCommand({
      StandardsSubscriptionRequests: standards.map((standard) => ({
        StandardsArn: `arn:aws:securityhub:us-east-1::standards/${standard}`,
      })),
    }),
  );
  hub.destroy();
}

/** One region only, everything but global types, to a bucket of the account's own. */
async function recorderToOwnBucket(as: (region: string) => RootAccess): Promise<void> {
  const account = "100000000005";
  const bucket = `surveillance-config-${account}`;
  const s3 = new S3Client({ ...as("us-west-2"), forcePathStyle: true });
  const iam = new IAMClient(as("us-east-1"));
  const config = new ConfigServiceClient(as("us-west-2"));
  await Promise.all([
    s3
      .send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "us-west-2" } }))
      .then(() => s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy: deliveryPolicy(bucket, account) }))),
    iam.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: "config.amazonaws.com" })),
  ]);
  await config.send(
    new PutConfigurationRecorderCommand({
      ConfigurationRecorder: {
        name: "default",
        roleARN: `arn:aws:iam::${account}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
        recordingGroup: { allSupported: true, includeGlobalResourceTypes: false },
      },
    }),
  );
  await config.send(
    new PutDeliveryChannelCommand({
      DeliveryChannel: {
        name: "default",
        s3BucketName: bucket,
        configSnapshotDeliveryProperties: { deliveryFrequency: "TwentyFour_Hours" },
      },
    }),
  );
  await config.send(new StartConfigurationRecorderCommand({ ConfigurationRecorderName: "default" }));
  for (const client of [s3, iam, config]) client.destroy();
}

/** Source: AWS Config developer guide, "Permissions for the Amazon S3 bucket for the AWS Config delivery channel". */
function deliveryPolicy(bucket: string, account: string): string {
  const fromConfig = {
    Effect: "Allow",
    Principal: { Service: "config.amazonaws.com" },
    Condition: { StringEquals: { "AWS:SourceAccount": account } },
  };
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { ...fromConfig, Action: ["s3:GetBucketAcl", "s3:ListBucket"], Resource: `arn:aws:s3:::${bucket}` },
      { ...fromConfig, Action: "s3:PutObject", Resource: `arn:aws:s3:::${bucket}/AWSLogs/${account}/Config/*` },
    ],
  });
}

async function passwordPolicy(as: (region: string) => RootAccess): Promise<void> {
  const iam = new IAMClient(as("us-east-1"));
  await iam.send(
    new UpdateAccountPasswordPolicyCommand({
      MinimumPasswordLength: 10,
      RequireLowercaseCharacters: true,
      RequireUppercaseCharacters: true,
      RequireNumbers: true,
      RequireSymbols: false,
      AllowUsersToChangePassword: true,
      MaxPasswordAge: 180,
    }),
  );
  iam.destroy();
}

async function volumeEncryption(as: (region: string) => RootAccess): Promise<void> {
  const ec2 = new EC2Client(as("us-east-1"));
  await ec2.send(new EnableEbsEncryptionByDefaultCommand({}));
  ec2.destroy();
}

/** Scans of container images, and of nothing else. */
async function imageScans(as: (region: string) => RootAccess): Promise<void> {
  const inspector = new Inspector2Client(as("us-west-2"));
  await inspector.send(new EnableCommand({ resourceTypes: ["ECR"] }));
  inspector.destroy();
}

async function halfOfPublicAccessBlock(as: (region: string) => RootAccess): Promise<void> {
  const access = as("us-east-1");
  // The client's own rules would put the account's id before the host, which is no name where the sandbox is an address.
  const s3 = new S3ControlClient({ ...access, endpointProvider: () => ({ url: new URL(access.endpoint) }) });
  await s3.send(
    new PutPublicAccessBlockCommand({
      AccountId: "100000000006",
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: false,
        RestrictPublicBuckets: false,
      },
    }),
  );
  s3.destroy();
}
