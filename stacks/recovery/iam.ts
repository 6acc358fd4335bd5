import { IAMClient, ListOrganizationsFeaturesCommand } from "@aws-sdk/client-iam";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";

/** The organization's id where any feature of central root access is on: the id of the resource that stands for them. */
export async function findRootAccess(reading: Reading, region: string): Promise<string | undefined> {
  const client = new IAMClient(clientSettings(reading, region));
  const { find } = reader(reading, region, "central root access");
  try {
    const found = await find(
      "iam:ListOrganizationsFeatures",
      () => client.send(new ListOrganizationsFeaturesCommand({})),
      ["ServiceAccessNotEnabledException"],
    );
    return found?.EnabledFeatures?.length ? found.OrganizationId : undefined;
  } finally {
    client.destroy();
  }
}
