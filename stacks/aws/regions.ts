import { AccountClient, paginateListRegions } from "@aws-sdk/client-account";
import { partitionOf } from "../../programs/partition.ts";
import { callAws } from "./call-error.ts";
import type { SessionCredentials } from "./session.ts";

const GOVCLOUD = ["us-gov-west-1", "us-gov-east-1"];

/**
 * The regions that an account has enabled, asked in the account itself. Opt-in regions differ from account to account
 * (https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html). Throws `AwsCallError`.
 *
 * GovCloud has no endpoint to ask and nothing to opt in to: every account there has both regions.
 */
export async function enabledRegions(request: {
  readonly accountId: string;
  readonly credentials: SessionCredentials;
  /** Where the call is made: the home region. */
  readonly region: string;
  readonly endpoint?: string;
}): Promise<ReadonlySet<string>> {
  const { accountId, credentials, region, endpoint } = request;
  if (partitionOf(region) === "aws-us-gov") return new Set(GOVCLOUD);
  const { expiration: _, ...keys } = credentials;
  const client = new AccountClient({
    region,
    credentials: keys,
    maxAttempts: 5,
    ...(endpoint === undefined ? {} : { endpoint }),
  });
  try {
    return await callAws(
      { activity: `listing the regions of account ${accountId}`, accountId, region, call: "account:ListRegions" },
      async () => {
        const names = new Set<string>();
        const pages = paginateListRegions(
          { client, pageSize: 50 },
          { RegionOptStatusContains: ["ENABLED", "ENABLED_BY_DEFAULT"] },
        );
        for await (const page of pages) {
          for (const { RegionName } of page.Regions ?? []) if (RegionName !== undefined) names.add(RegionName);
        }
        return names;
      },
    );
  } finally {
    client.destroy();
  }
}
