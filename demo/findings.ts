import { type AwsSecurityFinding, SecurityHub } from "@aws-sdk/client-securityhub";
import type { RootAccess } from "../sandbox/organization/root-access.ts";

/** Security Hub of a member account, as a product that finds something uses it. */
export interface Findings {
  /** Tells of something that is wrong with a resource of the account. Throws where Security Hub does not take it. */
  tell(
    id: string,
    type: string,
    title: string,
    resource: { readonly Type: string; readonly Id: string },
  ): Promise<void>;
  /** As Security Hub has it by now. */
  read(id: string): Promise<AwsSecurityFinding | undefined>;
  close(): void;
}

export function findingsOf(accountId: string, access: RootAccess): Findings {
  const hub = new SecurityHub(access);
  const { region } = access;
  return {
    async tell(Id, type, Title, resource) {
      const at = new Date().toISOString();
      const { FailedFindings: [failed] = [] } = await hub.batchImportFindings({
        Findings: [
          {
            ...{
              SchemaVersion: "2018-10-08",
              Id,
              Title,
              Description: Title,
              GeneratorId: "demo",
              AwsAccountId: accountId,
            },
            ProductArn: `arn:aws:securityhub:${region}:${accountId}:product/${accountId}/default`,
            ...{ CreatedAt: at, UpdatedAt: at, Types: [type] },
            Severity: { Label: "HIGH" },
            Resources: [{ ...resource, Region: region }],
          },
        ],
      });
      if (failed !== undefined) throw new Error(`importing finding ${Id}: ${failed.ErrorMessage}`);
    },
    async read(id) {
      const Filters = { Id: [{ Value: id, Comparison: "EQUALS" as const }] };
      return (await hub.getFindings({ Filters })).Findings?.[0];
    },
    close: () => hub.destroy(),
  };
}
