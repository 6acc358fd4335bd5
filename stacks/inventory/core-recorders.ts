import { ACCOUNT_SERVICE_LINKED_ROLES } from "../../programs/baseline/linked-services.ts";
import { type CoreAccount, coreAccounts } from "../../programs/core-accounts.ts";
import type { AdminInventory } from "../../programs/inventory.ts";
import { readServiceLinkedRoles } from "./account-wide.ts";
import { readRecorder } from "./config-recorder.ts";
import type { Reading } from "./reading.ts";

/** What records the core accounts already, in the regions of each. Throws `AwsCallError`. */
export async function readCoreRecorders(
  readings: Readonly<Record<CoreAccount, Reading>>,
  regions: Readonly<Record<CoreAccount, readonly string[]>>,
  homeRegion: string,
): Promise<NonNullable<AdminInventory["coreRecorders"]>> {
  const service = "config.amazonaws.com";
  const found = coreAccounts
    .filter((account) => regions[account].length > 0)
    .map(async (account) => {
      const reading = readings[account];
      const [roles, ...recorders] = await Promise.all([
        readServiceLinkedRoles(reading, homeRegion, [[service, ACCOUNT_SERVICE_LINKED_ROLES[service]]]),
        ...regions[account].map(async (region) => [region, await readRecorder(reading, region)] as const),
      ]);
      return [account, { hasRole: roles.length > 0, regions: Object.fromEntries(recorders) }] as const;
    });
  return Object.fromEntries(await Promise.all(found));
}
