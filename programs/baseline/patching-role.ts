import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import type { Resource } from "@pulumi/pulumi";
import { awsNames, names, TAGS } from "../names.ts";
import { awsManagedPolicy } from "../partition.ts";
import { WINDOW_POLICY } from "./host-management.ts";
import type { BaselineStack } from "./stack.ts";

/**
 * The role by which windows run commands. Without one AWS makes a service-linked role, which would outlive the baseline. The policy is
 * AWS's own, so that the deployment role needs no right to write one.
 */
export function patchingRole({ inputs, member, declare }: BaselineStack): readonly Resource[] {
  const role = declare(
    Role,
    {
      name: names.patchingRole,
      region: "global",
      wanted: {
        name: awsNames.patchingRole,
        description: "Installs patches in maintenance windows. Managed by Bulwark.",
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" }],
        }),
        tags: TAGS,
      },
    },
    { provider: member },
  );
  const policy = declare(
    RolePolicyAttachment,
    {
      name: names.patchingPolicy,
      region: "global",
      wanted: { role: awsNames.patchingRole, policyArn: awsManagedPolicy(inputs.partition, WINDOW_POLICY) },
    },
    { provider: member, dependsOn: [role] },
  );
  return [role, policy];
}
