import type { IpPermission } from "@aws-sdk/client-ec2";
import type { SecurityGroupRule } from "../../programs/account-inventory.ts";

/** One source or destination of a permission, as the part of a rule that it becomes. */
type Peer = Pick<SecurityGroupRule, "cidrBlocks" | "ipv6CidrBlocks" | "prefixListIds" | "securityGroups" | "self">;

interface Owner {
  readonly groupId: string;
  readonly accountId: string;
}

/**
 * The rules of a security group in the provider's words: AWS has one permission for each protocol and range of ports, and a description for
 * each of its peers; a rule has one description (AWS provider, "aws_default_security_group").
 */
export function rulesOf(permissions: readonly IpPermission[], owner: Owner): SecurityGroupRule[] {
  return permissions.flatMap((permission) => {
    const { IpProtocol: protocol = "-1" } = permission;
    const ports =
      protocol === "-1"
        ? { fromPort: 0, toPort: 0 }
        : { fromPort: permission.FromPort ?? 0, toPort: permission.ToPort ?? 0 };
    const byDescription = new Map<string, Peer[]>();
    for (const [description, peer] of peersOf(permission, owner)) {
      byDescription.set(description, [...(byDescription.get(description) ?? []), peer]);
    }
    return [...byDescription].map(([description, peers]) => ({
      protocol,
      ...ports,
      ...(description === "" ? {} : { description }),
      ...merged(peers),
    }));
  });
}

function peersOf(permission: IpPermission, { groupId, accountId }: Owner): (readonly [string, Peer])[] {
  const { IpRanges = [], Ipv6Ranges = [], PrefixListIds = [], UserIdGroupPairs = [] } = permission;
  return [
    ...IpRanges.map(({ CidrIp = "", Description = "" }) => [Description, { cidrBlocks: [CidrIp] }] as const),
    ...Ipv6Ranges.map(({ CidrIpv6 = "", Description = "" }) => [Description, { ipv6CidrBlocks: [CidrIpv6] }] as const),
    ...PrefixListIds.map(
      ({ PrefixListId = "", Description = "" }) => [Description, { prefixListIds: [PrefixListId] }] as const,
    ),
    ...UserIdGroupPairs.map(({ GroupId = "", UserId = accountId, Description = "" }) => {
      if (GroupId === groupId) return [Description, { self: true }] as const;
      return [Description, { securityGroups: [UserId === accountId ? GroupId : `${UserId}/${GroupId}`] }] as const;
    }),
  ];
}

function merged(peers: readonly Peer[]): Peer {
  const all = (name: Exclude<keyof Peer, "self">) => {
    const values = peers.flatMap((peer) => peer[name] ?? []);
    return values.length === 0 ? {} : { [name]: values };
  };
  return {
    ...all("cidrBlocks"),
    ...all("ipv6CidrBlocks"),
    ...all("prefixListIds"),
    ...all("securityGroups"),
    ...(peers.some(({ self }) => self) ? { self: true } : {}),
  };
}
