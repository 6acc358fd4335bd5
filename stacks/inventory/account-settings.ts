import type { AccountSettingsInventory } from "../../programs/account-inventory.ts";
import type { OpenSettings } from "../../programs/baseline/settings-adoption.ts";
import { readVpcs } from "./networks.ts";
import { defined, type Reading } from "./reading.ts";
import { readRegionalSettings } from "./regional-settings.ts";
import { readSecurityContact } from "./security-contact.ts";

export interface AccountSettingsReading {
  readonly member: Reading;
  readonly regions: readonly string[];
  readonly homeRegion: string;
  readonly open: OpenSettings;
}

/**
 * Reads the VPCs of an account and, where they are not settled, its own settings: every region at the same time. Throws
 * `AwsCallError` that names the account, the region and the call.
 */
export async function readAccountSettings(request: AccountSettingsReading): Promise<AccountSettingsInventory> {
  const { member, homeRegion, open } = request;
  const [securityContact, ...regions] = await Promise.all([
    open.securityContact ? readSecurityContact(member, homeRegion) : undefined,
    ...request.regions.map(async (region) => {
      const [settings, vpcs] = await Promise.all([
        open.inRegion(region) ? readRegionalSettings(member, region) : undefined,
        readVpcs(member, region, (vpc) => open.defaultSecurityGroup(region, vpc)),
      ]);
      return [region, defined<AccountSettingsInventory["regions"][string]>({ settings, vpcs })] as const;
    }),
  ]);
  return defined<AccountSettingsInventory>({ regions: Object.fromEntries(regions), securityContact });
}
