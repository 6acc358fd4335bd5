import type { Manifest } from "../manifest.ts";

/**
 * Takes RDS snapshots back from everyone. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon RDS". Actions and resources:
 * Service Authorization Reference, "Actions, resources, and condition keys for Amazon RDS".
 */
export const publicSnapshotsRds: Manifest = {
  name: "public-snapshots-rds",
  title: "RDS snapshots, not public",
  what: "A snapshot of a database or a database cluster can't be restored by everyone; accounts that are named still can.",
  controls: [{ id: "RDS.1" }],
  findingTypes: [],
  resourceTypes: ["AwsRdsDbSnapshot", "AwsRdsDbClusterSnapshot"],
  scope: "regional",
  role: [
    {
      sid: "Snapshots",
      actions: ["rds:DescribeDBSnapshotAttributes", "rds:ModifyDBSnapshotAttribute"],
      resources: ["arn:{partition}:rds:*:{account}:snapshot:*"],
    },
    {
      sid: "ClusterSnapshots",
      actions: ["rds:DescribeDBClusterSnapshotAttributes", "rds:ModifyDBClusterSnapshotAttribute"],
      resources: ["arn:{partition}:rds:*:{account}:cluster-snapshot:*"],
    },
    {
      sid: "Tags",
      actions: ["rds:ListTagsForResource"],
      resources: ["arn:{partition}:rds:*:{account}:snapshot:*", "arn:{partition}:rds:*:{account}:cluster-snapshot:*"],
    },
  ],
  customAction: {
    id: "PrivateRdsSnapshot",
    name: "Unshare RDS snapshot",
    description: "Takes the right to restore the RDS snapshot from everyone",
  },
  mode: "observe",
};
