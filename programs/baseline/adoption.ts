import type { Adoption } from "../adoption.ts";
import { adoptDetector, adoptHub, hubWish } from "../hub-adoption.ts";
import type { BaselineInputs } from "../inputs.ts";
import { adoptScans } from "../inspector-adoption.ts";
import { isInspected } from "../inspector-settings.ts";
import type { AccountInventory, RegionInventory } from "../inventory.ts";
import { names } from "../names.ts";
import { isOutside } from "../outside-members.ts";
import { resourceTypes } from "../resource-types.ts";
import { ACCOUNT_SERVICE_LINKED_ROLES, type AccountLinkedService, serviceLinkedRoleArn } from "./linked-services.ts";
import { adoptRecorder } from "./recorder-adoption.ts";
import { leaveHosts } from "./systems-manager-adoption.ts";

/** What the decisions depend on, apart from the inventory. */
export type AdoptionInputs = Pick<
  BaselineInputs,
  "accountId" | "partition" | "regions" | "homeRegion" | "standards" | "features" | "accounts"
>;

/**
 * Decides what becomes of what an account holds already: the same in a preview and in the first deployment, because it depends on
 * nothing else. Only the regions of `inputs` count. Meant for the first deployment of an account or of a region: later the
 * inventory shows Bulwark's own work.
 */
export function decideAdoptions(inventory: AccountInventory, inputs: AdoptionInputs): Adoption[] {
  return [
    ...accountWide(inventory, inputs),
    ...inputs.regions.flatMap((region) => {
      const found = inventory.regions[region];
      return found === undefined ? [] : inRegion(found, region, inputs);
    }),
  ];
}

function accountWide(inventory: AccountInventory, { accountId, partition }: AdoptionInputs): Adoption[] {
  const { publicAccessBlock, passwordPolicy } = inventory;
  const adoptions: Adoption[] = [];
  if (publicAccessBlock !== undefined) {
    adoptions.push({
      type: resourceTypes.publicAccessBlock,
      name: names.publicAccessBlock,
      region: "global",
      id: accountId,
      before: { accountId, ...publicAccessBlock },
      decision: "adopt",
      reason: "the account has an S3 public access block already, and AWS allows one",
    });
  }
  if (passwordPolicy !== undefined) {
    adoptions.push({
      type: resourceTypes.passwordPolicy,
      name: names.passwordPolicy,
      region: "global",
      id: "iam-account-password-policy",
      before: { ...passwordPolicy },
      decision: "adopt",
      reason: "the account has a password policy already, and AWS allows one",
    });
  }
  for (const service of Object.keys(ACCOUNT_SERVICE_LINKED_ROLES) as AccountLinkedService[]) {
    if (!inventory.serviceLinkedRoles.includes(service)) continue;
    adoptions.push({
      type: resourceTypes.serviceLinkedRole,
      name: names.serviceLinkedRole(service),
      region: "global",
      id: serviceLinkedRoleArn(partition, accountId, service),
      before: { awsServiceName: service },
      decision: "leave",
      reason: `the service-linked role of ${service} exists, and other regions of the account may need it`,
    });
  }
  return adoptions;
}

function inRegion(found: RegionInventory, region: string, inputs: AdoptionInputs): Adoption[] {
  const centrally = inputs.features.securityHub.mode === "central";
  const wish = hubWish(inputs, inputs.accountId, inputs.features.securityHub.productSubscriptions.members);
  return [
    // What a configuration policy gives to the account is not adopted: it is only looked at.
    ...(found.hub === undefined || centrally ? [] : adoptHub(found.hub, region, wish)),
    ...(found.detector === undefined ? [] : [adoptDetector(found.detector, region)]),
    ...adoptRecorder(found, region),
    ...(isInspected(inputs.features.inspector, region) ? adoptInspector(found, region, inputs.accountId) : []),
    ...(found.ebsEncryptionByDefault ? [adoptEncryption(region)] : []),
    ...leaveHosts(found.hosts, region, inputs),
    ...adoptMemberships(found, region, inputs).filter(({ type }) => !centrally || type !== resourceTypes.hubMember),
  ];
}

function adoptEncryption(region: string): Adoption {
  return {
    type: resourceTypes.ebsEncryption,
    name: names.ebsEncryption(region),
    region,
    id: "default",
    before: { enabled: true },
    decision: "adopt",
    reason: `EBS volumes are encrypted by default in ${region} already`,
  };
}

function adoptInspector(
  { inspectorScans, membership }: RegionInventory,
  region: string,
  accountId: string,
): Adoption[] {
  const scans = adoptScans(names.inspectorMemberScans(region), region, accountId, inspectorScans);
  if (membership?.inspector === undefined) return scans;
  const association: Adoption = {
    type: resourceTypes.inspectorMember,
    name: names.inspectorMember(region),
    region,
    id: accountId,
    before: { accountId },
    decision: "adopt",
    reason: `the account is an Inspector member of the security account in ${region} already`,
  };
  return [association, ...scans];
}

function adoptMemberships({ membership }: RegionInventory, region: string, inputs: AdoptionInputs): Adoption[] {
  const { accountId, accounts } = inputs;
  if (isOutside(inputs)) {
    if (membership?.securityHub === undefined) return [];
    return [
      {
        type: resourceTypes.hubInvitation,
        name: names.hubInvitation(region),
        region,
        id: accountId,
        before: { masterId: accounts.security },
        decision: "adopt",
        reason: `the account has accepted the security account's invitation to Security Hub in ${region} already`,
      },
    ];
  }
  const adoptions: Adoption[] = [];
  if (membership?.securityHub !== undefined) {
    adoptions.push({
      type: resourceTypes.hubMember,
      name: names.hubMember(region),
      region,
      id: accountId,
      before: { accountId, ...membership.securityHub },
      decision: "adopt",
      reason: `the account is a Security Hub member of the security account in ${region} already`,
    });
  }
  if (membership?.guardDuty !== undefined) {
    const { detectorId, email } = membership.guardDuty;
    adoptions.push({
      type: resourceTypes.detectorMember,
      name: names.detectorMember(region),
      region,
      id: `${detectorId}:${accountId}`,
      before: { accountId, detectorId, email },
      decision: "adopt",
      reason: `the account is a GuardDuty member of the security account in ${region} already`,
    });
  }
  return adoptions;
}
