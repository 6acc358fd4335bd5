import type { Manifest } from "../manifest.ts";

/**
 * Takes EBS snapshots back from everyone. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon EC2": its finding is about the
 * account in a region, and names no snapshot. Actions, resources and condition keys: Service Authorization Reference, "Actions, resources, and
 * condition keys for Amazon EC2".
 */
export const publicSnapshotsEbs: Manifest = {
  name: "public-snapshots-ebs",
  title: "EBS snapshots, not public",
  what: "No EBS snapshot of the region can be restored by everyone; accounts that are named still can.",
  controls: [{ id: "EC2.1" }],
  findingTypes: [],
  resourceTypes: ["AwsAccount"],
  scope: "regional",
  role: [
    {
      // IAM has no resource for it.
      sid: "List",
      actions: ["ec2:DescribeSnapshots"],
      resources: ["*"],
    },
    {
      // Snapshots have no account in their ARN. Who is named by account is none of this role's business.
      sid: "Snapshots",
      actions: ["ec2:ModifySnapshotAttribute"],
      resources: ["arn:{partition}:ec2:*::snapshot/*"],
      conditions: { Null: { "ec2:Add/userId": ["true"], "ec2:Remove/userId": ["true"] } },
    },
  ],
  customAction: {
    id: "PrivateEbsSnapshots",
    name: "Unshare snapshots",
    description: "Takes the right to restore the account's EBS snapshots of the region from everyone",
  },
  mode: "observe",
};
