import { type PolicyDocument, policyDocument } from "../../bootstrap/policy-document.ts";
import { EVIDENCE_LOSS, KEY_LOSS } from "../../bootstrap/service-actions.ts";
import { awsNames, TAGS } from "../../names.ts";
import { arn } from "../../partition.ts";
import { exemptRoles, type GuardrailInputs, ownPolicies, roleArns, unlessExempt } from "./principals.ts";

/** What turns detection, recording or evidence off, or takes an account out of its administrator's hands. */
const TURNING_OFF = [
  "access-analyzer:DeleteAnalyzer",
  "cloudtrail:DeleteEventDataStore",
  "cloudtrail:DeleteTrail",
  "cloudtrail:PutEventSelectors",
  "cloudtrail:StopEventDataStoreIngestion",
  "cloudtrail:StopLogging",
  "cloudtrail:UpdateTrail",
  "config:DeleteConfigurationAggregator",
  "config:DeleteConfigurationRecorder",
  "config:DeleteDeliveryChannel",
  "config:DeleteRetentionConfiguration",
  "config:PutConfigurationRecorder",
  "config:PutDeliveryChannel",
  "config:PutRetentionConfiguration",
  "config:StopConfigurationRecorder",
  "ec2:DisableEbsEncryptionByDefault",
  "guardduty:DeleteDetector",
  "guardduty:DeleteMembers",
  "guardduty:DeletePublishingDestination",
  "guardduty:Disassociate*",
  "guardduty:StopMonitoringMembers",
  "guardduty:UpdateDetector",
  "guardduty:UpdateMemberDetectors",
  "guardduty:UpdateOrganizationConfiguration",
  "guardduty:UpdatePublishingDestination",
  "inspector2:Disable",
  "inspector2:DisassociateMember",
  "inspector2:UpdateOrganizationConfiguration",
  // Deleting the block is authorized as putting one.
  "s3:PutAccountPublicAccessBlock",
  "securityhub:BatchDisableStandards",
  "securityhub:BatchUpdateStandardsControlAssociations",
  "securityhub:DeleteConfigurationPolicy",
  "securityhub:DeleteFindingAggregator",
  "securityhub:DeleteMembers",
  "securityhub:DisableImportFindingsForProduct",
  "securityhub:DisableSecurityHub*",
  "securityhub:Disassociate*",
  "securityhub:StartConfigurationPolicyDisassociation",
  "securityhub:UpdateConfigurationPolicy",
  "securityhub:UpdateFindingAggregator",
  "securityhub:UpdateOrganizationConfiguration",
  "securityhub:UpdateSecurityControl",
  "securityhub:UpdateSecurityHubConfiguration",
  "securityhub:UpdateStandardsControl",
];

/** Making or changing a role or the policy of that name. Using one is left to its own policies. */
const CHANGING_ROLES = [
  "iam:AttachRolePolicy",
  "iam:CreatePolicy",
  "iam:CreatePolicyVersion",
  "iam:CreateRole",
  "iam:DeletePolicy*",
  "iam:DeleteRole*",
  "iam:DetachRolePolicy",
  "iam:PutRole*",
  "iam:SetDefaultPolicyVersion",
  "iam:TagPolicy",
  "iam:TagRole",
  "iam:UntagPolicy",
  "iam:UntagRole",
  "iam:UpdateAssumeRolePolicy",
  "iam:UpdateRole*",
];

/** What would end or redirect alerts, on things of Bulwark's names. */
const ENDING_ALERTS = [
  "cloudwatch:DeleteAlarms",
  "cloudwatch:DisableAlarmActions",
  "cloudwatch:PutMetricAlarm",
  "events:DeleteRule",
  "events:DisableRule",
  "events:Put*",
  "events:RemoveTargets",
  "scheduler:DeleteSchedule",
  "scheduler:UpdateSchedule",
  "sns:*Permission",
  "sns:DeleteTopic",
  "sns:SetTopicAttributes",
  "sqs:*Permission",
  "sqs:DeleteQueue",
  "sqs:PurgeQueue",
  "sqs:SetQueueAttributes",
];

