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

/** aws-native:securityhub:SecurityControl, through the Cloud Control API. Short: the member's role is close to what IAM takes. */
export const CONTROL_PARAMETERS = ["securityhub:*SecurityControl*", "cloudformation:*Resource*"] as const;

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

/**
 * aws:securityhub/member:Member, aws:guardduty/member:Member and aws:guardduty/memberDetectorFeature:MemberDetectorFeature, in the
 * administrator's account.
 */
export const MEMBERSHIP = [
  ...["securityhub", "guardduty"].flatMap((service) =>
    ["CreateMembers", "GetMembers", "ListMembers", "InviteMembers", "DisassociateMembers", "DeleteMembers"].map(
      (call) => `${service}:${call}`,
    ),
  ),
  "guardduty:GetMemberDetectors",
  "guardduty:UpdateMemberDetectors",
];

/** aws:securityhub/inviteAccepter:InviteAccepter, by the calls with the older names, which the provider makes. */
export const HUB_INVITATION = [
  "securityhub:AcceptInvitation",
  "securityhub:DisassociateFromMasterAccount",
  "securityhub:GetMasterAccount",
  "securityhub:ListInvitations",
] as const;

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

/** The same, short: the security account's role is close to what IAM takes. */
export const RECORDER_OF_SECURITY = ["config:*ConfigurationRecorder*", "config:*DeliveryChannel*"] as const;

/** aws:cfg/conformancePack:ConformancePack. Deleting a pack takes nothing that AWS makes by its service-linked role. */
export const CONFORMANCE_PACK = [
  "config:PutConformancePack",
  "config:DeleteConformancePack",
  "config:DescribeConformancePacks",
  "config:DescribeConformancePackStatus",
] as const;

/** aws:cfg/rule:Rule. */
export const CONFIG_RULE = [
  "config:PutConfigRule",
  "config:DeleteConfigRule",
  "config:DescribeConfigRules",
  "config:ListTagsForResource",
  "config:TagResource",
  "config:UntagResource",
] as const;

/** aws:cfg/configurationAggregator:ConfigurationAggregator. */
export const CONFIG_AGGREGATOR = [
  "config:PutConfigurationAggregator",
  "config:DeleteConfigurationAggregator",
  "config:DescribeConfigurationAggregators",
  "config:ListTagsForResource",
  "config:TagResource",
  "config:UntagResource",
] as const;

/** aws:iam/role:Role of the aggregator; which policies may be attached to it is said apart. */
export const AGGREGATOR_ROLE = [
  "iam:CreateRole",
  "iam:DeleteRole",
  "iam:GetRole",
  "iam:ListAttachedRolePolicies",
  "iam:ListInstanceProfilesForRole",
  "iam:ListRolePolicies",
  "iam:TagRole",
  "iam:UntagRole",
  "iam:UpdateAssumeRolePolicy",
  "iam:UpdateRole",
  "iam:UpdateRoleDescription",
] as const;

/** What the inventory reads of an account's own Inspector. */
export const INSPECTOR_STATUS = ["inspector2:BatchGetAccountStatus"] as const;

/** aws:inspector2/enabler:Enabler in the caller's own account. */
export const INSPECTOR_SCANS = [...INSPECTOR_STATUS, "inspector2:Disable", "inspector2:Enable"] as const;

/** aws:inspector2/memberAssociation:MemberAssociation, and the members' scans: only their administrator can switch those off. */
export const INSPECTOR_MEMBERSHIP = [
  ...INSPECTOR_SCANS,
  "inspector2:AssociateMember",
  "inspector2:DisassociateMember",
  "inspector2:GetMember",
] as const;

/** aws:inspector2/organizationConfiguration:OrganizationConfiguration and aws-native:inspectorv2:CisScanConfiguration. */
export const INSPECTOR_ADMINISTRATION = [
  "inspector2:DescribeOrganizationConfiguration",
  "inspector2:UpdateOrganizationConfiguration",
  "inspector2:CreateCisScanConfiguration",
  "inspector2:DeleteCisScanConfiguration",
  "inspector2:ListCisScanConfigurations",
  "inspector2:UpdateCisScanConfiguration",
  "inspector2:ListTagsForResource",
  "inspector2:TagResource",
  "inspector2:UntagResource",
] as const;

/** aws:inspector2/delegatedAdminAccount:DelegatedAdminAccount. */
export const INSPECTOR_DELEGATION = [
  "inspector2:DisableDelegatedAdminAccount",
  "inspector2:EnableDelegatedAdminAccount",
  "inspector2:ListDelegatedAdminAccounts",
] as const;

/** aws:ebs/encryptionByDefault:EncryptionByDefault. */
export const EBS_ENCRYPTION = [
  "ec2:EnableEbsEncryptionByDefault",
  "ec2:DisableEbsEncryptionByDefault",
  "ec2:GetEbsEncryptionByDefault",
] as const;

