import { RDS } from "@aws-sdk/client-rds";
import { rdsPublicAccessRemediation as remediation } from "../../../remediation/rds-public-access/remediation.ts";
import type { Trial } from "./trial.ts";

/** A database with a public address. */
export const publicDatabase: Trial = {
  remediation,
  async arrange({ id: AwsAccountId, access }, suffix) {
    const rds = new RDS(access());
    const DBInstanceIdentifier = `public-${suffix}`;
    const { DBInstance } = await rds.createDBInstance({
      ...{ DBInstanceIdentifier, DBInstanceClass: "db.t3.micro", Engine: "postgres", AllocatedStorage: 20 },
      ...{ MasterUsername: "ledger", MasterUserPassword: "not-a-secret-1", PubliclyAccessible: true },
    });
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsRdsDbInstance", Id: DBInstance?.DBInstanceArn ?? "" }] },
      see: async () => {
        const seen = (await rds.describeDBInstances({ DBInstanceIdentifier })).DBInstances?.[0];
        return {
          public: seen?.PubliclyAccessible,
          pending: seen?.PendingModifiedValues,
          storage: seen?.AllocatedStorage,
        };
      },
      remediated: { public: false, pending: DBInstance?.PendingModifiedValues, storage: 20 },
    };
  },
  steps: {
    "rds:DescribeDBInstances": { forth: "read", back: "read" },
    "rds:ListTagsForResource": { forth: "read", back: "done" },
    "rds:ModifyDBInstance": { forth: "change", back: "undo" },
  },
};
