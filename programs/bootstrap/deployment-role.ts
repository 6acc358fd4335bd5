import { AGGREGATOR_POLICY } from "../admin/config-policy.ts";
import { recordsCoreAccounts } from "../core-accounts.ts";
import { awsNames } from "../names.ts";
import { arn, awsManagedPolicy, roleArn } from "../partition.ts";
import type { OrganizationSettings } from "../settings.ts";
import { alertRights } from "./alert-rights.ts";
import { deploymentBoundary } from "./boundary.ts";
import { entityLists } from "./entity-lists.ts";
import { alertRouteRights, extensionAdministration } from "./extension-rights.ts";
import { hostRights } from "./host-rights.ts";
import {
  condensed,
  type PolicyDocument,
  policyDocument,
  type RoleDocuments,
  rolePolicies,
  type Statement,
  versioned,
} from "./policy-document.ts";
import { recorderRights, recorderRole } from "./recorder-rights.ts";
import { remediationBoundary, remediationRights, responseBoundary } from "./remediation-rights.ts";
import { repairQueueUse, responseUse } from "./response-rights.ts";
import {
  ACCOUNT_SETTINGS,
  AGGREGATOR_ROLE,
  ANALYZER,
  CLOUD_CONTROL,
  CONFIG_AGGREGATOR,
  CONFIG_RULE,
  CONFORMANCE_PACK,
  CONTROL_PARAMETERS,
  DETECTOR,
  DETECTOR_ADMINISTRATION,
  EBS_ENCRYPTION,
  EVIDENCE_BUCKET,
  EVIDENCE_KEY,
  EVIDENCE_KEY_MAKING,
  FLOW_LOG,
  HUB,
  HUB_ADMINISTRATION,
  HUB_INVITATION,
  INSPECTOR_ADMINISTRATION,
  INSPECTOR_MEMBERSHIP,
  INSPECTOR_STATUS,
  MEMBERSHIP,
  ORGANIZATION_READ,
  RECORDER,
  RECORDER_OF_SECURITY,
  REGIONAL_SETTINGS,
  SECURITY_CONTACT,
  SERVICE_LINKED_ROLE,
  SERVICE_LINKED_ROLE_DELETION,
} from "./service-actions.ts";

/** What kind of account a deployment role stands in; its rights differ. */
export type DeploymentPlace = "member" | "outside" | "security" | "logArchive";

type Settings = Pick<OrganizationSettings, "partition" | "homeRegion" | "regions" | "accounts" | "roles" | "features">;

/** The role by which a stack run works in an account: trusted by the service's identity, held in by a boundary. */
export function deploymentRole(settings: Settings, place: DeploymentPlace): RoleDocuments {
  return versioned({
    roleName: settings.roles.deployment,
    description: "Deploys the security baseline. Managed by Bulwark.",
    trust: trustOfService(settings),
    ...rolePolicies(settings.roles.deployment, rights(settings, place)),
    boundary: {
      policyName: settings.roles.deploymentBoundary,
      document: deploymentBoundary(settings, rights(settings, place)),
    },
    boundariesOfOthers: {
      member: [remediationBoundary(settings)],
      outside: [remediationBoundary(settings)],
      security: [responseBoundary(settings)],
      logArchive: [],
    }[place],
  });
}

/** Lets the service's identity assume a role, with the operation's id as source identity. */
export function trustOfService({
  partition,
  accounts,
  roles,
}: Pick<Settings, "partition" | "accounts" | "roles">): PolicyDocument {
  return policyDocument({
    Sid: "BulwarkService",
    Effect: "Allow",
    Principal: { AWS: roleArn(partition, accounts.security, roles.service) },
    Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
  });
}

function rights(settings: Settings, place: DeploymentPlace): readonly Statement[] {
  const { partition, roles } = settings;
  const readsRoles: Statement = {
    Sid: "ReadRoles",
    Effect: "Allow",
    Action: ["iam:GetRole"],
    // A service-linked role that does not exist yet is asked for by its name alone: its path is not known.
    Resource: [`role/${roles.deployment}`, "role/AWSServiceRoleFor*"].map((role) =>
      arn(partition, "iam", "", "*", role),
    ),
  };
  const own = { member: memberRights, outside: outsideRights, security: securityRights, logArchive: logArchiveRights }[
    place
  ];
  return condensed([...own(settings), readsRoles]);
}

function memberRights(settings: Settings): readonly Statement[] {
  return [
    inRegions(settings, [
      ...HUB,
      ...CONTROL_PARAMETERS,
      ...DETECTOR,
      ...RECORDER,
      ...CONFORMANCE_PACK,
      ...CONFIG_RULE,
      ...INSPECTOR_STATUS,
      ...EBS_ENCRYPTION,
      ...REGIONAL_SETTINGS,
      ...FLOW_LOG,
    ]),
    {
      // By the call that makes it and never later: a right to tag anything would be one to pass what is decided by tags.
      Sid: "TagFlowLogs",
      Effect: "Allow",
      Action: ["ec2:CreateTags"],
      Resource: ["*"],
      Condition: { StringEquals: { "ec2:CreateAction": "CreateFlowLogs" } },
    },
    {
      Sid: "AccountSettings",
      Effect: "Allow",
      Action: [...ACCOUNT_SETTINGS, ...SECURITY_CONTACT, ...SERVICE_LINKED_ROLE_DELETION, "account:ListRegions"],
      Resource: ["*"],
    },
    serviceLinked(settings, [
      "config.amazonaws.com",
      "config-conforms.amazonaws.com",
      "inspector2.amazonaws.com",
      "agentless.inspector2.amazonaws.com",
      "guardduty.amazonaws.com",
      "malware-protection.guardduty.amazonaws.com",
      "securityhub.amazonaws.com",
    ]),
    {
      // Any role: offboarding gives an adopted recorder back the role that it had.
      Sid: "RecorderRole",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: [arn(settings.partition, "iam", "", "*", "role/*")],
      Condition: { StringEquals: { "iam:PassedToService": "config.amazonaws.com" } },
    },
    ...hostRights(settings),
    ...alertRouteRights(settings),
    ...remediationRights(settings),
  ];
}

