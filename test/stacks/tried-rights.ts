import { AccessAnalyzer } from "@aws-sdk/client-accessanalyzer";
import { Account } from "@aws-sdk/client-account";
import { CloudControl } from "@aws-sdk/client-cloudcontrol";
import { ConfigService } from "@aws-sdk/client-config-service";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { EC2 } from "@aws-sdk/client-ec2";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { GuardDuty } from "@aws-sdk/client-guardduty";
import { IAM } from "@aws-sdk/client-iam";
import { Inspector2 } from "@aws-sdk/client-inspector2";
import { KMS } from "@aws-sdk/client-kms";
import { Lambda } from "@aws-sdk/client-lambda";
import { Organizations } from "@aws-sdk/client-organizations";
import { S3 } from "@aws-sdk/client-s3";
import { S3Control } from "@aws-sdk/client-s3-control";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { SNS } from "@aws-sdk/client-sns";
import { SQS } from "@aws-sdk/client-sqs";
import { SSM } from "@aws-sdk/client-ssm";
import type { DeploymentPlace } from "../../programs/bootstrap/deployment-role.ts";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";
import { LOG_ARCHIVE, MEMBER, SECURITY } from "../programs/samples.ts";

/** AWS SDK settings of a session. */
export interface Access {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken: string;
  };
}

/** A call of a deployment and the action without which AWS refuses it. */
export interface TriedRight {
  readonly action: string;
  /** What has to be there before, made by the account's root. */
  readonly prepare?: (root: RootAccess) => Promise<unknown>;
  readonly call: (access: Access) => Promise<unknown>;
}

const SETTING = "/ssm/managed-instance/default-ec2-instance-management-role";

/** The role of an account outside of the organization has a member's rights and one more. */
export type TriedPlace = Exclude<DeploymentPlace, "outside">;

