import type { RoleStatement } from "./manifest.ts";

/**
 * What sending one document of the baseline to hosts needs (Service Authorization Reference, "Actions, resources, and condition keys for AWS Systems
 * Manager": SendCommand is decided on the document and on each instance, the lists on no resource).
 */
export function hostRole(document: string): readonly [RoleStatement, ...RoleStatement[]] {
  return [
    {
      sid: "Read",
      actions: ["ec2:DescribeInstances", "ssm:DescribeInstanceInformation", "ssm:ListCommandInvocations"],
      resources: ["*"],
    },
    {
      sid: "Send",
      actions: ["ssm:SendCommand"],
      resources: [`arn:{partition}:ssm:*:{account}:document/${document}`, "arn:{partition}:ec2:*:{account}:instance/*"],
    },
  ];
}
