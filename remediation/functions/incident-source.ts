import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { MANIFESTS } from "../manifests.ts";
import { dynamodbLedger } from "../response/dynamodb-ledger.ts";
import { ResponsePolicy } from "../response/settings.ts";
import { accountReader } from "./account-settings.ts";
import type { IncidentSource } from "./open-incidents.ts";
import type { Organization } from "./organization.ts";
import { needed, type Parameters } from "./parameters.ts";

/** Incidents as the table of incidents has them, for functions that change none. */
export function incidentSource(
  client: DynamoDBClient,
  parameters: Parameters,
  organization: Pick<Organization, "unitsAbove">,
  {
    BULWARK_TABLE,
    BULWARK_PARAMETERS,
    BULWARK_ACCOUNT_PARAMETERS,
  }: Readonly<Record<"BULWARK_TABLE" | "BULWARK_PARAMETERS" | "BULWARK_ACCOUNT_PARAMETERS", string>>,
): IncidentSource {
  return {
    ledger: dynamodbLedger(client, BULWARK_TABLE),
    manifests: MANIFESTS,
    account: accountReader(parameters, BULWARK_ACCOUNT_PARAMETERS, organization),
    link: async () => (await needed(parameters, `${BULWARK_PARAMETERS}/policy`, ResponsePolicy)).link,
  };
}
