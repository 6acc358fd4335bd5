import {
  EC2Client,
  paginateDescribeNetworkInterfaces,
  paginateDescribeSecurityGroups,
  paginateDescribeVpcs,
  type SecurityGroup,
  type Vpc,
} from "@aws-sdk/client-ec2";
import type { DefaultSecurityGroupInventory, VpcInventory } from "../../programs/account-inventory.ts";
import { clientSettings, defined, type Reading, reader, tagged } from "./reading.ts";
import { rulesOf } from "./security-group-rules.ts";

type Need = ReturnType<typeof reader>["need"];

/**
 * The VPCs that an account owns in a region, by their ids' order; those that others share with it are theirs. With default security groups
 * where `withGroup` asks for one.
 */
export async function readVpcs(
  reading: Reading,
  region: string,
  withGroup: (vpc: VpcInventory) => boolean,
): Promise<VpcInventory[]> {
  const client = new EC2Client(clientSettings(reading, region));
  const { need } = reader(reading, region, "the VPCs");
  try {
    const found = await need("ec2:DescribeVpcs", async () => {
      const all: Vpc[] = [];
      for await (const { Vpcs = [] } of paginateDescribeVpcs({ client }, {})) all.push(...Vpcs);
      return all;
    });
    const vpcs = found
      .filter(({ OwnerId }) => OwnerId === reading.accountId)
      .map(({ VpcId = "", IsDefault = false }): VpcInventory => ({ vpcId: VpcId, isDefault: IsDefault }))
      .sort((one, other) => (one.vpcId < other.vpcId ? -1 : 1));
    const asked = vpcs.filter(withGroup).map(({ vpcId }) => vpcId);
    if (asked.length === 0) return vpcs;
    const groups = await readGroups(client, need, asked, reading.accountId);
    return vpcs.map((vpc) => defined<VpcInventory>({ ...vpc, defaultSecurityGroup: groups.get(vpc.vpcId) }));
  } finally {
    client.destroy();
  }
}

/** Default security groups by VPC. */
async function readGroups(
  client: EC2Client,
  need: Need,
  vpcIds: readonly string[],
  accountId: string,
): Promise<ReadonlyMap<string, DefaultSecurityGroupInventory>> {
  const groups = await need("ec2:DescribeSecurityGroups", async () => {
    const all: SecurityGroup[] = [];
    const Filters = [
      { Name: "group-name", Values: ["default"] },
      { Name: "vpc-id", Values: [...vpcIds] },
    ];
    for await (const page of paginateDescribeSecurityGroups({ client }, { Filters })) {
      all.push(...(page.SecurityGroups ?? []));
    }
    return all;
  });
  const users = await countUsers(
    client,
    need,
    groups.flatMap(({ GroupId }) => GroupId ?? []),
  );
  return new Map(
    groups.map(({ GroupId: groupId = "", VpcId = "", IpPermissions = [], IpPermissionsEgress = [], Tags = [] }) => [
      VpcId,
      defined<DefaultSecurityGroupInventory>({
        id: groupId,
        ingress: rulesOf(IpPermissions, { groupId, accountId }),
        egress: rulesOf(IpPermissionsEgress, { groupId, accountId }),
        tags: tagged(Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value]))),
        networkInterfaces: users.get(groupId) ?? 0,
      }),
    ]),
  );
}

/** How many network interfaces are in each of these security groups. */
async function countUsers(
  client: EC2Client,
  need: Need,
  groupIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  if (groupIds.length === 0) return counts;
  const Filters = [{ Name: "group-id", Values: [...groupIds] }];
  await need("ec2:DescribeNetworkInterfaces", async () => {
    counts.clear();
    for await (const page of paginateDescribeNetworkInterfaces({ client }, { Filters })) {
      for (const { GroupId = "" } of (page.NetworkInterfaces ?? []).flatMap(({ Groups = [] }) => Groups)) {
        counts.set(GroupId, (counts.get(GroupId) ?? 0) + 1);
      }
    }
  });
  return counts;
}
