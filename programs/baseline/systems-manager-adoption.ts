import type { Adoption } from "../adoption.ts";
import type { BaselineInputs } from "../inputs.ts";
import type { HostInventory } from "../inventory.ts";
import { names } from "../names.ts";
import { resourceTypes } from "../resource-types.ts";
import { hostManagementSetting } from "./host-management.ts";

/**
 * Decides on what looks after the hosts of a region already: it stays. Another role could take rights away that hosts use, and
 * AWS refuses a host that has an inventory association a second one. An account's own default patch baseline knows its hosts, and
 * the provider would not make it the default again.
 */
export function leaveHosts(
  found: HostInventory | undefined,
  region: string,
  { accountId, partition, features }: Pick<BaselineInputs, "accountId" | "partition" | "features">,
): Adoption[] {
  const { enabled, hostManagement, inventory, patching } = features.systemsManager;
  const adoptions: Adoption[] = [];
  if (!enabled) return adoptions;
  if (hostManagement.enabled && found?.managementRole !== undefined) {
    const settingId = hostManagementSetting(partition, region, accountId);
    adoptions.push({
      type: resourceTypes.serviceSetting,
      name: names.hostManagement(region),
      region,
      id: settingId,
      before: { settingId, settingValue: found.managementRole },
      decision: "leave",
      reason: `default host management is on in ${region} with the role ${found.managementRole}, whose rights hosts may use`,
    });
  }
  if (inventory.enabled && found?.inventoryAssociationId !== undefined) {
    adoptions.push({
      type: resourceTypes.association,
      name: names.inventory(region),
      region,
      id: found.inventoryAssociationId,
      before: {},
      decision: "leave",
      reason: `an association gathers inventory in ${region} already, and AWS allows a host one`,
    });
  }
  const wanted = patching.enabled ? patching.baselines.filter((baseline) => baseline.default) : [];
  for (const { operatingSystem } of wanted) {
    const id = found?.defaultPatchBaselines?.[operatingSystem];
    if (id === undefined) continue;
    adoptions.push({
      type: resourceTypes.defaultPatchBaseline,
      name: names.defaultPatchBaseline(operatingSystem, region),
      region,
      id: operatingSystem,
      before: { baselineId: id, operatingSystem },
      decision: "leave",
      reason: `the account has a patch baseline of its own, ${id}, as the default of ${operatingSystem} in ${region}`,
    });
  }
  return adoptions;
}
