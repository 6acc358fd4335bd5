import type { Manifest } from "../manifest.ts";

/**
 * Takes databases off the internet. Control: Security Hub User Guide, "Security Hub CSPM controls for Amazon RDS". Actions and resources: Service
 * Authorization Reference, "Actions, resources, and condition keys for Amazon RDS".
 */
export const rdsPublicAccess: Manifest = {
  name: "rds-public-access",
  title: "RDS public access",
  what: "A database instance has no public address: whoever connects from outside of its VPC is cut off.",
  controls: [{ id: "RDS.2", cis: "2.2.3" }],
  findingTypes: [],
  resourceTypes: ["AwsRdsDbInstance"],
  scope: "regional",
  role: [
    {
      sid: "Instances",
      actions: ["rds:DescribeDBInstances", "rds:ListTagsForResource", "rds:ModifyDBInstance"],
      resources: ["arn:{partition}:rds:*:{account}:db:*"],
    },
  ],
  customAction: {
    id: "RdsPublicAccess",
    name: "Unpublish database",
    description: "Takes the public address from the RDS instance",
  },
  mode: "observe",
};