/** In the order in which AWS takes them, for the deployment role of each kind of account. */
export const TRIED_RIGHTS: Readonly<Record<TriedPlace, readonly TriedRight[]>> = {
  member: [
    { action: "securityhub:EnableSecurityHub", call: (as) => new SecurityHub(as).enableSecurityHub({}) },
    { action: "guardduty:CreateDetector", call: (as) => new GuardDuty(as).createDetector({ Enable: true }) },
    {
      action: "config:DescribeConfigurationRecorders",
      call: (as) => new ConfigService(as).describeConfigurationRecorders({}),
    },
    {
      action: "sns:CreateTopic",
      call: (as) => new SNS(as).createTopic({ Name: "bulwark-extension-team" }),
    },
    {
      action: "events:PutRule",
      call: (as) =>
        new EventBridge(as).putRule({ Name: "bulwark-extension-team", EventPattern: '{"source":["aws.securityhub"]}' }),
    },
    { action: "kms:CreateKey", call: (as) => new KMS(as).createKey({}) },
    {
      action: "cloudformation:ListResources",
      call: (as) => new CloudControl(as).listResources({ TypeName: "AWS::SecurityHub::SecurityControl" }),
    },
    { action: "inspector2:BatchGetAccountStatus", call: (as) => new Inspector2(as).batchGetAccountStatus({}) },
    { action: "ec2:EnableEbsEncryptionByDefault", call: (as) => new EC2(as).enableEbsEncryptionByDefault({}) },
    {
      action: "account:PutAlternateContact",
      call: (as) =>
        new Account(as).putAlternateContact({
          AlternateContactType: "SECURITY",
          ...{ Name: "Security", Title: "On call", EmailAddress: "security@example.org", PhoneNumber: "+1 555 0100" },
        }),
    },
    {
      action: "s3:PutAccountPublicAccessBlock",
      call: (as) =>
        new S3Control({ ...as, endpointProvider: () => ({ url: new URL(as.endpoint) }) }).putPublicAccessBlock({
          AccountId: MEMBER,
          PublicAccessBlockConfiguration: { BlockPublicAcls: true },
        }),
    },
    {
      action: "iam:UpdateAccountPasswordPolicy",
      call: (as) => new IAM(as).updateAccountPasswordPolicy({ MinimumPasswordLength: 14 }),
    },
    {
      action: "iam:CreateServiceLinkedRole",
      call: (as) => new IAM(as).createServiceLinkedRole({ AWSServiceName: "config-conforms.amazonaws.com" }),
    },
    { action: "ssm:GetServiceSetting", call: (as) => new SSM(as).getServiceSetting({ SettingId: SETTING }) },
  ],
  security: [
    { action: "securityhub:EnableSecurityHub", call: (as) => new SecurityHub(as).enableSecurityHub({}) },
    {
      action: "securityhub:CreateInsight",
      call: (as) => new SecurityHub(as).createInsight({ Name: "All", Filters: {}, GroupByAttribute: "ResourceId" }),
    },
    { action: "guardduty:CreateDetector", call: (as) => new GuardDuty(as).createDetector({ Enable: true }) },
    { action: "inspector2:Enable", call: (as) => new Inspector2(as).enable({ resourceTypes: ["EC2"] }) },
    {
      action: "config:DescribeConfigurationAggregators",
      call: (as) => new ConfigService(as).describeConfigurationAggregators({}),
    },
    {
      action: "access-analyzer:CreateAnalyzer",
      call: (as) => new AccessAnalyzer(as).createAnalyzer({ analyzerName: "own", type: "ACCOUNT" }),
    },
    {
      action: "cloudformation:ListResources",
      call: (as) => new CloudControl(as).listResources({ TypeName: "AWS::SecurityHub::SecurityControl" }),
    },
    {
      action: "ssm:PutParameter",
      call: (as) => new SSM(as).putParameter({ Name: "/bulwark/remediation-modes/own", Type: "String", Value: "{}" }),
    },
    { action: "organizations:DescribeOrganization", call: (as) => new Organizations(as).describeOrganization({}) },
    { action: "account:ListRegions", call: (as) => new Account(as).listRegions({}) },
    { action: "iam:GetRole", call: (as) => new IAM(as).getRole({ RoleName: "BulwarkDeployment" }) },
    { action: "sns:CreateTopic", call: (as) => new SNS(as).createTopic({ Name: "bulwark-operations" }) },
    { action: "sqs:CreateQueue", call: (as) => new SQS(as).createQueue({ QueueName: "bulwark-forward" }) },
    {
      action: "events:PutRule",
      call: (as) =>
        new EventBridge(as).putRule({ Name: "bulwark-forward", EventPattern: '{"source":["aws.securityhub"]}' }),
    },
    {
      action: "dynamodb:CreateTable",
      call: (as) =>
        new DynamoDB(as).createTable({
          TableName: "bulwark-incidents",
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
        }),
    },
    {
      // A function needs a role that it can be given, which the deployment makes before it.
      action: "lambda:ListEventSourceMappings",
      call: (as) => new Lambda(as).listEventSourceMappings({}),
    },
    { action: "kms:CreateKey", call: (as) => new KMS(as).createKey({}) },
    {
      // A list of trusted entities, as the sample settings name it.
      action: "s3:GetObject",
      prepare: async (root) => {
        const s3 = new S3({ ...root, forcePathStyle: true });
        await s3.createBucket({ Bucket: "lists" });
        await s3.putObject({ Bucket: "lists", Key: "partners.txt", Body: "192.0.2.1" });
      },
      call: (as) => new S3({ ...as, forcePathStyle: true }).getObject({ Bucket: "lists", Key: "partners.txt" }),
    },
  ],
  logArchive: [
    {
      action: "config:DescribeConfigurationRecorders",
      call: (as) => new ConfigService(as).describeConfigurationRecorders({}),
    },
    {
      action: "s3:CreateBucket",
      call: (as) => new S3({ ...as, forcePathStyle: true }).createBucket({ Bucket: "bulwark-evidence-tried" }),
    },
    { action: "kms:CreateKey", call: (as) => new KMS(as).createKey({}) },
    { action: "account:ListRegions", call: (as) => new Account(as).listRegions({}) },
    { action: "iam:GetRole", call: (as) => new IAM(as).getRole({ RoleName: "BulwarkDeployment" }) },
  ],
};

/** The account that a role of each kind stands in. */
export const ACCOUNTS: Readonly<Record<TriedPlace, string>> = {
  member: MEMBER,
  security: SECURITY,
  logArchive: LOG_ARCHIVE,
};
