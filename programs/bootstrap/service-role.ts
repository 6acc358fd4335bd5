import { arn, roleArn } from "../partition.ts";
import type { OrganizationSettings } from "../settings.ts";
import { policyDocument, type RoleDocuments, versioned } from "./policy-document.ts";

/**
 * The identity of the service, in the security account. It can do nothing but become the management role or a deployment role of
 * the organization, and of the accounts outside of it that the settings name. Whatever the service runs on gets it by a policy of the security account that allows assuming it.
 */
export function serviceRole(
  { partition, accounts, roles, features }: OrganizationSettings,
  organizationId: string,
): RoleDocuments {
  const Action = ["sts:AssumeRole", "sts:SetSourceIdentity"];
  const outside = features.securityHub.outsideMembers;
  return versioned({
    roleName: roles.service,
    description: "The identity of the Bulwark service.",
    trust: policyDocument({
      Sid: "SecurityAccount",
      Effect: "Allow",
      Principal: { AWS: arn(partition, "iam", "", accounts.security, "root") },
      Action: ["sts:AssumeRole"],
    }),
    policies: {
      Bulwark: policyDocument(
        {
          Sid: "BecomeBulwarkRoles",
          Effect: "Allow",
          Action,
          Resource: [
            roleArn(partition, accounts.management, roles.management),
            arn(partition, "iam", "", "*", `role/${roles.deployment}`),
          ],
          Condition: { StringEquals: { "aws:ResourceOrgID": organizationId } },
        },
        ...(outside.length === 0
          ? []
          : [
              {
                Sid: "OutsideMembers",
                Effect: "Allow" as const,
                Action,
                // Their ids alone: a hundred ARNs with a long role name would be more than IAM takes.
                Resource: [arn(partition, "iam", "", "*", `role/${roles.deployment}`)],
                Condition: {
                  StringEquals: { "aws:ResourceAccount": outside.map(({ accountId }) => accountId) },
                },
              },
            ]),
      ),
    },
  });
}