/** A member that is invited: it joins and leaves by itself. */
function outsideRights(settings: Settings): readonly Statement[] {
  const invitation = { ...inRegions(settings, HUB_INVITATION), Sid: "Invitation" };
  return [...memberRights(settings), invitation];
}

function securityRights(settings: Settings): readonly Statement[] {
  return [
    inRegions(settings, [
      ...HUB,
      ...HUB_ADMINISTRATION,
      ...DETECTOR,
      ...DETECTOR_ADMINISTRATION,
      ...MEMBERSHIP,
      ...INSPECTOR_MEMBERSHIP,
      ...INSPECTOR_ADMINISTRATION,
      ...CONFIG_AGGREGATOR,
      ...(recordsCoreAccounts(settings.features) ? RECORDER_OF_SECURITY : []),
      ...ANALYZER,
      ...CLOUD_CONTROL,
    ]),
    { Sid: "Organization", Effect: "Allow", Action: [...ORGANIZATION_READ, "account:ListRegions"], Resource: ["*"] },
    ...entityLists(settings),
    serviceLinked(settings, [
      "access-analyzer.amazonaws.com",
      ...(recordsCoreAccounts(settings.features) ? ["config.amazonaws.com"] : []),
      "inspector2.amazonaws.com",
      "agentless.inspector2.amazonaws.com",
      "guardduty.amazonaws.com",
      "malware-protection.guardduty.amazonaws.com",
      "securityhub.amazonaws.com",
    ]),
    ...alertRights(settings),
    ...responseUse(settings),
    repairQueueUse(settings),
    ...extensionAdministration(settings.partition),
    ...aggregatorRole(settings),
  ];
}

/** One role, which can be given one policy and to one service; the recorder's can be given to that, too. */
function aggregatorRole(settings: Settings): readonly Statement[] {
  const { partition, accounts, features } = settings;
  const Resource = [arn(partition, "iam", "", accounts.security, `role/${awsNames.configAggregatorRole}`)];
  return [
    { Sid: "AggregatorRole", Effect: "Allow", Action: AGGREGATOR_ROLE, Resource },
    {
      Sid: "AggregatorPolicy",
      Effect: "Allow",
      Action: ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
      Resource,
      Condition: { ArnEquals: { "iam:PolicyARN": awsManagedPolicy(partition, AGGREGATOR_POLICY) } },
    },
    {
      Sid: "PassAggregatorRole",
      Effect: "Allow",
      Action: ["iam:PassRole"],
      Resource: [...Resource, ...(recordsCoreAccounts(features) ? [recorderRole(settings, "security")] : [])],
      Condition: { StringEquals: { "iam:PassedToService": "config.amazonaws.com" } },
    },
  ];
}

function logArchiveRights(settings: Settings): readonly Statement[] {
  const { partition, homeRegion, accounts } = settings;
  return [
    ...recorderRights(settings, "logArchive"),
    {
      Sid: "EvidenceBuckets",
      Effect: "Allow",
      Action: EVIDENCE_BUCKET,
      Resource: [arn(partition, "s3", "", "", "bulwark-*")],
    },
    {
      // A key has no ARN before it is made.
      Sid: "MakeEvidenceKeys",
      Effect: "Allow",
      Action: EVIDENCE_KEY_MAKING,
      Resource: ["*"],
      Condition: { StringEquals: { "aws:RequestedRegion": homeRegion } },
    },
    {
      Sid: "EvidenceKeys",
      Effect: "Allow",
      Action: EVIDENCE_KEY,
      Resource: [arn(partition, "kms", homeRegion, accounts.logArchive, "key/*")],
    },
    { Sid: "Regions", Effect: "Allow", Action: ["account:ListRegions"], Resource: ["*"] },
  ];
}

/** Most of these calls name no resource that IAM could check; the configured regions are what narrows them. */
function inRegions({ regions }: Settings, actions: readonly string[]): Statement {
  return {
    Sid: "SecurityServices",
    Effect: "Allow",
    Action: actions,
    Resource: ["*"],
    Condition: { StringEquals: { "aws:RequestedRegion": regions } },
  };
}

function serviceLinked({ partition }: Settings, services: readonly string[]): Statement {
  return {
    Sid: "ServiceLinkedRoles",
    Effect: "Allow",
    Action: SERVICE_LINKED_ROLE,
    Resource: services.map((service) => arn(partition, "iam", "", "*", `role/aws-service-role/${service}/*`)),
  };
}
