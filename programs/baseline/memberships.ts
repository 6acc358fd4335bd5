import type { Adoption } from "../adoption.ts";
import type { BaselineInputs } from "../inputs.ts";
import { names } from "../names.ts";
import { isOutside } from "../outside-members.ts";

/** What the security account has to disassociate in one region. */
export interface MembershipToEnd {
  readonly region: string;
  /** By `securityhub:DisassociateMembers`. */
  readonly securityHub: boolean;
  /** The detector for `guardduty:DisassociateMembers`; undefined where the membership was there before Bulwark. */
  readonly guardDutyDetectorId?: string;
}

/**
 * The memberships to end before an account's stack is destroyed, or a region of it. No resource can do it: AWS asks the administrator to
 * disassociate a member before its hub and its detector can go and before GuardDuty deletes it, and the provider's resources do
 * not, or fail on accounts of the organization. Ending one that has ended already changes nothing. What remains is
 * Security Hub's record of a removed member, which AWS keeps for every account of the organization.
 */
export function membershipsToEnd(
  inputs: Pick<BaselineInputs, "accountId" | "regions" | "admin" | "features">,
  adoptions: readonly Adoption[],
): readonly MembershipToEnd[] {
  const { regions, admin, features } = inputs;
  // An account that was invited leaves by itself.
  if (isOutside(inputs)) return [];
  const adopted = new Set(adoptions.filter(({ decision }) => decision === "adopt").map(({ name }) => name));
  return regions.flatMap((region) => {
    // Central configuration keeps its members: the policy of the account's unit would make it one again.
    const securityHub = features.securityHub.mode === "local" && !adopted.has(names.hubMember(region));
    const detectorId = adopted.has(names.detectorMember(region)) ? undefined : admin.detectorIds[region];
    if (!securityHub && detectorId === undefined) return [];
    return [{ region, securityHub, ...(detectorId === undefined ? {} : { guardDutyDetectorId: detectorId }) }];
  });
}
