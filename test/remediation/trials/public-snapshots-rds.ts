import { RDS } from "@aws-sdk/client-rds";
import { publicSnapshotsRdsRemediation as remediation } from "../../../remediation/public-snapshots-rds/remediation.ts";
import type { Trial } from "./trial.ts";

const RESTORERS = ["444455556666", "all"];
const master = { MasterUsername: "ledger", MasterUserPassword: "not-a-secret-1" };
const unused = { forth: "done", back: "done" } as const;

/** A database's snapshot that everyone and a partner may restore. */
export const publicSnapshot: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const rds = new RDS(access());
    const [DBInstanceIdentifier, DBSnapshotIdentifier] = [`statements-${suffix}`, `statements-${suffix}-before`];
    await rds.createDBInstance({
      ...{ DBInstanceIdentifier, DBInstanceClass: "db.t3.micro", Engine: "postgres", AllocatedStorage: 20, ...master },
    });
    const { DBSnapshot } = await rds.createDBSnapshot({ DBInstanceIdentifier, DBSnapshotIdentifier });
    await rds.modifyDBSnapshotAttribute({ DBSnapshotIdentifier, AttributeName: "restore", ValuesToAdd: RESTORERS });
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsRdsDbSnapshot", Id: DBSnapshot?.DBSnapshotArn ?? "" }] },
      see: async () => {
        const { DBSnapshotAttributesResult: seen } = await rds.describeDBSnapshotAttributes({ DBSnapshotIdentifier });
        return seen?.DBSnapshotAttributes?.[0]?.AttributeValues?.sort();
      },
      remediated: ["444455556666"],
    };
  },
  steps: {
    "rds:DescribeDBSnapshotAttributes": { forth: "read", back: "read" },
    "rds:ModifyDBSnapshotAttribute": { forth: "change", back: "undo" },
    "rds:DescribeDBClusterSnapshotAttributes": unused,
    "rds:ModifyDBClusterSnapshotAttribute": unused,
    "rds:ListTagsForResource": { forth: "read", back: "done" },
  },
};

/** A cluster's snapshot that everyone and a partner may restore. */
export const publicClusterSnapshot: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const rds = new RDS(access());
    const DBClusterIdentifier = `statements-${suffix}`;
    const DBClusterSnapshotIdentifier = `statements-${suffix}-before`;
    await rds.createDBCluster({ DBClusterIdentifier, Engine: "aurora-postgresql", ...master });
    const made = await rds.createDBClusterSnapshot({ DBClusterIdentifier, DBClusterSnapshotIdentifier });
    const Id = made.DBClusterSnapshot?.DBClusterSnapshotArn ?? "";
    await rds.modifyDBClusterSnapshotAttribute({
      ...{ DBClusterSnapshotIdentifier, AttributeName: "restore", ValuesToAdd: RESTORERS },
    });
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsRdsDbClusterSnapshot", Id }] },
      see: async () => {
        const seen = await rds.describeDBClusterSnapshotAttributes({ DBClusterSnapshotIdentifier });
        const { DBClusterSnapshotAttributes: attributes } = seen.DBClusterSnapshotAttributesResult ?? {};
        return attributes?.[0]?.AttributeValues?.sort();
      },
      remediated: ["444455556666"],
    };
  },
  steps: {
    "rds:DescribeDBSnapshotAttributes": unused,
    "rds:ModifyDBSnapshotAttribute": unused,
    "rds:DescribeDBClusterSnapshotAttributes": { forth: "read", back: "read" },
    "rds:ModifyDBClusterSnapshotAttribute": { forth: "change", back: "undo" },
    "rds:ListTagsForResource": { forth: "read", back: "done" },
  },
};
