import {
  EC2Client,
  ModifySnapshotAttributeCommand,
  paginateDescribeSnapshots,
  type Snapshot,
} from "@aws-sdk/client-ec2";
import { orNull } from "../aws-errors.ts";
import { remediation, type Session } from "../remediation.ts";
import { PROTECTED_TAG } from "../run.ts";
import { type Circumstances, decide, type Public, type Target, targetsOf } from "./decide.ts";
import { publicSnapshotsEbs as manifest } from "./manifest.ts";

/**
 * The right of everyone to restore the EBS snapshots of an account in a region. What accounts restored or copied in between stays theirs. Undo
 * fails where the account's block of public access was turned on since.
 */
export const publicSnapshotsEbsRemediation = remediation<Target, Public, Circumstances>({
  manifest,
  targetsOf,
  decide,
  told: ({ accountId, region }) => `EBS snapshots of account ${accountId} in ${region}`,

  /** An account's tags are in the management account; snapshots are protected one by one. */
  tags: async () => ({}),

  async read(session, target) {
    const found = await publicSnapshots(session, target);
    return { snapshots: found.map(({ SnapshotId = "" }) => SnapshotId).sort() };
  },

  async circumstances(session, target) {
    const marked = (await publicSnapshots(session, target)).filter(({ Tags = [] }) =>
      Tags.some(({ Key, Value }) => Key === PROTECTED_TAG && Value !== "false"),
    );
    return { partition: session.partition, marked: marked.map(({ SnapshotId = "" }) => SnapshotId).sort() };
  },

  async write(session, target, from, to) {
    const failures: unknown[] = [];
    const share = async (SnapshotId: string, OperationType: "add" | "remove") => {
      const call = session.client(EC2Client, target.region).send(
        new ModifySnapshotAttributeCommand({
          ...{ SnapshotId, Attribute: "createVolumePermission", OperationType, GroupNames: ["all"] },
        }),
      );
      // What was deleted meanwhile is nobody's any more.
      const gone = OperationType === "remove" ? ["InvalidSnapshot.NotFound"] : [];
      await orNull(call, ...gone).catch((error: unknown) => failures.push(error));
    };
    for (const id of from.snapshots) if (!to.snapshots.includes(id)) await share(id, "remove");
    for (const id of to.snapshots) if (!from.snapshots.includes(id)) await share(id, "add");
    // One that can't be changed does not keep the others public.
    if (failures.length > 1) throw new AggregateError(failures, failures.map(String).join("; "));
    if (failures.length === 1) throw failures[0];
  },
});

/** API reference, DescribeSnapshots: `all` stands for those that everyone may restore. */
async function publicSnapshots(session: Session, { region }: Target): Promise<Snapshot[]> {
  const found: Snapshot[] = [];
  const wanted = { OwnerIds: ["self"], RestorableByUserIds: ["all"] };
  for await (const { Snapshots = [] } of paginateDescribeSnapshots(
    { client: session.client(EC2Client, region), pageSize: 1000 },
    wanted,
  )) {
    found.push(...Snapshots);
  }
  return found;
}
