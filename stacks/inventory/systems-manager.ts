import {
  type Association,
  type AssociationFilter,
  GetServiceSettingCommand,
  ListAssociationsCommand,
  type ListAssociationsResult,
  type PatchBaselineIdentity,
  paginateDescribePatchBaselines,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { hostManagementSetting } from "../../programs/baseline/host-management.ts";
import type { HostInventory } from "../../programs/inventory.ts";
import { awsNames } from "../../programs/names.ts";
import { partitionOf } from "../../programs/partition.ts";
import { clientSettings, defined, type Reading, reader } from "./reading.ts";

/** What the setting holds while default host management is off (Systems Manager API reference, "ServiceSetting"). */
const OFF = "$None";

/** Default host management, the gathering of inventory and default patch baselines in a region, or undefined where there are none of others. */
export async function readHosts(reading: Reading, region: string): Promise<HostInventory | undefined> {
  const client = new SSMClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the management of hosts");
  try {
    const SettingId = hostManagementSetting(partitionOf(region), region, reading.accountId);
    const [setting, gathering, baselines] = await Promise.all([
      need("ssm:GetServiceSetting", () => client.send(new GetServiceSettingCommand({ SettingId }))),
      need("ssm:ListAssociations", () => listAssociations(client, "Name", "AWS-GatherSoftwareInventory")),
      need("ssm:DescribePatchBaselines", () => ownBaselines(client)),
    ]);
    const role = setting.ServiceSetting?.SettingValue;
    const foreign = gathering.find(({ AssociationName }) => AssociationName !== awsNames.inventory);
    const defaults = baselines
      .filter(({ DefaultBaseline, BaselineName = "" }) => DefaultBaseline === true && !isOurs(BaselineName))
      .map(({ OperatingSystem = "WINDOWS", BaselineId = "" }) => [OperatingSystem, BaselineId]);
    const hosts = defined<HostInventory>({
      managementRole: role === OFF || role === awsNames.hostManagementRole ? undefined : role,
      inventoryAssociationId: foreign?.AssociationId,
      defaultPatchBaselines: defaults.length === 0 ? undefined : Object.fromEntries(defaults),
    });
    return Object.keys(hosts).length === 0 ? undefined : hosts;
  } finally {
    client.destroy();
  }
}

/** Patch baselines have the name that Bulwark gave them. */
function isOurs(name: string): boolean {
  return name.startsWith(awsNames.patchBaseline(""));
}

/** The patch baselines of a region that are not AWS's. */
async function ownBaselines(client: SSMClient): Promise<PatchBaselineIdentity[]> {
  const found: PatchBaselineIdentity[] = [];
  const Filters = [{ Key: "OWNER", Values: ["Self"] }];
  for await (const page of paginateDescribePatchBaselines({ client }, { Filters })) {
    found.push(...(page.BaselineIdentities ?? []));
  }
  return found;
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
