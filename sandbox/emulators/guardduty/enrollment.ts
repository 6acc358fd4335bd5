import type { DetectorFeatureConfiguration } from "@aws-sdk/client-guardduty";
import type { Account } from "../../gateway/emulator.ts";
import { enableDetector } from "./detectors.ts";
import { configure, newFeatures } from "./features.ts";
import {
  administratorOf,
  delegatedAdministrator,
  type GuardDuty,
  isAssociated,
  type Membership,
  now,
  type OrganizationSettings,
  servicePrincipal,
} from "./state.ts";

/** The plans that an organization enables in its members: those whose preference is NEW or ALL. */
function enabledPlans(settings: OrganizationSettings): DetectorFeatureConfiguration[] {
  const on = (preference: string) => preference !== "NONE";
  return [...settings.plans].flatMap(([name, plan]) =>
    on(plan.autoEnable)
      ? [
          {
            Name: name as NonNullable<DetectorFeatureConfiguration["Name"]>,
            Status: "ENABLED" as const,
            AdditionalConfiguration: [...plan.additional]
              .filter(([, preference]) => on(preference))
              .map(([additional]) => ({
                Name: additional as "EKS_ADDON_MANAGEMENT",
                Status: "ENABLED" as const,
              })),
          },
        ]
      : [],
  );
}

/** Enables in a member what the organization's preferences say, whether the detector is new or was there before. */
export function applyPlans(
  guardDuty: GuardDuty,
  accountId: string,
  region: string,
  settings: OrganizationSettings,
): void {
  const { detector } = guardDuty.places.of(accountId, region);
  if (detector === undefined) return;
  for (const wanted of enabledPlans(settings)) configure(detector.features, [wanted], now(guardDuty));
}

/**
 * Makes an account of the organization a member of its delegated administrator: GuardDuty is enabled in it if it was
 * not, and the organization's preferences apply (CreateMembers documentation).
 */
export async function enroll(guardDuty: GuardDuty, region: string, accountId: string, email: string): Promise<void> {
  const administrator = delegatedAdministrator(guardDuty, region);
  if (administrator === undefined) return;
  const place = guardDuty.places.of(accountId, region);
  if (place.detector === undefined) {
    await enableDetector(
      guardDuty,
      accountId,
      place,
      newFeatures(now(guardDuty), () => "DISABLED"),
    );
  } else {
    place.detector.enabled = true;
  }
  administrator.place.members.set(accountId, {
    accountId,
    email,
    type: "organization",
    status: "Enabled",
    updatedAt: now(guardDuty),
  });
  applyPlans(guardDuty, accountId, region, administrator.settings);
}

/** Why an account of the organization cannot become a member now, in the words of UnprocessedAccounts; undefined if it can. */
export function obstacle(guardDuty: GuardDuty, region: string, account: Account): string | undefined {
  const { organization } = guardDuty.aws;
  const place = guardDuty.places.of(account.id, region);
  if (account.state !== "ACTIVE") return "Operation failed because the given account ID is not an active account.";
  if (account.id === organization.managementAccountId && place.detector === undefined) {
    return "Operation failed because your organization master must first enable GuardDuty to be added as a member";
  }
  const administratorId = delegatedAdministrator(guardDuty, region)?.accountId ?? "";
  // The administrator calls in this region, so if the region is an opt-in one, the administrator has opted in.
  if (organization.account(administratorId)?.optInRegions.has(region) && !account.optInRegions.has(region)) {
    return "Operation failed because the given account ID has not enabled this Region.";
  }
  if ([...place.members.values()].some(isAssociated)) {
    return "The request is rejected because the given account ID is the administrator of other member accounts.";
  }
  const other = administratorOf(guardDuty, account.id, region);
  if (other !== undefined && other.administratorId !== administratorId) {
    return "The request is rejected because the given account ID is already an associated member of another master account.";
  }
  return undefined;
}

/** Ends an account's administration of the organization in a region. Its members keep their detectors. */
export function endDelegation(guardDuty: GuardDuty, region: string): void {
  const administrator = delegatedAdministrator(guardDuty, region);
  if (administrator === undefined) return;
  delete administrator.place.organization;
  for (const [accountId, membership] of administrator.place.members) {
    if (membership.type === "organization") administrator.place.members.delete(accountId);
  }
}

function isWanted(settings: OrganizationSettings, account: Account, listed: Membership | undefined): boolean {
  if (settings.autoEnable === "ALL") return listed === undefined || listed.status !== "Enabled";
  return settings.autoEnable === "NEW" && listed === undefined && account.joinedAt > settings.newSince;
}

/**
 * Brings a region up to what AWS Organizations and the auto-enable preference say: called before every operation,
 * because that is when anyone can see it. On AWS it happens within minutes to 24 hours.
 */
export async function settle(guardDuty: GuardDuty, region: string): Promise<void> {
  const administrator = delegatedAdministrator(guardDuty, region);
  if (administrator === undefined) return;
  const { organization } = guardDuty.aws;
  if (!organization.delegatedAdministrators(servicePrincipal).includes(administrator.accountId)) {
    endDelegation(guardDuty, region);
    return;
  }
  for (const membership of administrator.place.members.values()) {
    if (
      membership.type === "organization" &&
      isAssociated(membership) &&
      !organization.isMember(membership.accountId)
    ) {
      membership.status = "Removed";
      membership.updatedAt = now(guardDuty);
    }
  }
  if (administrator.settings.autoEnable === "NONE") return;
  for (const account of organization.members()) {
    const listed = administrator.place.members.get(account.id);
    if (account.id === administrator.accountId || !isWanted(administrator.settings, account, listed)) continue;
    if (obstacle(guardDuty, region, account) === undefined) await enroll(guardDuty, region, account.id, account.email);
  }
}
