import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
  type SecurityGroupRule,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import { isNamed, orNull } from "./aws-errors.ts";
import { type NamedResource, resourcesOf } from "./finding-resources.ts";
import type { Finding, Session } from "./remediation.ts";

/** Whom a rule lets in or out to: addresses, a prefix list, or whoever is in a group, which may be another account's. */
export type Peer =
  | { readonly kind: "ipv4" | "ipv6" | "prefix-list"; readonly id: string }
  | { readonly kind: "group"; readonly id: string; readonly account: string | null; readonly peering: string | null };

/**
 * A rule of a security group, with all that can be given back. Its id can't: a rule that is revoked is gone, and one that is made again has a new
 * id (and ARN). What names rules by id, such as a Terraform state or a tool of the owner, finds a rule that is given back by what it says alone. Tags
 * come back, but for those that begin with `aws:`, which only AWS sets.
 */
export type Rule = {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all traffic, or the number of another protocol. */
  readonly protocol: string;
  /** Ports, or type and code of ICMP; -1 stands for all of them (EC2 API reference, SecurityGroupRule). */
  readonly from: number;
  readonly to: number;
  readonly peer: Peer;
  readonly description: string | null;
  readonly tags: Readonly<Record<string, string>>;
};

export type Direction = "ingress" | "egress";

const GROUP = /^arn:aws[a-z-]*:ec2:[a-z0-9-]+:(\d{12}):security-group\/sg-[0-9a-f]{8,17}$/;

/** The security groups that a finding names. */
export const securityGroupsOf = (finding: Finding): readonly NamedResource[] =>
  resourcesOf(finding, "AwsEc2SecurityGroup", GROUP);

/** The id of a group, from its ARN. */
export const groupIdOf = ({ arn }: NamedResource): string => arn.slice(arn.lastIndexOf("/") + 1);

/** A group as AWS has it; undefined where it is gone. */
export async function describeGroup(session: Session, target: NamedResource): Promise<SecurityGroup | undefined> {
  const call = session.client(EC2Client).send(new DescribeSecurityGroupsCommand({ GroupIds: [groupIdOf(target)] }));
  return (await orNull(call, "InvalidGroup.NotFound"))?.SecurityGroups?.[0];
}

/** A group's tags by key; none where it is gone. */
export async function groupTags(session: Session, target: NamedResource): Promise<Readonly<Record<string, string>>> {
  return tagsOf((await describeGroup(session, target))?.Tags);
}

/** The rules of a group both ways, in an order that depends on what they say alone; undefined where the group is gone. */
export async function readRules(
  session: Session,
  target: NamedResource,
): Promise<Readonly<Record<Direction, readonly Rule[]>> | undefined> {
  // A group that is gone has no rules, as one that lets nothing through.
  if ((await describeGroup(session, target)) === undefined) return undefined;
  const found: SecurityGroupRule[] = [];
  let NextToken: string | undefined;
  do {
    const Filters = [{ Name: "group-id", Values: [groupIdOf(target)] }];
    const page = await session.client(EC2Client).send(new DescribeSecurityGroupRulesCommand({ Filters, NextToken }));
    found.push(...(page.SecurityGroupRules ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== "");
  const rules = (egress: boolean) => sorted(found.filter(({ IsEgress = false }) => IsEgress === egress).map(ruleOf));
  return { ingress: rules(false), egress: rules(true) };
}

/** What makes a rule another one: AWS has no two of a group that differ in nothing else (EC2 API reference, InvalidPermission.Duplicate). */
export const keyOf = ({ protocol, from, to, peer }: Rule): string =>
  JSON.stringify([protocol, from, to, peer.kind, peer.id]);

/** Rules in the order of what they say. */
export const sorted = (rules: readonly Rule[]): readonly Rule[] =>
  [...rules].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));

/** Which rules are to come and which to go that one list becomes the other. */
export function rulesBetween(from: readonly Rule[], to: readonly Rule[]) {
  const without = (some: readonly Rule[], others: readonly Rule[]) => {
    const known = new Set(others.map(keyOf));
    return some.filter((rule) => !known.has(keyOf(rule)));
  };
  return { come: without(to, from), gone: without(from, to) };
}

/**
 * Makes one list of rules of the other. What is to come comes first: so nothing that stays allowed is cut off in between, and where the group has no
 * room for it, all stays as it was. Throws an Error that says so, else the SDK's.
 */