/** What would lose evidence or open it. */
const LOSING_EVIDENCE = [...EVIDENCE_LOSS, "s3:PutBucketPolicy", "s3:PutBucketVersioning"];

/** What Bulwark made and its tag tells: rules of AWS Config, flow logs and keys have ids of AWS's in their ARNs. */
const CHANGING_TAGGED = [
  "config:DeleteConfigRule",
  "config:PutConfigRule",
  "config:TagResource",
  "config:UntagResource",
  "ec2:CreateTags",
  "ec2:DeleteFlowLogs",
  "ec2:DeleteTags",
  ...KEY_LOSS,
  "kms:PutKeyPolicy",
  "kms:TagResource",
  "kms:UntagResource",
];

/** The account's settings that the baseline sets. Those that it leaves to the accounts stay theirs. */
function turningOffSettings({ account }: GuardrailInputs["features"]): readonly string[] {
  if (!account.enabled) return [];
  const { imageSharing, snapshotSharing, instanceMetadata } = account;
  return [
    // Enabling takes the extent: the lesser one is a loosening.
    ...(imageSharing === "off" ? [] : ["ec2:DisableImageBlockPublicAccess"]),
    ...(snapshotSharing === "off" ? [] : ["ec2:*ableSnapshotBlockPublicAccess"]),
    ...(instanceMetadata.enabled ? ["ec2:ModifyInstanceMetadataDefaults"] : []),
  ];
}

/** What Bulwark named so that a policy can tell it from others'. */
function namedByBulwark(inputs: GuardrailInputs): readonly string[] {
  const { partition, accounts, features } = inputs;
  const anywhere = (service: string, resource: string) => arn(partition, service, "*", "*", resource);
  const ofArchive = [awsNames.configBucket, awsNames.evidenceBucket, awsNames.findingsBucket, awsNames.trailBucket];
  const buckets = [
    ...ofArchive.map((bucket) => bucket(accounts.logArchive, "*")),
    ...(features.trail.bucket === undefined ? [] : [features.trail.bucket, `${features.trail.bucket}/*`]),
  ];
  return [
    ...roleArns(inputs, exemptRoles(inputs)),
    ...ownPolicies(inputs).map((policy) => arn(partition, "iam", "", "*", `policy/${policy}`)),
    ...buckets.map((bucket) => arn(partition, "s3", "", "", bucket)),
    anywhere("cloudwatch", "alarm:bulwark-*"),
    anywhere("config", "conformance-pack/bulwark-*"),
    anywhere("events", "rule/bulwark-*"),
    anywhere("scheduler", "schedule/default/bulwark-*"),
    anywhere("sns", "bulwark-*"),
    anywhere("sqs", "bulwark-*"),
  ];
}

/**
 * The service control policy that keeps security services on, the roles of Bulwark and of emergencies, its alerts and the evidence as they are,
 * and accounts in the organization. The last holds for everybody. Each action is of one service, so that it meets only what is of that
 * service among the resources beside it: one statement for all that is told by its name keeps the policy small.
 */
export function securityPolicy(inputs: GuardrailInputs): PolicyDocument {
  const exempt = unlessExempt(inputs);
  return policyDocument(
    {
      Sid: "SecurityServicesStayOn",
      Effect: "Deny",
      Action: [...TURNING_OFF, ...turningOffSettings(inputs.features)],
      Resource: ["*"],
      Condition: exempt,
    },
    {
      Sid: "OwnStaysAsItIs",
      Effect: "Deny",
      Action: [...CHANGING_ROLES, ...ENDING_ALERTS, ...LOSING_EVIDENCE, "config:*ConformancePack"],
      Resource: namedByBulwark(inputs),
      Condition: exempt,
    },
    {
      Sid: "TaggedStaysAsItIs",
      Effect: "Deny",
      Action: CHANGING_TAGGED,
      Resource: ["*"],
      Condition: { ...exempt, StringEquals: { "aws:ResourceTag/ManagedBy": TAGS.ManagedBy } },
    },
    { Sid: "AccountsStay", Effect: "Deny", Action: ["organizations:LeaveOrganization"], Resource: ["*"] },
  );
}
