import { type PolicyDocument, policyDocument } from "../../bootstrap/policy-document.ts";
import { awsNames } from "../../names.ts";
import { arn } from "../../partition.ts";
import { exemptRoles, type GuardrailInputs, roleArns, unlessExempt } from "./principals.ts";

/** What turns detection, recording or evidence off, or takes an account out of its administrator's hands. */
const TURNING_OFF = [
  "access-analyzer:DeleteAnalyzer",
  "cloudtrail:DeleteEventDataStore",
  "cloudtrail:DeleteTrail",
  "cloudtrail:PutEventSelectors",
  "cloudtrail:StopEventDataStoreIngestion",
  "cloudtrail:StopLogging",
  "cloudtrail:UpdateTrail",
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
  "inspector2:Disable",
  "inspector2:DisassociateMember",
  "securityhub:BatchDisableStandards",
  "securityhub:BatchUpdateStandardsControlAssociations",
  "securityhub:DeleteMembers",
  "securityhub:DisableImportFindingsForProduct",
  "securityhub:DisableSecurityHub*",
  "securityhub:Disassociate*",
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

/**
 * The service control policy that keeps security services on, the roles of Bulwark and of emergencies as they are, and accounts in
 * the organization. The last holds for everybody.
 */
export function securityPolicy(inputs: GuardrailInputs): PolicyDocument {
  return policyDocument(
    {
      Sid: "SecurityServicesStayOn",
      Effect: "Deny",
      Action: TURNING_OFF,
      Resource: ["*"],
      Condition: unlessExempt(inputs),
    },
    {
      Sid: "RolesStayAsTheyAre",
      Effect: "Deny",
      Action: CHANGING_ROLES,
      Resource: [
        ...roleArns(inputs, exemptRoles(inputs)),
        ...[inputs.roles.deploymentBoundary, awsNames.remediationBoundary, awsNames.responseBoundary].map((policy) =>
          arn(inputs.partition, "iam", "", "*", `policy/${policy}`),
        ),
      ],
      Condition: unlessExempt(inputs),
    },
    { Sid: "AccountsStay", Effect: "Deny", Action: ["organizations:LeaveOrganization"], Resource: ["*"] },
  );
}
