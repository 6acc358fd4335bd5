import {
  DescribeDBClusterSnapshotAttributesCommand,
  DescribeDBSnapshotAttributesCommand,
  ModifyDBClusterSnapshotAttributeCommand,
  ModifyDBSnapshotAttributeCommand,
  RDSClient,
} from "@aws-sdk/client-rds";
import { isNamed } from "../aws-errors.ts";
import { type NamedResource, nameOf } from "../finding-resources.ts";
import { rdsTags } from "../rds-tags.ts";
import { remediation, type Session } from "../remediation.ts";
import { decide, isOfCluster, type Sharing, targetsOf } from "./decide.ts";
import { publicSnapshotsRds as manifest } from "./manifest.ts";

/** Who may restore a manual snapshot; `all` among the accounts stands for everyone (RDS API reference, ModifyDBSnapshotAttribute). */
const RESTORE = "restore";
const EVERYONE = ["all"];

/** The right of everyone to restore a snapshot of a database or a cluster. What accounts restored or copied in between stays theirs. */
export const publicSnapshotsRdsRemediation = remediation<NamedResource, Sharing>({
  manifest,
  targetsOf,
  decide,
  told: ({ accountId, arn }) => `snapshot ${arn} in account ${accountId}`,
  tags: rdsTags,

  async read(session, target) {
    try {
      return { public: (await restorers(session, target)).includes("all") };
    } catch (error) {
      if (isNamed(error, "DBSnapshotNotFoundFault", "DBClusterSnapshotNotFoundFault")) return undefined;
      throw error;
    }
  },

  async write(session, target, _from, to) {
    const rds = session.client(RDSClient);
    const name = nameOf(target);
    const change = {
      AttributeName: RESTORE,
      ...(to.public ? { ValuesToAdd: EVERYONE } : { ValuesToRemove: EVERYONE }),
    };
    if (isOfCluster(target)) {
      await rds.send(new ModifyDBClusterSnapshotAttributeCommand({ DBClusterSnapshotIdentifier: name, ...change }));
    } else {
      await rds.send(new ModifyDBSnapshotAttributeCommand({ DBSnapshotIdentifier: name, ...change }));
    }
  },
});

async function restorers(session: Session, target: NamedResource): Promise<readonly string[]> {
  const rds = session.client(RDSClient);
  const name = nameOf(target);
  const attributes = isOfCluster(target)
    ? (await rds.send(new DescribeDBClusterSnapshotAttributesCommand({ DBClusterSnapshotIdentifier: name })))
        .DBClusterSnapshotAttributesResult?.DBClusterSnapshotAttributes
    : (await rds.send(new DescribeDBSnapshotAttributesCommand({ DBSnapshotIdentifier: name })))
        .DBSnapshotAttributesResult?.DBSnapshotAttributes;
  return attributes?.find(({ AttributeName }) => AttributeName === RESTORE)?.AttributeValues ?? [];
}
