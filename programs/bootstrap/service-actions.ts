/**
 * The IAM actions of the calls that the AWS provider makes for each resource type of the programs, and that the inventory makes
 * before. Sources: the provider's own create, read, update and delete calls, and the service authorization reference.
 */

/** aws:securityhub/account:Account, StandardsSubscription, StandardsControlAssociation and ProductSubscription. */
export const HUB = [
  "securityhub:EnableSecurityHub",
  "securityhub:DisableSecurityHub",
  "securityhub:DescribeHub",
  "securityhub:UpdateSecurityHubConfiguration",
  "securityhub:BatchEnableStandards",
  "securityhub:BatchDisableStandards",
  "securityhub:GetEnabledStandards",
  "securityhub:GetAdministratorAccount",
  "securityhub:BatchGetStandardsControlAssociations",
  "securityhub:BatchUpdateStandardsControlAssociations",
  "securityhub:ListStandardsControlAssociations",
  "securityhub:EnableImportFindingsForProduct",
  "securityhub:DisableImportFindingsForProduct",
  "securityhub:ListEnabledProductsForImport",
] as const;

/** aws:guardduty/detector:Detector. */
export const DETECTOR = [
  "guardduty:CreateDetector",
  "guardduty:DeleteDetector",
  "guardduty:GetDetector",
  "guardduty:ListDetectors",
  "guardduty:UpdateDetector",
  "guardduty:GetAdministratorAccount",
  "guardduty:ListTagsForResource",
  "guardduty:TagResource",
  "guardduty:UntagResource",
] as const;

/** aws:securityhub/member:Member and aws:guardduty/member:Member, in the administrator's account. */
export const MEMBERSHIP = ["securityhub", "guardduty"].flatMap((service) =>
  ["CreateMembers", "GetMembers", "ListMembers", "InviteMembers", "DisassociateMembers", "DeleteMembers"].map(
    (call) => `${service}:${call}`,
  ),
);

/** aws:cfg/recorder:Recorder, aws:cfg/recorderStatus:RecorderStatus and aws:cfg/deliveryChannel:DeliveryChannel. */
export const RECORDER = [
  "config:PutConfigurationRecorder",
  "config:DeleteConfigurationRecorder",
  "config:DescribeConfigurationRecorders",
  "config:DescribeConfigurationRecorderStatus",
  "config:StartConfigurationRecorder",
  "config:StopConfigurationRecorder",
  "config:PutDeliveryChannel",
  "config:DeleteDeliveryChannel",
  "config:DescribeDeliveryChannels",
] as const;

/** aws:ebs/encryptionByDefault:EncryptionByDefault. */
export const EBS_ENCRYPTION = [
  "ec2:EnableEbsEncryptionByDefault",
  "ec2:DisableEbsEncryptionByDefault",
  "ec2:GetEbsEncryptionByDefault",
] as const;

/** aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock and aws:iam/accountPasswordPolicy:AccountPasswordPolicy. */
export const ACCOUNT_SETTINGS = [
  // Deleting the block is authorized as putting one.
  "s3:GetAccountPublicAccessBlock",
  "s3:PutAccountPublicAccessBlock",
  "iam:GetAccountPasswordPolicy",
  "iam:UpdateAccountPasswordPolicy",
  "iam:DeleteAccountPasswordPolicy",
] as const;

/** aws:iam/serviceLinkedRole:ServiceLinkedRole, and its removal after an offboarding. */
export const SERVICE_LINKED_ROLE = [
  "iam:CreateServiceLinkedRole",
  "iam:DeleteServiceLinkedRole",
  "iam:GetRole",
] as const;

/** The wait for the end of that removal: its request names a task and no role. */
export const SERVICE_LINKED_ROLE_DELETION = ["iam:GetServiceLinkedRoleDeletionStatus"] as const;

/** What the security account's side of the admin stack adds in Security Hub. */
export const HUB_ADMINISTRATION = [
  "securityhub:DescribeOrganizationConfiguration",
  "securityhub:UpdateOrganizationConfiguration",
  "securityhub:CreateFindingAggregator",
  "securityhub:UpdateFindingAggregator",
  "securityhub:DeleteFindingAggregator",
  "securityhub:GetFindingAggregator",
  "securityhub:ListFindingAggregators",
  "securityhub:CreateConfigurationPolicy",
  "securityhub:GetConfigurationPolicy",
  "securityhub:ListConfigurationPolicies",
  "securityhub:UpdateConfigurationPolicy",
  "securityhub:DeleteConfigurationPolicy",
  "securityhub:StartConfigurationPolicyAssociation",
  "securityhub:StartConfigurationPolicyDisassociation",
  "securityhub:GetConfigurationPolicyAssociation",
  "securityhub:CreateAutomationRule",
  "securityhub:BatchGetAutomationRules",
  "securityhub:BatchUpdateAutomationRules",
  "securityhub:BatchDeleteAutomationRules",
  "securityhub:ListAutomationRules",
  "securityhub:ListTagsForResource",
  "securityhub:TagResource",
  "securityhub:UntagResource",
  "securityhub:CreateInsight",
  "securityhub:GetInsights",
  "securityhub:UpdateInsight",
  "securityhub:DeleteInsight",
  "securityhub:BatchGetSecurityControls",
  "securityhub:GetSecurityControlDefinition",
  "securityhub:ListSecurityControlDefinitions",
  "securityhub:UpdateSecurityControl",
] as const;

