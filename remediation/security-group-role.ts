import type { RoleStatement } from "./manifest.ts";

/**
 * What changing the rules of security groups needs (Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2": reads
 * are decided on no resource, and rules that are made with tags need `ec2:CreateTags`).
 *
 * @param egress whether rules for what goes out are changed too
 * @param also reads beside those of groups and their rules
 */
export function securityGroupRole(
  egress: boolean,
  ...also: readonly string[]
): readonly [RoleStatement, ...RoleStatement[]] {
  const out = (call: string) => (egress ? [`${call}SecurityGroupEgress`] : []);
  return [
    {
      sid: "Read",
      actions: ["ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", ...also],
      resources: ["*"],
    },
    {
      sid: "Rules",
      actions: [
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupIngress",
        ...out("ec2:Authorize"),
        ...out("ec2:Revoke"),
      ],
      resources: [
        "arn:{partition}:ec2:*:{account}:security-group/*",
        "arn:{partition}:ec2:*:{account}:security-group-rule/*",
      ],
    },
    {
      // A rule that is split or given back keeps its tags.
      sid: "TagsOfNew",
      actions: ["ec2:CreateTags"],
      resources: ["arn:{partition}:ec2:*:{account}:security-group-rule/*"],
      conditions: { StringEquals: { "ec2:CreateAction": [...out("Authorize"), "AuthorizeSecurityGroupIngress"] } },
    },
  ];
}
