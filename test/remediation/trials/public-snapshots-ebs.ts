import { EC2 } from "@aws-sdk/client-ec2";
import { publicSnapshotsEbsRemediation as remediation } from "../../../remediation/public-snapshots-ebs/remediation.ts";
import type { Trial } from "./trial.ts";

const PARTNER = "444455556666";

/** Three snapshots that a partner may restore; two of them everyone may as well, and the protection of one was lifted. */
export const publicVolume: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }) {
    const ec2 = new EC2(access());
    const { VolumeId } = await ec2.createVolume({ AvailabilityZone: "us-east-1a", Size: 1 });
    const snapshot = async (everyone: boolean, tags: Record<string, string> = {}) => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const { SnapshotId } = await ec2.createSnapshot({
        VolumeId,
        TagSpecifications: [{ ResourceType: "snapshot", Tags: [{ Key: "Name", Value: "statements" }, ...Tags] }],
      });
      const given = { SnapshotId, Attribute: "createVolumePermission", OperationType: "add" } as const;
      await ec2.modifySnapshotAttribute({ ...given, UserIds: [PARTNER] });
      if (everyone) await ec2.modifySnapshotAttribute({ ...given, GroupNames: ["all"] });
      return SnapshotId ?? "";
    };
    const ids = [await snapshot(true), await snapshot(true, { "bulwark:protected": "false" }), await snapshot(false)];
    const see = () =>
      Promise.all(
        ids.map(async (SnapshotId) => {
          const seen = await ec2.describeSnapshotAttribute({ SnapshotId, Attribute: "createVolumePermission" });
          return (seen.CreateVolumePermissions ?? []).map(({ Group, UserId }) => Group ?? UserId).sort();
        }),
      );
    return {
      finding: {
        AwsAccountId,
        Region: "us-east-1",
        Resources: [{ Type: "AwsAccount", Id: `AWS::::Account:${AwsAccountId}` }],
      },
      see,
      remediated: [[PARTNER], [PARTNER], [PARTNER]],
    };
  },
  steps: {
    "ec2:DescribeSnapshots": { forth: "read", back: "read" },
    "ec2:ModifySnapshotAttribute": { forth: "change", back: "undo" },
  },
};
