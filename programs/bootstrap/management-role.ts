import { trustedByFeatures } from "../admin/optional-services.ts";
import { TRUSTED_SERVICES } from "../admin/trusted-services.ts";
import { awsNames } from "../names.ts";
import { arn, organizationsRegion } from "../partition.ts";
import type { OrganizationSettings } from "../settings.ts";
import { trustOfService } from "./deployment-role.ts";
import { guardrailRights } from "./guardrail-rights.ts";
import { inParts, type RoleDocuments, rolePolicies, type Statement, versioned } from "./policy-document.ts";
import { recorderRights } from "./recorder-rights.ts";
import { rootAccessRights } from "./root-access-rights.ts";
import {
  EVENT_QUEUE,
  EVENT_RULE,
  INSPECTOR_DELEGATION,
  INSPECTOR_SCANS,
  ORGANIZATION_READ,
} from "./service-actions.ts";
import { trailRights } from "./trail-rights.ts";

/**
 * The role in the management account, for what AWS lets nobody else do: create accounts, delegate administration, hear the events of
 * the organization, and enter a member account that has no deployment role yet.
 */
export function managementRole(settings: OrganizationSettings, organizationId: string): RoleDocuments {
  const { partition, accounts, roles } = settings;
  const region = organizationsRegion(partition);
  const trusted = [...TRUSTED_SERVICES, ...trustedByFeatures(settings.features)];
  return versioned({
    roleName: roles.management,
    description: "Delegates security services and creates accounts. Managed by Bulwark.",
    trust: trustOfService(settings),
    ...rolePolicies(roles.management, [
      {
        Sid: "Accounts",
        Effect: "Allow",
        Action: [
          ...ORGANIZATION_READ,
          "organizations:CreateAccount",
          "organizations:MoveAccount",
          "account:ListRegions",
        ],
        Resource: ["*"],
      },
      {
        Sid: "TrustedAccess",
        Effect: "Allow",
        Action: [
          "organizations:EnableAWSServiceAccess",
          "organizations:DisableAWSServiceAccess",
          "organizations:RegisterDelegatedAdministrator",
          "organizations:DeregisterDelegatedAdministrator",
        ],
        Resource: ["*"],
        Condition: { StringEquals: { "organizations:ServicePrincipal": trusted } },
      },
      {
        Sid: "Delegation",
        Effect: "Allow",
        Action: [
          ...["securityhub", "guardduty"].flatMap((service) => [
            `${service}:EnableOrganizationAdminAccount`,
            `${service}:DisableOrganizationAdminAccount`,
            `${service}:ListOrganizationAdminAccounts`,
          ]),
          ...INSPECTOR_DELEGATION,
          // Inspector is on in the management account before it is delegated.
          ...INSPECTOR_SCANS,
        ],
        Resource: ["*"],
      },
      {
        Sid: "ServiceLinkedRoles",
        Effect: "Allow",
        Action: ["iam:CreateServiceLinkedRole"],
        Resource: [...trusted, "agentless.inspector2.amazonaws.com", "organizations.amazonaws.com"].map((service) =>
          arn(partition, "iam", "", accounts.management, `role/aws-service-role/${service}/*`),
        ),
      },
      {
        Sid: "AccountEventQueue",
        Effect: "Allow",
        Action: EVENT_QUEUE,
        Resource: [arn(partition, "sqs", region, accounts.management, `${awsNames.accountEvents}*`)],
      },
      {
        Sid: "AccountEventRule",
        Effect: "Allow",
        Action: EVENT_RULE,
        Resource: [arn(partition, "events", region, accounts.management, `rule/${awsNames.accountEvents}`)],
      },
      ...recorderRights(settings, "management"),
      ...trailRights(settings),
      ...rootAccessRights(settings),
      ...guardrailRights(settings, organizationId),
      {
        Sid: "EnterMembers",
        Effect: "Allow",
        Action: ["sts:AssumeRole"],
        Resource: [arn(partition, "iam", "", "*", `role/${roles.bootstrap}`)],
        Condition: { StringEquals: { "aws:ResourceOrgID": organizationId } },
      },
      // Administrator rights in the core accounts would undo the separation that keeps evidence from whoever runs Bulwark.
      ...inParts([accounts.security, accounts.logArchive, ...settings.excludedAccounts], 50).map(
        (part, index): Statement => ({
          Sid: `NotTheseAccounts${index === 0 ? "" : index + 1}`,
          Effect: "Deny",
          Action: ["sts:AssumeRole"],
          Resource: part.map((accountId) => arn(partition, "iam", "", accountId, `role/${roles.bootstrap}`)),
        }),
      ),
    ]),
  });
}
