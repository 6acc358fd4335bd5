import { EC2 } from "@aws-sdk/client-ec2";
import { securityGroupOpenPortsRemediation as remediation } from "../../../remediation/security-group-open-ports/remediation.ts";
import { findingOf, seenRules } from "./security-group-rules.ts";
import type { Trial } from "./trial.ts";

const EVERYTHING_OUT = "out | -1 -1--1 | 0.0.0.0/0";

/** SSH in a range, for everybody and for the company in one permission, tagged and described; all traffic of IPv6; another group, a list, UDP. */
export const groupOpenToSsh: Trial = {
  remediation,
  async arrange({ id, access }, suffix) {
    const ec2 = new EC2(access());
    const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: `ssh-${suffix}`, Description: "Hosts" });
    const list = await ec2.createManagedPrefixList({
      ...{ PrefixListName: `offices-${suffix}`, AddressFamily: "IPv4", MaxEntries: 2 },
      Entries: [{ Cidr: "192.0.2.0/24" }],
    });
    const PrefixListId = list.PrefixList?.PrefixListId ?? "";
    const range = { IpProtocol: "tcp", FromPort: 20, ToPort: 443 };
    const [anywhere, offices] = ["Web and more", "Offices"];
    await ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [
        {
          ...range,
          IpRanges: [
            { CidrIp: "0.0.0.0/0", Description: anywhere },
            { CidrIp: "198.51.100.0/24", Description: offices },
          ],
        },
      ],
      TagSpecifications: [{ ResourceType: "security-group-rule", Tags: [{ Key: "team", Value: "web" }] }],
    });
    await ec2.authorizeSecurityGroupIngress({
      GroupId,
      IpPermissions: [
        { IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0", Description: "Everything" }] },
        { IpProtocol: "udp", FromPort: 53, ToPort: 53, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
        { ...range, UserIdGroupPairs: [{ GroupId }] },
        { ...range, PrefixListIds: [{ PrefixListId }] },
      ],
    });
    return {
      finding: findingOf(id, GroupId, "EC2.13"),
      see: () => seenRules(ec2, GroupId),
      remediated: [
        `in | tcp 20-21 | 0.0.0.0/0 | ${anywhere} | team=web`,
        `in | tcp 23-443 | 0.0.0.0/0 | ${anywhere} | team=web`,
        `in | tcp 20-443 | 198.51.100.0/24 | ${offices} | team=web`,
        "in | tcp 0-21 | ::/0 | Everything",
        "in | tcp 23-65535 | ::/0 | Everything",
        "in | udp 0-21 | ::/0 | Everything",
        "in | udp 23-65535 | ::/0 | Everything",
        "in | icmpv6 -1--1 | ::/0 | Everything",
        "in | udp 53-53 | 0.0.0.0/0",
        `in | tcp 20-443 | ${GroupId}`,
        `in | tcp 20-443 | ${PrefixListId}`,
        EVERYTHING_OUT,
      ].sort(),
    };
  },
  steps: {
    "ec2:DescribeSecurityGroups": { forth: "read", back: "read" },
    "ec2:DescribeSecurityGroupRules": { forth: "read", back: "read" },
    "ec2:AuthorizeSecurityGroupIngress": { forth: "change", back: "undo" },
    "ec2:CreateTags": { forth: "change", back: "undo" },
    "ec2:RevokeSecurityGroupIngress": { forth: "change", back: "undo" },
  },
};

/** A port each for everybody: nothing is left of them but what is no risk. */
export const groupOpenToAll: Trial = {
  remediation,
  async arrange({ id, access }, suffix) {
    const ec2 = new EC2(access());
    const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: `all-${suffix}`, Description: "Hosts" });
    const IpPermissions = [22, 443, 3389, 9200].map((port) => ({
      ...{ IpProtocol: "tcp", FromPort: port, ToPort: port },
      IpRanges: [{ CidrIp: "0.0.0.0/0", Description: `Port ${port}` }],
      Ipv6Ranges: [{ CidrIpv6: "::/0" }],
    }));
    await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
    return {
      finding: findingOf(id, GroupId, "EC2.19"),
      see: () => seenRules(ec2, GroupId),
      remediated: ["in | tcp 443-443 | 0.0.0.0/0 | Port 443", "in | tcp 443-443 | ::/0", EVERYTHING_OUT].sort(),
    };
  },
  steps: {
    "ec2:DescribeSecurityGroups": { forth: "read", back: "read" },
    "ec2:DescribeSecurityGroupRules": { forth: "read", back: "read" },
    "ec2:AuthorizeSecurityGroupIngress": { forth: "done", back: "undo" },
    "ec2:CreateTags": { forth: "done", back: "done" },
    "ec2:RevokeSecurityGroupIngress": { forth: "change", back: "done" },
  },
};
