import {
  CopySnapshotCommand,
  CreateSnapshotsCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  ModifySnapshotAttributeCommand,
  paginateDescribeSnapshots,
  type Snapshot,
  type Tag,
} from "@aws-sdk/client-ec2";
import type { Facts, Session } from "../remediation.ts";
import type { Target } from "./decide.ts";
import { ec2Of } from "./instance.ts";

/** What is kept of one volume: its snapshot, and where the copy for the forensics account is. */
export type Exhibit = {
  readonly volume: string;
  readonly snapshot: string;
  readonly copy: { readonly id: string; readonly region: string; readonly sharedWith: string } | null;
};

/** The case that a snapshot belongs to: the instance and the time of its isolation. The role may share snapshots with this tag alone. */
export const CASE_TAG = "bulwark:case";
const COPY_TAG = "bulwark:copy-of";

/**
 * Takes snapshots of all volumes of the instance at one moment (API reference, CreateSnapshots), with their chain of custody as tags. `isolated` is the
 * recorded time of isolation: what an earlier attempt took is found again by it.
 */
export async function takeSnapshots(
  session: Session,
  target: Target,
  { cause }: Facts,
  isolated: string,
): Promise<readonly Exhibit[]> {
  const ec2 = ec2Of(session, target);
  const { instanceId, accountId } = target;
  const name = `${instanceId}/${isolated}`;
  const known = (await find(ec2, CASE_TAG, name)).filter(({ Tags = [] }) => !Tags.some(({ Key }) => Key === COPY_TAG));
  if (known.length > 0) return known.map(exhibit).sort(byVolume);
  const Tags: Tag[] = [
    { Key: CASE_TAG, Value: name },
    { Key: "bulwark:instance", Value: instanceId },
    { Key: "bulwark:account", Value: accountId },
    { Key: "bulwark:isolated", Value: isolated },
    ...(cause === undefined
      ? []
      : [
          { Key: "bulwark:finding", Value: cause.finding.slice(0, 256) },
          { Key: "bulwark:by", Value: cause.by.slice(0, 256) },
        ]),
  ];
  const made = await ec2.send(
    new CreateSnapshotsCommand({
      Description: `Evidence of ${instanceId}, isolated at ${isolated}`,
      InstanceSpecification: { InstanceId: instanceId },
      TagSpecifications: [{ ResourceType: "snapshot", Tags }],
    }),
  );
  return (made.Snapshots ?? []).map(exhibit).sort(byVolume);
}

/**
 * Copies what was taken under the key of the forensics account and shares the copies with it: a snapshot under the key that AWS manages can't be
 * shared (Amazon EBS User Guide, "Share an Amazon EBS snapshot"). Copies are made in the region of the key, since a key serves its own. Throws
 * while AWS still takes or copies a snapshot, which can last hours, and where it could not; called again, it goes on.
 */
export async function handOver(
  session: Session,
  target: Target,
  { forensics }: Facts,
  exhibits: readonly Exhibit[],
): Promise<readonly Exhibit[]> {
  if (forensics === undefined) return exhibits;
  const waiting: string[] = [];
  const done: Exhibit[] = [];
  for (const one of exhibits) {
    const copy =
      one.copy?.sharedWith === forensics.accountId ? one.copy : await shared(session, target, one, forensics);
    if (copy === null) waiting.push(one.snapshot);
    else done.push({ ...one, copy });
  }
  if (waiting.length > 0) throw new Error(`AWS has not finished ${waiting.join(", ")} or the copies of them yet`);
  return done;
}

/** The shared copy of a snapshot, or null while AWS takes or copies it. */
async function shared(
  session: Session,
  target: Target,
  { snapshot, volume }: Exhibit,
  { accountId, kmsKeyArn }: NonNullable<Facts["forensics"]>,
): Promise<Exhibit["copy"]> {
  const [, , , region = ""] = kmsKeyArn.split(":");
  const [source, destination] = [ec2Of(session, target), session.client(EC2Client, region)];
  const taken = (await source.send(new DescribeSnapshotsCommand({ SnapshotIds: [snapshot] }))).Snapshots?.[0];
  if (taken === undefined || !isComplete(taken)) return null;
  let [copy] = await find(destination, COPY_TAG, snapshot);
  if (copy === undefined) {
    const custody = (taken.Tags ?? []).filter(({ Key }) => Key?.startsWith("bulwark:"));
    await destination.send(
      new CopySnapshotCommand({
        SourceRegion: target.region,
        SourceSnapshotId: snapshot,
        Description: `Copy of ${snapshot} for forensics`,
        Encrypted: true,
        KmsKeyId: kmsKeyArn,
        TagSpecifications: [
          {
            ResourceType: "snapshot",
            Tags: [...custody, { Key: COPY_TAG, Value: snapshot }, { Key: "bulwark:volume", Value: volume }],
          },
        ],
      }),
    );
    [copy] = await find(destination, COPY_TAG, snapshot);
  }
  if (copy?.SnapshotId === undefined || !isComplete(copy)) return null;
  await destination.send(
    new ModifySnapshotAttributeCommand({
      SnapshotId: copy.SnapshotId,
      Attribute: "createVolumePermission",
      OperationType: "add",
      UserIds: [accountId],
    }),
  );
  return { id: copy.SnapshotId, region, sharedWith: accountId };
}

/** Throws for what AWS could not take or copy: it tells why in the snapshot alone, since it looks at the key after the call. */
function isComplete({ SnapshotId, State, StateMessage }: Snapshot): boolean {
  if (State === "error") {
    throw new Error(
      `snapshot ${SnapshotId}: ${StateMessage ?? "AWS could not make it"}; delete it when the cause is gone, and try again`,
    );
  }
  return State === "completed";
}

/** Own snapshots with a tag. */
async function find(ec2: EC2Client, tag: string, value: string): Promise<readonly Snapshot[]> {
  const found: Snapshot[] = [];
  const asked = { OwnerIds: ["self"], Filters: [{ Name: `tag:${tag}`, Values: [value] }] };
  for await (const { Snapshots = [] } of paginateDescribeSnapshots({ client: ec2 }, asked)) found.push(...Snapshots);
  return found;
}

function exhibit({ VolumeId = "", SnapshotId = "" }: Pick<Snapshot, "VolumeId" | "SnapshotId">): Exhibit {
  return { volume: VolumeId, snapshot: SnapshotId, copy: null };
}

const byVolume = (one: Exhibit, other: Exhibit) => (one.volume < other.volume ? -1 : 1);
