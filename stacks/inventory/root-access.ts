import { IAMClient, ListOrganizationsFeaturesCommand } from "@aws-sdk/client-iam";
import { clientSettings, type Reading, reader } from "./reading.ts";

/** Features of central root access that the organization has on. Throws `AwsCallError`. */
export async function readRootAccess(reading: Reading, region: string): Promise<readonly string[]> {
  const client = new IAMClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "central root access");
  try {
    const found = await find(
      "iam:ListOrganizationsFeatures",
      () => client.send(new ListOrganizationsFeaturesCommand({})),
      ["ServiceAccessNotEnabledException"],
    );
    return found?.EnabledFeatures ?? [];
  } finally {
    client.destroy();
  }
}
