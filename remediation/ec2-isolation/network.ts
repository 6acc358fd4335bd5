import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type Instance,
  type IpPermission,
  ModifyNetworkInterfaceAttributeCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";
import { orNull } from "../aws-errors.ts";
import { each } from "../each.ts";
import type { Session } from "../remediation.ts";
import { CLOSED, type Interface, type Target } from "./decide.ts";
import { ec2Of } from "./instance.ts";

/** Lets everything through both ways. */
const OPEN = "bulwark-isolation-open";
/** Marks both groups: the role may change the rules of groups with this tag alone. */
export const GROUP_TAG = { Key: "bulwark:isolation", Value: "network" };

/** One a rule, since either may be there already: a new group has the one out for IPv4. */
const EVERYTHING: readonly IpPermission[] = [
  { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
  { IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
];

/** All interfaces of an instance, also those that were attached later. */
export async function readInterfaces(session: Session, target: Target, instance: Instance): Promise<Interface[]> {
  const ec2 = ec2Of(session, target);
  const attached = instance.NetworkInterfaces ?? [];
  const closed = new Map<string, string | undefined>();
  for (const vpcId of new Set(attached.map(({ VpcId = "" }) => VpcId))) {
    const group = await findGroup(ec2, vpcId, CLOSED);
    // One that somebody gave rules does not close.
    if (group !== undefined && isRuleless(group)) closed.set(vpcId, group.GroupId);
  }
  return attached
    .map(({ NetworkInterfaceId: id = "", VpcId: vpcId = "", Groups = [] }) => {
      const groups = Groups.map(({ GroupId = "" }) => (GroupId === closed.get(vpcId) ? CLOSED : GroupId));
      return { id, vpcId, groups: groups.sort() };
    })
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}

/**
 * Gives interfaces their security groups. What is closed goes through a group that lets everything through both ways first: a connection that
 * is tracked outlives a change of rules or groups until it times out, one that need not be tracked ends with it (EC2 User Guide, "Amazon EC2 security
 * group connection tracking": flows of TCP and UDP that all traffic is allowed for both ways are not tracked). The moment in the open group is the
 * price. What is always tracked (ICMP, and what comes through load balancers and the like), or is silent in that moment, may linger until
 * its idle timeout. Both groups stay.
 */
export async function writeInterfaces(
  session: Session,
  target: Target,
  from: readonly Interface[],
  to: readonly Interface[],
): Promise<void> {
  const ec2 = ec2Of(session, target);
  const before = new Map(from.map((one) => [one.id, one.groups.join()]));
  const changed = to.filter(({ id, groups }) => before.get(id) !== groups.join());
  const made = new Map<string, { open: string; closed: string }>();
  // One that a service of AWS manages (of tasks of ECS, say) is refused, and must not keep the others open.
  await each(
    ...changed.map(({ id, vpcId, groups }) => async () => {
      const set = (Groups: string[]) =>
        ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId: id, Groups })).catch(during(id));
      if (!groups.includes(CLOSED)) {
        await set([...groups]);
        return;
      }
      const { open, closed } = made.get(vpcId) ?? (await bothGroups(ec2, vpcId));
      made.set(vpcId, { open, closed });
      try {
        await set([open]);
      } finally {
        // Also where the first call was refused or lost: better closed with a lingering connection than left open.
        await set([closed]);
      }
    }),
  );
}

/** Names the interface, which AWS's errors do not always; the error's name stays, since it is judged by. */
const during = (id: string) => (error: unknown) => {
  if (error instanceof Error && !error.message.includes(id)) error.message = `interface ${id}: ${error.message}`;
  throw error;
};

async function bothGroups(ec2: EC2Client, vpcId: string): Promise<{ open: string; closed: string }> {
  // The closed one first: where the open one can't be had, nothing is opened.
  const closed = await closedGroup(ec2, vpcId);
  return { open: await openGroup(ec2, vpcId), closed };
}

/** A new group lets everything out (VPC User Guide, "Default security groups"), and somebody may have given an old one rules. */
async function closedGroup(ec2: EC2Client, vpcId: string): Promise<string> {
  const group = await groupNamed(ec2, vpcId, CLOSED, "Isolated by Bulwark: lets nothing through");
  const { GroupId, IpPermissions = [], IpPermissionsEgress = [] } = group;
  if (IpPermissions.length > 0) await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
  if (IpPermissionsEgress.length > 0) {
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: IpPermissionsEgress }));
  }
  return GroupId ?? "";
}

async function openGroup(ec2: EC2Client, vpcId: string): Promise<string> {
  const described = "Passed through when Bulwark isolates: ends tracked connections";
  const { GroupId } = await groupNamed(ec2, vpcId, OPEN, described);
  for (const permission of EVERYTHING) {
    const rule = { GroupId, IpPermissions: [permission] };
    await orNull(ec2.send(new AuthorizeSecurityGroupIngressCommand(rule)), "InvalidPermission.Duplicate");
    await orNull(ec2.send(new AuthorizeSecurityGroupEgressCommand(rule)), "InvalidPermission.Duplicate");
  }
  return GroupId ?? "";
}

async function groupNamed(ec2: EC2Client, vpcId: string, name: string, described: string): Promise<SecurityGroup> {
  const found = await findGroup(ec2, vpcId, name);
  if (found !== undefined) return found;
  const made = ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: name,
      Description: described,
      VpcId: vpcId,
      TagSpecifications: [{ ResourceType: "security-group", Tags: [GROUP_TAG] }],
    }),
  );
  // Another isolation in the same VPC may have been first.
  await orNull(made, "InvalidGroup.Duplicate");
  const group = await findGroup(ec2, vpcId, name);
  if (group === undefined)
    throw new Error(`security group ${name} of ${vpcId} is made, but AWS does not tell of it yet`);
  return group;
}

async function findGroup(ec2: EC2Client, vpcId: string, name: string): Promise<SecurityGroup | undefined> {
  const Filters = [
    { Name: "vpc-id", Values: [vpcId] },
    { Name: "group-name", Values: [name] },
  ];
  return (await ec2.send(new DescribeSecurityGroupsCommand({ Filters }))).SecurityGroups?.[0];
}

function isRuleless({ IpPermissions = [], IpPermissionsEgress = [] }: SecurityGroup): boolean {
  return IpPermissions.length === 0 && IpPermissionsEgress.length === 0;
}
