import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";

/** A rule as the real provider has it: one description, all peers of one kind together. */
export interface Rule {
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly description?: string | undefined;
  readonly cidrBlocks?: readonly string[] | undefined;
  readonly ipv6CidrBlocks?: readonly string[] | undefined;
  readonly prefixListIds?: readonly string[] | undefined;
  readonly securityGroups?: readonly string[] | undefined;
  readonly self: boolean;
}

/** The peers of a permission that share a description. */
interface Peers {
  cidrBlocks: string[];
  ipv6CidrBlocks: string[];
  prefixListIds: string[];
  securityGroups: string[];
  self: boolean;
}

/** A group's rules of one direction: one for each permission and description. */
export function rulesFrom(group: SecurityGroup, direction: "ingress" | "egress"): Rule[] {
  const { GroupId, OwnerId, IpPermissions = [], IpPermissionsEgress = [] } = group;
  return (direction === "ingress" ? IpPermissions : IpPermissionsEgress).flatMap((permission) => {
    const { IpProtocol: protocol = "-1", FromPort = 0, ToPort = 0 } = permission;
    const ports = protocol === "-1" ? { fromPort: 0, toPort: 0 } : { fromPort: FromPort, toPort: ToPort };
    const described = new Map<string, Peers>();
    const peers = (description = ""): Peers => {
      const known = described.get(description);
      if (known) return known;
      const fresh = { cidrBlocks: [], ipv6CidrBlocks: [], prefixListIds: [], securityGroups: [], self: false };
      described.set(description, fresh);
      return fresh;
    };
    for (const { CidrIp = "", Description } of permission.IpRanges ?? []) peers(Description).cidrBlocks.push(CidrIp);
    for (const { CidrIpv6 = "", Description } of permission.Ipv6Ranges ?? []) {
      peers(Description).ipv6CidrBlocks.push(CidrIpv6);
    }
    for (const { PrefixListId = "", Description } of permission.PrefixListIds ?? []) {
      peers(Description).prefixListIds.push(PrefixListId);
    }
    for (const pair of permission.UserIdGroupPairs ?? []) {
      if (pair.GroupId === GroupId) peers(pair.Description).self = true;
      else {
        const foreign = pair.UserId !== undefined && pair.UserId !== OwnerId;
        peers(pair.Description).securityGroups.push(foreign ? `${pair.UserId}/${pair.GroupId}` : (pair.GroupId ?? ""));
      }
    }
    return [...described].map(([description, found]) => ({ protocol, ...ports, description, ...found }));
  });
}

/** A rule as AWS takes it. Equal rules have equal texts as JSON. */
export function toPermission(rule: Rule, groupId: string): IpPermission {
  const Description = rule.description ? { Description: rule.description } : {};
  const any = rule.protocol === "-1";
  const groups = [...(rule.securityGroups ?? [])].sort().map((name) => {
    const [id = "", owner] = name.split("/").reverse();
    return { GroupId: id, ...(owner === undefined ? {} : { UserId: owner }), ...Description };
  });
  return {
    IpProtocol: rule.protocol,
    ...(any ? {} : { FromPort: rule.fromPort, ToPort: rule.toPort }),
    IpRanges: [...(rule.cidrBlocks ?? [])].sort().map((CidrIp) => ({ CidrIp, ...Description })),
    Ipv6Ranges: [...(rule.ipv6CidrBlocks ?? [])].sort().map((CidrIpv6) => ({ CidrIpv6, ...Description })),
    PrefixListIds: [...(rule.prefixListIds ?? [])].sort().map((PrefixListId) => ({ PrefixListId, ...Description })),
    UserIdGroupPairs: [...groups, ...(rule.self ? [{ GroupId: groupId, ...Description }] : [])],
  };
}