/** aws:guardduty/organizationConfiguration:OrganizationConfiguration. */
export const DETECTOR_ADMINISTRATION = [
  "guardduty:DescribeOrganizationConfiguration",
  "guardduty:UpdateOrganizationConfiguration",
] as const;

/** aws:accessanalyzer/analyzer:Analyzer. */
export const ANALYZER = [
  "access-analyzer:CreateAnalyzer",
  "access-analyzer:DeleteAnalyzer",
  "access-analyzer:GetAnalyzer",
  "access-analyzer:UpdateAnalyzer",
  "access-analyzer:ListAnalyzers",
  "access-analyzer:ListTagsForResource",
  "access-analyzer:TagResource",
  "access-analyzer:UntagResource",
] as const;

/** aws-native resources: the Cloud Control API is authorized in CloudFormation's namespace. */
export const CLOUD_CONTROL = [
  "cloudformation:CreateResource",
  "cloudformation:GetResource",
  "cloudformation:UpdateResource",
  "cloudformation:DeleteResource",
  "cloudformation:ListResources",
  "cloudformation:GetResourceRequestStatus",
  "cloudformation:CancelResourceRequest",
] as const;

/** What services read of the organization with their caller's rights, and Bulwark itself. */
export const ORGANIZATION_READ = [
  "organizations:DescribeAccount",
  "organizations:DescribeCreateAccountStatus",
  "organizations:DescribeOrganization",
  "organizations:DescribeOrganizationalUnit",
  "organizations:ListAWSServiceAccessForOrganization",
  "organizations:ListAccounts",
  "organizations:ListAccountsForParent",
  "organizations:ListChildren",
  "organizations:ListCreateAccountStatus",
  "organizations:ListDelegatedAdministrators",
  "organizations:ListDelegatedServicesForAccount",
  "organizations:ListOrganizationalUnitsForParent",
  "organizations:ListParents",
  "organizations:ListRoots",
  "organizations:ListTagsForResource",
] as const;

/** What Security Hub and GuardDuty read of the organization, with their caller's rights, when a member is added or removed. */
export const MEMBER_LOOKUP = [
  // As AWSSecurityHubOrganizationsAccess, the policy that AWS asks for on whoever manages members.
  "organizations:DescribeAccount",
  "organizations:DescribeOrganization",
  "organizations:DescribeOrganizationalUnit",
  "organizations:ListAWSServiceAccessForOrganization",
  "organizations:ListAccounts",
  "organizations:ListAccountsForParent",
  "organizations:ListDelegatedAdministrators",
  "organizations:ListOrganizationalUnitsForParent",
  "organizations:ListRoots",
] as const;

/** aws:s3/bucket:Bucket and the resources that configure one. None of them deletes, expires or unlocks anything. */
export const EVIDENCE_BUCKET = [
  "s3:CreateBucket",
  "s3:ListBucket",
  "s3:GetAccelerateConfiguration",
  "s3:GetBucket*",
  "s3:GetEncryptionConfiguration",
  "s3:GetLifecycleConfiguration",
  "s3:GetReplicationConfiguration",
  "s3:ListTagsForResource",
  "s3:TagResource",
  "s3:UntagResource",
  "s3:PutBucketOwnershipControls",
  "s3:PutBucketPolicy",
  "s3:PutBucketPublicAccessBlock",
  "s3:PutBucketTagging",
  "s3:PutBucketVersioning",
  "s3:PutEncryptionConfiguration",
] as const;

/** aws:kms/key:Key, without the calls that disable or delete one. */
export const EVIDENCE_KEY = [
  "kms:DescribeKey",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateKeyDescription",
] as const;

/** Calls that name no key: making one, and finding one again whose making was interrupted. */
export const EVIDENCE_KEY_MAKING = ["kms:CreateKey", "kms:ListKeys"] as const;

/** What destroys or opens evidence. Denied to Bulwark's roles by their boundary and by the buckets' policies. */
export const EVIDENCE_LOSS = [
  "s3:BypassGovernanceRetention",
  "s3:DeleteBucket",
  "s3:DeleteBucketPolicy",
  "s3:DeleteObject",
  "s3:DeleteObjectVersion",
  "s3:PutLifecycleConfiguration",
  "s3:PutReplicationConfiguration",
] as const;

/** What makes encrypted evidence unreadable for ever. */
export const KEY_LOSS = [
  "kms:DeleteImportedKeyMaterial",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:ScheduleKeyDeletion",
] as const;

/** aws:sqs/queue:Queue, aws:sqs/queuePolicy:QueuePolicy, and the service's consumer. */
export const EVENT_QUEUE = [
  "sqs:CreateQueue",
  "sqs:DeleteQueue",
  "sqs:GetQueueAttributes",
  "sqs:GetQueueUrl",
  "sqs:SetQueueAttributes",
  "sqs:ListQueueTags",
  "sqs:TagQueue",
  "sqs:UntagQueue",
  "sqs:ReceiveMessage",
  "sqs:DeleteMessage",
  "sqs:ChangeMessageVisibility",
] as const;

/** aws:cloudwatch/eventRule:EventRule and aws:cloudwatch/eventTarget:EventTarget. */
export const EVENT_RULE = [
  "events:PutRule",
  "events:DeleteRule",
  "events:DescribeRule",
  "events:EnableRule",
  "events:DisableRule",
  "events:PutTargets",
  "events:RemoveTargets",
  "events:ListTargetsByRule",
  "events:ListTagsForResource",
  "events:TagResource",
  "events:UntagResource",
] as const;
