import {
  type Association,
  type AssociationFilter,
  GetServiceSettingCommand,
  ListAssociationsCommand,
  type ListAssociationsResult,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { hostManagementSetting } from "../../programs/baseline/host-management.ts";
import type { HostInventory } from "../../programs/inventory.ts";
import { awsNames } from "../../programs/names.ts";
import { partitionOf } from "../../programs/partition.ts";
import { clientSettings, defined, type Reading, reader } from "./reading.ts";

/** What the setting holds while default host management is off (Systems Manager API reference, "ServiceSetting"). */
const OFF = "$None";

/** Default host management and the gathering of inventory in a region, or undefined where there is neither of others. */
export async function readHosts(reading: Reading, region: string): Promise<HostInventory | undefined> {
  const client = new SSMClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the management of hosts");
  try {
    const SettingId = hostManagementSetting(partitionOf(region), region, reading.accountId);
    const [setting, gathering] = await Promise.all([
      need("ssm:GetServiceSetting", () => client.send(new GetServiceSettingCommand({ SettingId }))),
      need("ssm:ListAssociations", () => listAssociations(client, "Name", "AWS-GatherSoftwareInventory")),
    ]);
    const role = setting.ServiceSetting?.SettingValue;
    const foreign = gathering.find(({ AssociationName }) => AssociationName !== awsNames.inventory);
    const hosts = defined<HostInventory>({
      managementRole: role === OFF || role === awsNames.hostManagementRole ? undefined : role,
      inventoryAssociationId: foreign?.AssociationId,
    });
    return Object.keys(hosts).length === 0 ? undefined : hosts;
  } finally {
    client.destroy();
  }
}

/** All associations of a region with one property. */
export async function listAssociations(
  client: SSMClient,
  key: AssociationFilter["key"],
  value: string,
): Promise<Association[]> {
  const found: Association[] = [];
  for (let NextToken: string | undefined; ; ) {
    const page: ListAssociationsResult = await client.send(
      new ListAssociationsCommand({ AssociationFilterList: [{ key, value }], NextToken }),
    );
    found.push(...(page.Associations ?? []));
    NextToken = page.NextToken;
    if (!NextToken) return found;
  }
}
