import { Role } from "@pulumi/aws/iam/role.js";
import { automationsOf } from "../../remediation/automations.ts";
import { awsNames, names, TAGS } from "../names.ts";
import { arn } from "../partition.ts";
import { remediationPolicy, remediationTrust } from "../remediation-role.ts";
import { remediationsOf } from "../remediation-settings.ts";
import type { BaselineStack } from "./stack.ts";

/** Seconds; IAM's least. Sessions that a role takes from another end after an hour anyway. */
const SESSION = 3600;

/**
 * One role for each remediation, once per account: IAM has no regions. Its rights are part of the role and not a resource beside it: that is half
 * of the resources, and the role has no inline policy but this one. Any other is drift (Pulumi's AWS provider, `aws.iam.Role`, `inlinePolicies`).
 */
export function remediationRoles({ inputs, member: provider }: BaselineStack): void {
  const { partition, accountId, features } = inputs;
  for (const manifest of remediationsOf(features.remediations)) {
    new Role(
      names.remediationRole(manifest.name),
      {
        name: awsNames.remediationRole(manifest.name),
        description: `Remediation: ${manifest.title}. Managed by Bulwark.`,
        assumeRolePolicy: JSON.stringify(remediationTrust(inputs, automationsOf(manifest).length > 0)),
        inlinePolicies: [
          { name: awsNames.remediationPolicy, policy: JSON.stringify(remediationPolicy(manifest, inputs)) },
        ],
        permissionsBoundary: arn(partition, "iam", "", accountId, `policy/${awsNames.remediationBoundary}`),
        maxSessionDuration: SESSION,
        tags: TAGS,
      },
      { provider },
    );
  }
}
