import type { ApiCall, AutomationPlan } from "../automation/plan.ts";

/** Answers with the snapshot where everyone may restore it, and with none where not (EC2 API reference, DescribeSnapshots). */
const asPublic: ApiCall = {
  right: "ec2:DescribeSnapshots",
  service: "ec2",
  api: "DescribeSnapshots",
  input: { SnapshotIds: ["{{ SnapshotId }}"], OwnerIds: ["self"], RestorableByUserIds: ["all"] },
};
const property = "$.Snapshots[0].SnapshotId";

/**
 * One snapshot. That it is not among the public ones is the answer that is wanted, so a question is verified whose no is good; a call after it
 * shows that AWS did answer.
 */
export const publicSnapshotsEbsAutomation: readonly AutomationPlan[] = [
  {
    description: "Takes the right to restore an EBS snapshot from everyone; accounts that are named still can.",
    parameters: { SnapshotId: { description: "The snapshot.", pattern: "^snap-[0-9a-f]{8,17}$" } },
    steps: [
      { name: "before", kind: "read", call: asPublic, outputs: { Public: ["$.Snapshots", "MapList"] } },
      {
        name: "unshare",
        kind: "change",
        call: {
          right: "ec2:ModifySnapshotAttribute",
          service: "ec2",
          api: "ModifySnapshotAttribute",
          input: {
            SnapshotId: "{{ SnapshotId }}",
            Attribute: "createVolumePermission",
            OperationType: "remove",
            GroupNames: ["all"],
          },
        },
      },
      {
        name: "isStillPublic",
        kind: "ask",
        call: { ...asPublic, property, wanted: ["{{ SnapshotId }}"] },
        ifSo: "refuse",
        ifNot: "after",
      },
      // Ends the execution as failed: the snapshot is there.
      { name: "refuse", kind: "verify", call: { ...asPublic, property, wanted: ["none"] }, end: true },
      { name: "after", kind: "read", call: asPublic, outputs: { Public: ["$.Snapshots", "MapList"] }, end: true },
    ],
  },
];