/** EC2's settings for a region as a whole, default security groups (aws:ec2/defaultSecurityGroup:DefaultSecurityGroup) and the VPCs that they are of. */
export const REGIONAL_SETTINGS = [
  "ec2:EnableSnapshotBlockPublicAccess",
  "ec2:DisableSnapshotBlockPublicAccess",
  "ec2:GetSnapshotBlockPublicAccessState",
  "ec2:EnableImageBlockPublicAccess",
  "ec2:DisableImageBlockPublicAccess",
  "ec2:GetImageBlockPublicAccessState",
  "ec2:ModifyInstanceMetadataDefaults",
  "ec2:GetInstanceMetadataDefaults",
  "ec2:DescribeVpcs",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSecurityGroupRules",
  "ec2:AuthorizeSecurityGroupEgress",
  "ec2:AuthorizeSecurityGroupIngress",
  "ec2:RevokeSecurityGroupEgress",
  "ec2:RevokeSecurityGroupIngress",
] as const;

/**
 * aws:ec2/flowLog:FlowLog. The log deliveries are what EC2 makes with its caller's rights for a flow log whose destination is a bucket
 * (VPC User Guide, "Publish flow logs to Amazon S3").
 */
export const FLOW_LOG = [
  "ec2:CreateFlowLogs",
  "ec2:DeleteFlowLogs",
  "ec2:DescribeFlowLogs",
  "logs:CreateLogDelivery",
  "logs:DeleteLogDelivery",
] as const;

/** aws:account/alternativeContact:AlternativeContact. */
export const SECURITY_CONTACT = [
  "account:GetAlternateContact",
  "account:PutAlternateContact",
  "account:DeleteAlternateContact",
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

/** aws:ssm/serviceSetting:ServiceSetting. */
export const SERVICE_SETTING = [
  "ssm:GetServiceSetting",
  "ssm:UpdateServiceSetting",
  "ssm:ResetServiceSetting",
] as const;

/** aws:ssm/association:Association. */
export const ASSOCIATION = [
  "ssm:CreateAssociation",
  "ssm:UpdateAssociation",
  "ssm:DeleteAssociation",
  "ssm:DescribeAssociation",
  "ssm:AddTagsToResource",
  "ssm:RemoveTagsFromResource",
  "ssm:ListTagsForResource",
] as const;

/** aws:ssm/parameter:Parameter, in as few characters as will do. DescribeParameters names none. */
export const PARAMETER = ["ssm:*Parameter", "ssm:*Tags*"] as const;
export const PARAMETER_LISTING = ["ssm:DescribeParameters"] as const;

/** Which associations there are: the call names none. */
export const ASSOCIATION_LISTING = ["ssm:ListAssociations"] as const;

/** aws:ssm/document:Document. Not the call that shares one: nobody else's account needs it. */
export const DOCUMENT = [
  "ssm:CreateDocument",
  "ssm:UpdateDocument",
  "ssm:UpdateDocumentDefaultVersion",
  "ssm:DeleteDocument",
  "ssm:DescribeDocument",
  "ssm:DescribeDocumentPermission",
  "ssm:GetDocument",
] as const;

/** aws:ssm/patchBaseline:PatchBaseline, PatchGroup and DefaultPatchBaseline. */
export const PATCH_BASELINE = [
  "ssm:*PatchBaselineForPatchGroup",
  "ssm:CreatePatchBaseline",
  "ssm:DeletePatchBaseline",
  "ssm:DescribePatchBaselines",
  "ssm:DescribePatchGroups",
  "ssm:GetDefaultPatchBaseline",
  "ssm:GetPatchBaseline",
  "ssm:RegisterDefaultPatchBaseline",
  "ssm:UpdatePatchBaseline",
] as const;

/** aws:ssm/maintenanceWindow:MaintenanceWindow, MaintenanceWindowTarget and MaintenanceWindowTask, but for the calls that say what is run. */
export const MAINTENANCE_WINDOW = [
  "ssm:CreateMaintenanceWindow",
  "ssm:DeleteMaintenanceWindow",
  "ssm:Deregister*FromMaintenanceWindow",
  "ssm:DescribeMaintenanceWindows",
  "ssm:DescribeMaintenanceWindowTargets",
  "ssm:DescribeMaintenanceWindowTasks",
  "ssm:GetMaintenanceWindow",
  "ssm:GetMaintenanceWindowTask",
  "ssm:RegisterTargetWithMaintenanceWindow",
  "ssm:UpdateMaintenanceWindow",
  "ssm:UpdateMaintenanceWindowTarget",
] as const;

/** By these, hosts run what their caller wants. */
export const WINDOW_TASK = ["ssm:RegisterTaskWithMaintenanceWindow", "ssm:UpdateMaintenanceWindowTask"] as const;

/** aws:iam/policy:Policy. */
export const HOST_POLICY_ACTIONS = [
  "iam:CreatePolicy",
  "iam:CreatePolicyVersion",
  "iam:DeletePolicy",
  "iam:DeletePolicyVersion",
  "iam:GetPolicy",
  "iam:GetPolicyVersion",
  "iam:ListPolicyVersions",
  "iam:TagPolicy",
  "iam:UntagPolicy",
] as const;

/** aws:iam/role:Role, without the calls that give it rights. */
export const SERVICE_ROLE = [
  "iam:CreateRole",
  "iam:DeleteRole",
  "iam:GetRole",
  "iam:ListAttachedRolePolicies",
  "iam:ListInstanceProfilesForRole",
  "iam:ListRolePolicies",
  "iam:TagRole",
  "iam:UntagRole",
  "iam:UpdateAssumeRolePolicy",
  "iam:UpdateRole",
  "iam:UpdateRoleDescription",
] as const;

/** aws:iam/rolePolicyAttachment:RolePolicyAttachment. */
export const ROLE_POLICY = ["iam:AttachRolePolicy", "iam:DetachRolePolicy"] as const;

/** aws:iam/serviceLinkedRole:ServiceLinkedRole, and its removal after an offboarding. */
export const SERVICE_LINKED_ROLE = [
  "iam:CreateServiceLinkedRole",
  "iam:DeleteServiceLinkedRole",
  "iam:GetRole",
] as const;

/** The wait for the end of that removal: its request names a task and no role. */
export const SERVICE_LINKED_ROLE_DELETION = ["iam:GetServiceLinkedRoleDeletionStatus"] as const;

/** aws:securityhub/automationRule:AutomationRule. Short, because a session policy has two kilobytes. */
export const AUTOMATION_RULE = ["securityhub:*AutomationRule*", "securityhub:*Tag*"] as const;

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
  ...AUTOMATION_RULE,
  "securityhub:CreateInsight",
  "securityhub:GetInsights",
  "securityhub:UpdateInsight",
  "securityhub:DeleteInsight",
  "securityhub:BatchGetSecurityControls",
  "securityhub:GetSecurityControlDefinition",
  "securityhub:ListSecurityControlDefinitions",
  "securityhub:UpdateSecurityControl",
  // Custom actions: all four calls about one.
  "securityhub:*ActionTarget*",
] as const;

