import { EC2 } from "@aws-sdk/client-ec2";
import { defaultSecurityGroupClosedRemediation as remediation } from "../../../remediation/default-security-group-closed/remediation.ts";
import { findingOf, seenRules } from "./security-group-rules.ts";
import type { Trial } from "./trial.ts";

/** The default group of a new VPC with the rules that AWS gives it, and one of its owner's. */
export const defaultGroup: Trial = {
  remediation,
  async arrange({ id, access }) {
    const ec2 = new EC2(access());
    const { Vpc } = await ec2.createVpc({ CidrBlock: "10.99.0.0/16" });
    const Filters = [
      { Name: "vpc-id", Values: [Vpc?.VpcId ?? ""] },
      { Name: "group-name", Values: ["default"] },
    ];
    const GroupId = (await ec2.describeSecurityGroups({ Filters })).SecurityGroups?.[0]?.GroupId ?? "";
    await ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }],
    });
    await ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [
        {
          ...{ IpProtocol: "tcp", FromPort: 443, ToPort: 443 },
          Ipv6Ranges: [{ CidrIpv6: "2001:db8::/32", Description: "Offices" }],
        },
      ],
      TagSpecifications: [{ ResourceType: "security-group-rule", Tags: [{ Key: "team", Value: "web" }] }],
    });
    return { finding: findingOf(id, GroupId, "EC2.2"), see: () => seenRules(ec2, GroupId), remediated: [] };
  },
  steps: {
    "ec2:DescribeNetworkInterfaces": { forth: "read", back: "done" },
    "ec2:DescribeSecurityGroups": { forth: "read", back: "read" },
    "ec2:DescribeSecurityGroupRules": { forth: "read", back: "read" },
    "ec2:AuthorizeSecurityGroupEgress": { forth: "done", back: "undo" },
    "ec2:AuthorizeSecurityGroupIngress": { forth: "done", back: "undo" },
    "ec2:CreateTags": { forth: "done", back: "undo" },
    "ec2:RevokeSecurityGroupEgress": { forth: "change", back: "done" },
    "ec2:RevokeSecurityGroupIngress": { forth: "change", back: "done" },
  },
};
