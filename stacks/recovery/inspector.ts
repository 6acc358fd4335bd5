import { Inspector2Client, paginateListCisScanConfigurations } from "@aws-sdk/client-inspector2";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { isTagged } from "./tags.ts";

/** The CIS scan configuration with the wanted tags, by its ARN; names may be the same. */
export async function findCisScan(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const client = new Inspector2Client(clientSettings(reading, region));
  const { need } = reader(reading, region, "the CIS scan configurations");
  try {
    return await need("inspector2:ListCisScanConfigurations", async () => {
      for await (const { scanConfigurations } of paginateListCisScanConfigurations({ client }, {})) {
        const found = scanConfigurations?.find(({ tags }) => isTagged(sought, tags));
        if (found !== undefined) return found.scanConfigurationArn;
      }
      return undefined;
    });
  } finally {
    client.destroy();
  }
}
