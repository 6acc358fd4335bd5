import type { Adoption } from "../../programs/adoption.ts";
import type { AccountInventory } from "../../programs/inventory.ts";

/** Something that is in the account after offboarding although Bulwark brought it. */
export interface Leftover {
  readonly what: string;
  readonly region: string;
  readonly reason: string;
}

const byOrganization = "still protected by the organization: its administrator keeps the account a member";

/** Compares what is there with what was there before. Pure. */
export function findLeftovers(inventory: AccountInventory, adoptions: readonly Adoption[]): Leftover[] {
  const leftovers: Leftover[] = [];
  const had = (region: string, type: string) =>
    adoptions.some((adoption) => adoption.region === region && adoption.type.endsWith(`:${type}`));
  for (const [region, found] of Object.entries(inventory.regions)) {
    const add = (what: string, reason: string) => leftovers.push({ what, region, reason });
    if (found.membership?.securityHub !== undefined && !had(region, "InviteAccepter"))
      add("Security Hub membership", byOrganization);
    if (found.membership?.guardDuty !== undefined) add("GuardDuty membership", byOrganization);
    if (found.hub !== undefined && !had(region, "Account")) {
      add("Security Hub", found.hub.administratorAccountId === undefined ? "it was not removed" : byOrganization);
    }
    if (found.detector !== undefined && !had(region, "Detector")) {
      add(
        "GuardDuty detector",
        found.detector.administratorAccountId === undefined ? "it was not removed" : byOrganization,
      );
    }
    if (found.membership?.inspector !== undefined && !had(region, "MemberAssociation")) {
      add("Inspector membership", "it was not removed");
    }
    if (found.inspectorScans?.length && !had(region, "Enabler")) add("Inspector", "it was not removed");
    if (found.recorder !== undefined && !had(region, "Recorder")) add("Config recorder", "it was not removed");
    if (found.deliveryChannel !== undefined && !had(region, "DeliveryChannel")) {
      add("Config delivery channel", "it was not removed");
    }
  }
  return leftovers;
}