export async function writeRules(
  session: Session,
  target: NamedResource,
  direction: Direction,
  from: readonly Rule[],
  to: readonly Rule[],
): Promise<void> {
  const ec2 = session.client(EC2Client);
  const GroupId = groupIdOf(target);
  const { come, gone } = rulesBetween(from, to);
  // A call gives all its rules the same tags.
  for (const rules of Map.groupBy(come, ({ tags }) => JSON.stringify(tags)).values()) {
    const IpPermissions = rules.map((rule) => permissionOf(rule, true));
    const input = { GroupId, IpPermissions, ...tagging(rules[0]?.tags ?? {}) };
    try {
      await (direction === "ingress"
        ? ec2.send(new AuthorizeSecurityGroupIngressCommand(input))
        : ec2.send(new AuthorizeSecurityGroupEgressCommand(input)));
    } catch (error) {
      if (!isNamed(error, "RulesPerSecurityGroupLimitExceeded")) throw error;
      const why = `security group ${GroupId} has no room for ${come.length} rules more: raise the quota of rules per security group or remove rules`;
      throw new Error(`${why}; no rule was removed`, { cause: error });
    }
  }
  if (gone.length === 0) return;
  const input = { GroupId, IpPermissions: gone.map((rule) => permissionOf(rule, false)) };
  if (direction === "ingress") await ec2.send(new RevokeSecurityGroupIngressCommand(input));
  else await ec2.send(new RevokeSecurityGroupEgressCommand(input));
}

function ruleOf(rule: SecurityGroupRule): Rule {
  const { IpProtocol = "-1", FromPort = -1, ToPort = -1, Description, Tags } = rule;
  const description = Description === undefined || Description === "" ? null : Description;
  return {
    protocol: IpProtocol,
    from: FromPort,
    to: ToPort,
    peer: peerOf(rule),
    description,
    tags: tagsOf(Tags, true),
  };
}

function peerOf({ CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo: group = {} }: SecurityGroupRule): Peer {
  if (CidrIpv4 !== undefined) return { kind: "ipv4", id: CidrIpv4 };
  if (CidrIpv6 !== undefined) return { kind: "ipv6", id: CidrIpv6 };
  if (PrefixListId !== undefined) return { kind: "prefix-list", id: PrefixListId };
  const { GroupId: id = "", UserId: account = null, VpcPeeringConnectionId: peering = null } = group;
  return { kind: "group", id, account, peering };
}

/** All traffic has no ports, and neither have protocols other than TCP, UDP and ICMP. */
function permissionOf({ protocol, from, to, peer, description }: Rule, isNew: boolean): IpPermission {
  const Description = isNew && description !== null ? { Description: description } : {};
  const hasPorts = protocol !== "-1" && (from !== -1 || protocol.startsWith("icmp"));
  const base = { IpProtocol: protocol, ...(hasPorts ? { FromPort: from, ToPort: to } : {}) };
  switch (peer.kind) {
    case "ipv4":
      return { ...base, IpRanges: [{ CidrIp: peer.id, ...Description }] };
    case "ipv6":
      return { ...base, Ipv6Ranges: [{ CidrIpv6: peer.id, ...Description }] };
    case "prefix-list":
      return { ...base, PrefixListIds: [{ PrefixListId: peer.id, ...Description }] };
    case "group": {
      const account = peer.account === null ? {} : { UserId: peer.account };
      const peering = peer.peering === null ? {} : { VpcPeeringConnectionId: peer.peering };
      return { ...base, UserIdGroupPairs: [{ GroupId: peer.id, ...account, ...peering, ...Description }] };
    }
  }
}

function tagging(tags: Readonly<Record<string, string>>): { readonly TagSpecifications?: TagSpecification[] } {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return Tags.length === 0 ? {} : { TagSpecifications: [{ ResourceType: "security-group-rule", Tags }] };
}

function tagsOf(tags: SecurityGroup["Tags"] = [], isOwn = false): Readonly<Record<string, string>> {
  const kept = tags.filter(({ Key = "" }) => !isOwn || !Key.startsWith("aws:"));
  const pairs = kept.map(({ Key = "", Value = "" }) => [Key, Value] as const);
  return Object.fromEntries(pairs.sort(([one], [other]) => (one < other ? -1 : 1)));
}
