import { CloudTrail } from "@aws-sdk/client-cloudtrail";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { Organizations } from "@aws-sdk/client-organizations";
import { awsNames, names } from "../../../programs/names.ts";
import { SECURITY, TRIAL_UNIT } from "../../programs/samples.ts";
import { type AdminAccounts, HOME, orNone, type TurnedOffInAdmin } from "./row.ts";

const SSM = "ssm.amazonaws.com";
const RULE = awsNames.accountEvents;
const ROLE = awsNames.configAggregatorRole;

const organizations = ({ management }: AdminAccounts) => new Organizations(management(HOME));
const trails = ({ management }: AdminAccounts) => new CloudTrail(management(HOME));
const bus = ({ management }: AdminAccounts) => new EventBridge(management(HOME));
const rootUsers = ({ management }: AdminAccounts) => new IAM(management(HOME));
const roles = ({ security }: AdminAccounts) => new IAM(security(HOME));

async function policyOf(at: AdminAccounts, label: string): Promise<string | undefined> {
  const { Policies = [] } = await organizations(at).listPolicies({ Filter: "SERVICE_CONTROL_POLICY" });
  return Policies.find(({ Name }) => Name === awsNames.guardrail(label))?.Id;
}

async function administrators(at: AdminAccounts, ServicePrincipal: string) {
  const { DelegatedAdministrators = [] } = await organizations(at).listDelegatedAdministrators({ ServicePrincipal });
  return DelegatedAdministrators.map(({ Id }) => Id);
}

/** In this order: AWS keeps a role with policies, and trusts a service as long as it is delegated. */
export const ORGANIZATION: readonly TurnedOffInAdmin[] = [
  {
    type: "aws:organizations/delegatedAdministrator:DelegatedAdministrator",
    drifts: names.delegatedAdministrator(SSM),
    turnOff: (at) => organizations(at).deregisterDelegatedAdministrator({ AccountId: SECURITY, ServicePrincipal: SSM }),
    read: (at) => administrators(at, SSM),
  },
  {
    type: "aws:organizations/awsServiceAccess:AwsServiceAccess",
    drifts: names.trustedAccess(SSM),
    turnOff: (at) => organizations(at).disableAWSServiceAccess({ ServicePrincipal: SSM }),
    read: async (at) => {
      const { EnabledServicePrincipals = [] } = await organizations(at).listAWSServiceAccessForOrganization({});
      return EnabledServicePrincipals.map(({ ServicePrincipal }) => ServicePrincipal).sort();
    },
  },
  {
    type: "aws:organizations/policyAttachment:PolicyAttachment",
    drifts: names.guardrailAttachment("regions", TRIAL_UNIT),
    turnOff: async (at) =>
      organizations(at).detachPolicy({ PolicyId: await policyOf(at, "regions"), TargetId: TRIAL_UNIT }),
    read: async (at) => {
      const asked = { TargetId: TRIAL_UNIT, Filter: "SERVICE_CONTROL_POLICY" } as const;
      const { Policies = [] } = await organizations(at).listPoliciesForTarget(asked);
      return Policies.map(({ Name }) => Name).sort();
    },
  },
  {
    type: "aws:organizations/policy:Policy",
    drifts: names.guardrail("security"),
    turnOff: async (at) => {
      const Statement = [{ Effect: "Deny", Action: "organizations:LeaveOrganization", Resource: "*" }];
      const Content = JSON.stringify({ Version: "2012-10-17", Statement });
      await organizations(at).updatePolicy({ PolicyId: await policyOf(at, "security"), Content });
    },
    read: async (at) => {
      const found = await organizations(at).describePolicy({ PolicyId: await policyOf(at, "security") });
      return found.Policy?.Content;
    },
  },
  {
    type: "aws:cloudtrail/trail:Trail",
    drifts: names.organizationTrail(HOME),
    turnOff: (at) => trails(at).stopLogging({ Name: awsNames.organizationTrail }),
    read: async (at) => (await trails(at).getTrailStatus({ Name: awsNames.organizationTrail })).IsLogging,
  },
  {
    type: "aws:cloudtrail/organizationDelegatedAdminAccount:OrganizationDelegatedAdminAccount",
    drifts: names.delegatedAdministrator("cloudtrail.amazonaws.com"),
    turnOff: (at) => trails(at).deregisterOrganizationDelegatedAdmin({ DelegatedAdminAccountId: SECURITY }),
    read: (at) => administrators(at, "cloudtrail.amazonaws.com"),
  },
  {
    type: "aws:iam/organizationsFeatures:OrganizationsFeatures",
    drifts: names.rootAccess,
    turnOff: (at) => rootUsers(at).disableOrganizationsRootCredentialsManagement({}),
    read: async (at) => (await rootUsers(at).listOrganizationsFeatures({})).EnabledFeatures,
  },
  {
    type: "aws:cloudwatch/eventRule:EventRule",
    drifts: `account-events-${HOME}`,
    turnOff: (at) => bus(at).disableRule({ Name: RULE }),
    read: async (at) => (await bus(at).describeRule({ Name: RULE })).State,
  },
  {
    type: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    drifts: names.configAggregatorPolicy,
    turnOff: async (at) => {
      const { AttachedPolicies = [] } = await roles(at).listAttachedRolePolicies({ RoleName: ROLE });
      for (const { PolicyArn } of AttachedPolicies) await roles(at).detachRolePolicy({ RoleName: ROLE, PolicyArn });
    },
    read: async (at) => {
      const found = await orNone(roles(at).listAttachedRolePolicies({ RoleName: ROLE }));
      return typeof found === "string" ? found : found.AttachedPolicies;
    },
  },
  {
    type: "aws:iam/role:Role",
    drifts: names.configAggregatorRole,
    turnOff: (at) => roles(at).deleteRole({ RoleName: ROLE }),
    read: async (at) => {
      const found = await orNone(roles(at).getRole({ RoleName: ROLE }));
      return typeof found === "string" ? found : found.Role?.AssumeRolePolicyDocument;
    },
  },
];
