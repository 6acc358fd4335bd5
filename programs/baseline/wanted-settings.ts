import type { AccountSettings, Vpc } from "../account-settings.ts";
import type { BaselineInputs } from "../inputs.ts";
import { names } from "../names.ts";

type Inputs = Pick<BaselineInputs, "features" | "regions" | "vpcs">;

/** The account's section of the settings, or undefined where it is switched off as a whole. */
export function accountSettings({ features }: Pick<BaselineInputs, "features">): AccountSettings | undefined {
  return features.account.enabled ? features.account : undefined;
}

/** The VPCs of a region whose default security groups are to be closed, those among them that are left apart. */
export function vpcsToClose(inputs: Pick<BaselineInputs, "features" | "vpcs">, region: string): readonly Vpc[] {
  const wanted = accountSettings(inputs)?.defaultSecurityGroups;
  if (wanted?.enabled !== true) return [];
  return (inputs.vpcs[region] ?? []).filter(({ isDefault }) => wanted.vpcs === "all" || isDefault);
}

/** Names of the resources of this section that a baseline declares, or would if it did not leave what exists. Flow logs are apart: they are Bulwark's own. */
export function wantedSettings(inputs: Inputs): ReadonlySet<string> {
  const wanted = accountSettings(inputs);
  if (wanted === undefined) return new Set();
  const inRegion = (region: string): string[] => [
    ...(wanted.snapshotSharing === "off" ? [] : [names.snapshotSharing(region)]),
    ...(wanted.imageSharing === "off" ? [] : [names.imageSharing(region)]),
    ...(wanted.instanceMetadata.enabled ? [names.instanceMetadata(region)] : []),
    ...vpcsToClose(inputs, region).map(({ vpcId }) => names.defaultSecurityGroup(vpcId, region)),
  ];
  const contact = wanted.securityContact === undefined ? [] : [names.securityContact];
  return new Set([...contact, ...inputs.regions.flatMap(inRegion)]);
}
