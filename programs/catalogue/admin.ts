import { type Feature, satisfies } from "./feature.ts";

/** The features of the admin stack, in the order in which a reader would ask for them. */
export const ADMIN_FEATURES: readonly Feature[] = [
  {
    stack: "admin",
    title: "Delegated administration",
    what: "The security account administers Security Hub, GuardDuty and Access Analyzer for the organization, and nobody works in the management account.",
    types: [
      "aws:organizations/awsServiceAccess:AwsServiceAccess",
      "aws:organizations/delegatedAdministrator:DelegatedAdministrator",
      "aws:securityhub/organizationAdminAccount:OrganizationAdminAccount",
      "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount",
    ],
    controls: satisfies("/4.16 GuardDuty.1 IAM.28/1.19"),
  },
  {
    stack: "admin",
    title: "Security Hub CSPM of the security account",
    what: "The security account's hub administers every region; what a new account gets comes from its baseline and not by itself.",
    types: [
      "aws:securityhub/account:Account",
      "aws:securityhub/standardsSubscription:StandardsSubscription",
      "aws:securityhub/organizationConfiguration:OrganizationConfiguration",
    ],
    controls: satisfies("/4.16"),
    setting: "standards",
  },
  {
    stack: "admin",
    title: "Findings in one region",
    what: "Findings of every account and region are in the home region too.",
    types: ["aws:securityhub/findingAggregator:FindingAggregator"],
    controls: satisfies("/4.16"),
  },
  {
    stack: "admin",
    title: "Control parameters",
    what: "Controls whose limits differ from AWS's have the organization's, with the reason beside them.",
    types: ["aws-native:securityhub:SecurityControl"],
    controls: satisfies("ACM.1"),
    setting: "controlParameters",
  },
  {
    stack: "admin",
    title: "GuardDuty of the security account",
    what: "The security account's detectors administer every region.",
    types: ["aws:guardduty/detector:Detector", "aws:guardduty/organizationConfiguration:OrganizationConfiguration"],
    controls: satisfies("GuardDuty.1"),
  },
  {
    stack: "admin",
    title: "External access analysis",
    what: "In every region an analyzer of the organization finds what is shared beyond it.",
    types: ["aws:accessanalyzer/analyzer:Analyzer"],
    controls: satisfies("IAM.28/1.19"),
  },
  {
    stack: "admin",
    title: "Evidence",
    what: "What AWS Config records and auditors ask for lies encrypted and versioned in private buckets of the log archive, which Bulwark's own roles can't empty.",
    types: [
      "aws:kms/key:Key",
      "aws:s3/bucket:Bucket",
      "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
      "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
      "aws:s3/bucketVersioning:BucketVersioning",
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "aws:s3/bucketPolicy:BucketPolicy",
    ],
    controls: satisfies("KMS.4/3.6 S3.2 S3.3 S3.5/2.1.1 S3.8/2.1.4 S3.12 S3.14 S3.17"),
  },
  {
    stack: "admin",
    title: "New accounts are heard of",
    what: "Events of AWS Organizations wait in an encrypted queue with dead letters, from which new accounts are onboarded.",
    types: [
      "aws:sqs/queue:Queue",
      "aws:sqs/queuePolicy:QueuePolicy",
      "aws:cloudwatch/eventRule:EventRule",
      "aws:cloudwatch/eventTarget:EventTarget",
    ],
    controls: satisfies("SQS.1 SQS.3"),
  },
];
