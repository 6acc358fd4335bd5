import type { Call, Decisions, EmulatorFactory } from "../../gateway/emulator.ts";

/** How calls name what they are about: the key of the input, and the type in the ARN. */
const NAMED: Readonly<Record<string, readonly [key: string, type: string]>> = {
  DescribeDBInstances: ["DBInstanceIdentifier", "db"],
  ModifyDBInstance: ["DBInstanceIdentifier", "db"],
  DescribeDBSnapshotAttributes: ["DBSnapshotIdentifier", "snapshot"],
  ModifyDBSnapshotAttribute: ["DBSnapshotIdentifier", "snapshot"],
  DescribeDBClusterSnapshotAttributes: ["DBClusterSnapshotIdentifier", "cluster-snapshot"],
  ModifyDBClusterSnapshotAttribute: ["DBClusterSnapshotIdentifier", "cluster-snapshot"],
};

/** RDS is moto's; only on which resource IAM decides is known here (Service Authorization Reference, "Amazon RDS"). */
export const rds: EmulatorFactory = ({ organization: { partition } }) => {
  const named = Object.entries(NAMED).map(([operation, [key, type]]): [string, Decisions] => [
    operation,
    ({ input, accountId, region }: Call<Readonly<Record<string, unknown>>>) => {
      const resource = `arn:${partition}:rds:${region}:${accountId}:${type}:${input[key] ?? "*"}`;
      return [{ action: `rds:${operation}`, resource }];
    },
  ]);
  return {
    signingName: "rds",
    model: "rds",
    operations: {},
    decisions: {
      ...Object.fromEntries(named),
      ListTagsForResource: ({ input }: Call<{ ResourceName?: string }>) => [
        { action: "rds:ListTagsForResource", resource: input.ResourceName ?? "*" },
      ],
    },
  };
};