/**
 * aws:guardduty/organizationConfiguration:OrganizationConfiguration and its features, publishing destinations, filters, and, which Cloud
 * Control calls with its caller's rights, entity sets. Short, because an account has ten kilobytes for all of a role's policies: each
 * pattern is every call about one thing.
 */
export const DETECTOR_ADMINISTRATION = [
  "guardduty:DescribeOrganizationConfiguration",
  "guardduty:UpdateOrganizationConfiguration",
  "guardduty:*EntitySet",
  "guardduty:*EntitySets",
  "guardduty:*Filter",
  "guardduty:*PublishingDestination",
  "guardduty:ListPublishingDestinations",
] as const;

/** aws:accessanalyzer/archiveRule:ArchiveRule. */
export const ANALYZER_RULE = ["access-analyzer:*ArchiveRule"] as const;

/** aws:accessanalyzer/analyzer:Analyzer and the rules. */
export const ANALYZER = [
  ...ANALYZER_RULE,
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
  "s3:PutBucketObjectLockConfiguration",
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

/** aws:cloudwatch/eventRule:EventRule and aws:cloudwatch/eventTarget:EventTarget, where few characters have to do. */
export const EVENT_RULE = ["events:*Rule", "events:*Targets*", "events:*Tag*"] as const;

/**
 * aws:sns/topic:Topic and aws:sns/topicPolicy:TopicPolicy, and what a subscription asks of its topic. Here and below stars keep the
 * policy small; each stands for the calls that make, read, change and remove a thing of that kind.
 */
export const ALERT_TOPIC = ["sns:*Tag*", "sns:*Topic", "sns:*TopicAttributes", "sns:Subscribe"] as const;

/** aws:sns/topicSubscription:TopicSubscription. */
export const ALERT_SUBSCRIPTION = ["sns:*SubscriptionAttributes", "sns:Unsubscribe"] as const;

/** aws:sqs/queue:Queue and aws:sqs/queuePolicy:QueuePolicy, without a word to say about what is in the queue. */
export const ALERT_QUEUE = EVENT_QUEUE.filter((action) => !action.includes("Message"));

/** aws:cloudwatch/metricAlarm:MetricAlarm and aws:cloudwatch/dashboard:Dashboard. */
export const ALERT_WATCH = [
  "cloudwatch:*Dashboard*",
  "cloudwatch:*Tag*",
  "cloudwatch:DeleteAlarms",
  "cloudwatch:PutMetricAlarm",
] as const;

/** aws:cloudwatch/logGroup:LogGroup, and what the role that writes there is given. */
export const ALERT_LOG = [
  "logs:*KmsKey",
  "logs:*LogGroup",
  "logs:*RetentionPolicy",
  "logs:*Tag*",
  "logs:CreateLogStream",
  "logs:PutLogEvents",
] as const;

/** aws:scheduler/schedule:Schedule. */
export const ALERT_SCHEDULE = ["scheduler:*Schedule"] as const;

/** aws:lambda/function:Function, permission:Permission and functionUrl:FunctionUrl. Not the call that invokes one. */
export const RESPONSE_FUNCTION = [
  "lambda:*FunctionCo*",
  "lambda:*FunctionUrlConfig",
  "lambda:*Permission",
  "lambda:*Tag*",
  "lambda:CreateFunction",
  "lambda:DeleteFunction",
  "lambda:GetFunction",
  "lambda:GetPolicy",
  "lambda:ListVersionsByFunction",
] as const;

/** aws:lambda/eventSourceMapping:EventSourceMapping once it is there, under an id that nobody knows before. */
export const RESPONSE_FEED = [
  "lambda:*Tag*",
  "lambda:DeleteEventSourceMapping",
  "lambda:GetEventSourceMapping",
  "lambda:UpdateEventSourceMapping",
] as const;

/** aws:dynamodb/table:Table, without a word to say about what is in it. */
export const LEDGER_TABLE = [
  "dynamodb:*ContinuousBackups",
  "dynamodb:*Table",
  "dynamodb:*TimeToLive",
  "dynamodb:ListTagsOfResource",
  "dynamodb:TagResource",
  "dynamodb:UntagResource",
] as const;

/** aws:iam/role:Role and aws:iam/rolePolicy:RolePolicy: what only reads or takes away. */
export const ALERT_ROLE = [
  "iam:DeleteRole",
  "iam:DeleteRolePolicy",
  "iam:GetRole",
  "iam:GetRolePolicy",
  "iam:ListAttachedRolePolicies",
  "iam:ListInstanceProfilesForRole",
  "iam:ListRolePolicies",
  "iam:TagRole",
  "iam:UntagRole",
  "iam:UpdateAssumeRolePolicy",
  "iam:UpdateRole",
  "iam:UpdateRoleDescription",
] as const;

/** The same: what gives rights, and so only to roles within the boundary. */
export const ALERT_ROLE_RIGHTS = ["iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"] as const;
/** aws:organizations/policy:Policy and aws:organizations/policyAttachment:PolicyAttachment, where there is a policy already. */
export const ORGANIZATION_POLICY = [
  "organizations:UpdatePolicy",
  "organizations:DeletePolicy",
  "organizations:AttachPolicy",
  "organizations:DetachPolicy",
] as const;

/** What both read. */
export const ORGANIZATION_POLICY_READ = [
  "organizations:DescribePolicy",
  "organizations:ListPolicies",
  "organizations:ListTargetsForPolicy",
] as const;

/** aws:cloudtrail/trail:Trail. */
export const ORGANIZATION_TRAIL = [
  "cloudtrail:CreateTrail",
  "cloudtrail:UpdateTrail",
  "cloudtrail:DeleteTrail",
  "cloudtrail:GetTrail*",
  "cloudtrail:StartLogging",
  "cloudtrail:StopLogging",
  "cloudtrail:GetEventSelectors",
  "cloudtrail:PutEventSelectors",
  "cloudtrail:GetInsightSelectors",
  "cloudtrail:AddTags",
  "cloudtrail:ListTags",
  "cloudtrail:RemoveTags",
] as const;

/** Finding a trail, and aws:cloudtrail/organizationDelegatedAdminAccount:OrganizationDelegatedAdminAccount. */
export const ORGANIZATION_TRAIL_WIDE = [
  "cloudtrail:DescribeTrails",
  "cloudtrail:RegisterOrganizationDelegatedAdmin",
  "cloudtrail:DeregisterOrganizationDelegatedAdmin",
  // CloudTrail looks for its service-linked role with its caller's rights.
  "iam:GetRole",
] as const;

/** aws:iam/organizationsFeatures:OrganizationsFeatures. */
export const ROOT_ACCESS = [
  "iam:EnableOrganizationsRootCredentialsManagement",
  "iam:DisableOrganizationsRootCredentialsManagement",
  "iam:EnableOrganizationsRootSessions",
  "iam:DisableOrganizationsRootSessions",
  "iam:ListOrganizationsFeatures",
] as const;
