import type { AccountSettingsInventory, RegionalSettingsInventory, VpcInventory } from "../account-inventory.ts";
import type { Vpc } from "../account-settings.ts";
import type { Adoption } from "../adoption.ts";
import type { BaselineInputs } from "../inputs.ts";
import { names } from "../names.ts";
import { resourceTypes } from "../resource-types.ts";
import { accountSettings, vpcsToClose, wantedSettings } from "./wanted-settings.ts";

type Inputs = Pick<BaselineInputs, "features" | "regions" | "vpcs">;

const TYPES: ReadonlySet<string> = new Set([
  resourceTypes.snapshotSharing,
  resourceTypes.imageSharing,
  resourceTypes.instanceMetadata,
  resourceTypes.defaultSecurityGroup,
  resourceTypes.securityContact,
]);

/** Whether an adoption is one of `decideSettings`. */
export function isOfSettings({ type }: Pick<Adoption, "type">): boolean {
  return TYPES.has(type);
}

/**
 * Names of what the stack manages since an earlier deployment: looked at now, it would show Bulwark's own work. A default security group that
 * was left is not among them, because it may not be in use any more.
 *
 * @param before inputs of the last deployment that was begun
 */
export function settled(before: Inputs | undefined, known: readonly Adoption[]): ReadonlySet<string> {
  if (before === undefined) return new Set();
  const left = new Set(known.filter(({ decision }) => decision === "leave").map(({ name }) => name));
  return new Set([...wantedSettings(before)].filter((name) => !left.has(name)));
}

/** What has to be read before `decideSettings`, beside the VPCs. */
export interface OpenSettings {
  readonly securityContact: boolean;
  inRegion(region: string): boolean;
  defaultSecurityGroup(region: string, vpc: Vpc): boolean;
}

/** Nothing but the VPCs. */
export const NOTHING_OPEN: OpenSettings = {
  securityContact: false,
  inRegion: () => false,
  defaultSecurityGroup: () => false,
};

/**
 * The inputs of an account that leaves, without the networks that have gone since its last deployment: nothing can be put back there. Those
 * that came since are not Bulwark's. Pure.
 */
export function withoutGoneVpcs(inputs: BaselineInputs, found: AccountSettingsInventory): BaselineInputs {
  const gone = new Set<string>();
  const vpcs = Object.entries(inputs.vpcs).map(([region, known]) => {
    const present = new Set(found.regions[region]?.vpcs.map(({ vpcId }) => vpcId));
    for (const { vpcId } of known) if (!present.has(vpcId)) gone.add(names.defaultSecurityGroup(vpcId, region));
    return [region, known.filter(({ vpcId }) => present.has(vpcId))] as const;
  });
  const adoptions = inputs.adoptions.filter(({ name }) => !gone.has(name));
  return { ...inputs, vpcs: Object.fromEntries(vpcs), adoptions };
}

/** What is wanted and not settled. Pure. */
export function openSettings(inputs: Pick<Inputs, "features" | "regions">, done: ReadonlySet<string>): OpenSettings {
  const wanted = wantedSettings({ ...inputs, vpcs: {} });
  const isOpen = (name: string) => wanted.has(name) && !done.has(name);
  return {
    securityContact: isOpen(names.securityContact),
    inRegion: (region) =>
      [names.snapshotSharing, names.imageSharing, names.instanceMetadata].some((name) => isOpen(name(region))),
    defaultSecurityGroup: (region, vpc) =>
      vpcsToClose({ ...inputs, vpcs: { [region]: [vpc] } }, region).length > 0 &&
      !done.has(names.defaultSecurityGroup(vpc.vpcId, region)),
  };
}

/**
 * Decides what becomes of an account's own settings and of its default security groups. Pure. All that AWS has of them is taken over by
 * the call that sets it, because it is there at all times or can't be imported.
 *
 * @returns by name: what was decided before and still is wanted, and what is decided now on the rest
 */
export function decideSettings(
  found: AccountSettingsInventory,
  inputs: Inputs,
  known: readonly Adoption[],
  done: ReadonlySet<string>,
): Adoption[] {
  const wanted = wantedSettings(inputs);
  const kept = known.filter(
    (adoption) => isOfSettings(adoption) && wanted.has(adoption.name) && done.has(adoption.name),
  );
  const decided = [
    ...contactFound(found),
    ...inputs.regions.flatMap((region) => {
      const { settings, vpcs = [] } = found.regions[region] ?? {};
      return [
        ...(settings === undefined ? [] : settingsFound(settings, region)),
        ...vpcs.flatMap((vpc) => groupFound(vpc, region, inputs)),
      ];
    }),
  ].filter(({ name }) => wanted.has(name) && !done.has(name));
  return [...kept, ...decided].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function contactFound({ securityContact: contact }: AccountSettingsInventory): Adoption[] {
  if (contact === undefined) return [];
  const { name, title, email, phone } = contact;
  return [
    {
      type: resourceTypes.securityContact,
      name: names.securityContact,
      region: "global",
      id: "SECURITY",
      before: { alternateContactType: "SECURITY", name, title, emailAddress: email, phoneNumber: phone },
      decision: "takeOver",
      reason: "the account has a security contact already, and AWS allows one",
    },
  ];
}

/** What is as AWS has it by itself needs no putting back: the provider's delete does it, or leaves it so. */
function settingsFound(found: RegionalSettingsInventory, region: string): Adoption[] {
  const shared = { region, decision: "takeOver" } as const;
  const adoptions: Adoption[] = [];
  if (found.snapshotSharing !== "unblocked") {
    adoptions.push({
      ...shared,
      type: resourceTypes.snapshotSharing,
      name: names.snapshotSharing(region),
      id: region,
      before: { state: found.snapshotSharing },
      reason: `public sharing of snapshots is blocked in ${region} already (${found.snapshotSharing})`,
    });
  }
  if (found.imageSharing === "unblocked") {
    adoptions.push({
      ...shared,
      type: resourceTypes.imageSharing,
      name: names.imageSharing(region),
      id: region,
      before: { state: found.imageSharing },
      reason: `images may be shared with everyone in ${region}, as AWS allows in no new account`,
    });
  }
  if (Object.keys(found.instanceMetadata).length > 0) {
    adoptions.push({
      ...shared,
      type: resourceTypes.instanceMetadata,
      name: names.instanceMetadata(region),
      id: region,
      before: { ...found.instanceMetadata },
      reason: `the account has defaults of its own for instance metadata in ${region}`,
    });
  }
  return adoptions;
}

function groupFound({ vpcId, defaultSecurityGroup: group }: VpcInventory, region: string, inputs: Inputs): Adoption[] {
  if (group === undefined) return [];
  const { id, ingress, egress, tags, networkInterfaces } = group;
  const leave = networkInterfaces > 0 && accountSettings(inputs)?.defaultSecurityGroups.inUse === "leave";
  const users = networkInterfaces === 1 ? "1 network interface uses" : `${networkInterfaces} network interfaces use`;
  return [
    {
      type: resourceTypes.defaultSecurityGroup,
      name: names.defaultSecurityGroup(vpcId, region),
      region,
      id,
      before: { vpcId, ingress: [...ingress], egress: [...egress], ...(tags === undefined ? {} : { tags }) },
      decision: leave ? "leave" : "takeOver",
      reason: leave
        ? `${users} the default security group of ${vpcId} in ${region}: closing it would cut them off; move them to another group, or set features.account.defaultSecurityGroups.inUse to close`
        : `${vpcId} in ${region} has a default security group, as every VPC has`,
    },
  ];
}
