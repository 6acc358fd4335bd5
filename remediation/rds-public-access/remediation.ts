import { DescribeDBInstancesCommand, ModifyDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { orNull } from "../aws-errors.ts";
import { type NamedResource, nameOf } from "../finding-resources.ts";
import { rdsTags } from "../rds-tags.ts";
import { remediation } from "../remediation.ts";
import { type Access, decide, targetsOf } from "./decide.ts";
import { rdsPublicAccess as manifest } from "./manifest.ts";

/** Whether a database instance has a public address. RDS answers with the old state for minutes; whoever calls verifies again. */
export const rdsPublicAccessRemediation = remediation<NamedResource, Access>({
  manifest,
  targetsOf,
  decide,
  told: ({ accountId, arn }) => `database ${arn} in account ${accountId}`,
  tags: rdsTags,

  async read(session, target) {
    const call = session
      .client(RDSClient)
      .send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: nameOf(target) }));
    const instance = (await orNull(call, "DBInstanceNotFoundFault"))?.DBInstances?.[0];
    return instance === undefined ? undefined : { public: instance.PubliclyAccessible === true };
  },

  /**
   * Without `ApplyImmediately`, which would also apply what others left for the maintenance window: a change of public access never waits for it
   * (RDS API reference, ModifyDBInstance).
   */
  async write(session, target, _from, to) {
    await session
      .client(RDSClient)
      .send(new ModifyDBInstanceCommand({ DBInstanceIdentifier: nameOf(target), PubliclyAccessible: to.public }));
  },
});
