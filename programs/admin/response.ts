import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { ActionTarget } from "@pulumi/aws/securityhub/actionTarget.js";
import type { Output, Resource } from "@pulumi/pulumi";
import { type PolicyDocument, policyDocument } from "../bootstrap/policy-document.ts";
import type { AdminInputs } from "../inputs.ts";
import { awsNames, names, TAGS } from "../names.ts";
import { arn } from "../partition.ts";
import { remediationsOf } from "../remediation-settings.ts";
import { assumedBy } from "./alerts/policies.ts";
import type { AdminStack } from "./stack.ts";

/**
 * Lets the response become the roles of remediations in the organization's accounts, and nothing else. Each is named: one that is switched off
 * can't be entered any more, also where the account still has its role.
 */
export function responsePolicy({ partition, organizationId, features }: AdminInputs): PolicyDocument {
  return policyDocument({
    Sid: "BecomeRemediations",
    Effect: "Allow",
    Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
    Resource: remediationsOf(features.remediations).map(({ name }) =>
      arn(partition, "iam", "", "*", `role/${awsNames.remediationRole(name)}`),
    ),
    Condition: { StringEquals: { "aws:ResourceOrgID": organizationId } },
  });
}

/**
 * The side of responses in the security account: the role that may become the remediations' roles, and for each remediation a custom action
 * of Security Hub. An action stands in the home region, where the findings of all regions are: that is where AWS wants it when
 * findings are managed there (Security Hub User Guide, "Using custom actions to send findings and insight results to EventBridge").
 * Undefined where every remediation is off.
 *
 * @param hub of the home region: without it there are no custom actions
 */
export function response({ inputs, security: provider }: AdminStack, hub?: Resource): Output<string> | undefined {
  const { partition, homeRegion: region, accounts, features } = inputs;
  const manifests = remediationsOf(features.remediations);
  if (manifests.length === 0) return undefined;
  const role = new Role(
    "response-role",
    {
      name: awsNames.responseRole,
      description: "Responds to findings by the roles of remediations. Managed by Bulwark.",
      assumeRolePolicy: JSON.stringify(assumedBy("lambda.amazonaws.com")),
      permissionsBoundary: arn(partition, "iam", "", accounts.security, `policy/${awsNames.responseBoundary}`),
      maxSessionDuration: 3600,
      tags: TAGS,
    },
    { provider },
  );
  new RolePolicy(
    "response-role-policy",
    { name: "Response", role: role.name, policy: JSON.stringify(responsePolicy(inputs)) },
    { provider },
  );
  for (const { name, customAction } of manifests) {
    new ActionTarget(
      names.customAction(name, region),
      {
        region,
        identifier: customAction.id,
        name: customAction.name,
        description: customAction.description,
      },
      { provider, dependsOn: hub === undefined ? [] : [hub] },
    );
  }
  return role.arn;
}
