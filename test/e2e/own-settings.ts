import {
  DescribeFlowLogsCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  EC2Client,
  GetImageBlockPublicAccessStateCommand,
  GetInstanceMetadataDefaultsCommand,
  GetSnapshotBlockPublicAccessStateCommand,
} from "@aws-sdk/client-ec2";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";

/** What EC2 keeps for a region of an account as a whole, and its networks, read by the account's root. */
export async function readOwnSettings(access: RootAccess) {
  const ec2 = new EC2Client(access);
  try {
    const [snapshots, images, metadata, networks, groups, logs] = await Promise.all([
      ec2.send(new GetSnapshotBlockPublicAccessStateCommand({})),
      ec2.send(new GetImageBlockPublicAccessStateCommand({})),
      ec2.send(new GetInstanceMetadataDefaultsCommand({})),
      ec2.send(new DescribeVpcsCommand({})),
      ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: "group-name", Values: ["default"] }] })),
      ec2.send(new DescribeFlowLogsCommand({})),
    ]);
    const { ManagedBy: _, ...instanceMetadata } = metadata.AccountLevel ?? {};
    return {
      snapshotSharing: snapshots.State,
      imageSharing: images.ImageBlockPublicAccessState,
      instanceMetadata,
      vpcs: (networks.Vpcs ?? []).map(({ VpcId }) => VpcId ?? "").sort(),
      /** By VPC: how many permissions its default security group has, in and out. */
      openings: Object.fromEntries(
        (groups.SecurityGroups ?? []).map(({ VpcId, IpPermissions = [], IpPermissionsEgress = [] }) => [
          VpcId ?? "",
          [IpPermissions.length, IpPermissionsEgress.length],
        ]),
      ),
      /** `<vpc> <traffic> <destination>`. */
      flowLogs: (logs.FlowLogs ?? [])
        .map(({ ResourceId, TrafficType, LogDestination }) => `${ResourceId} ${TrafficType} ${LogDestination}`)
        .sort(),
    };
  } finally {
    ec2.destroy();
  }
}
