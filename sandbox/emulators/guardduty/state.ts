import type {
  AutoEnableMembers,
  DestinationProperties,
  FilterAction,
  Finding,
  FindingCriteria,
  FindingPublishingFrequency,
  OrgFeatureStatus,
} from "@aws-sdk/client-guardduty";
import { type Aws, type Call, type Regional, regional } from "../../gateway/emulator.ts";
import type { Features } from "./features.ts";
import { notOwned } from "./rejections.ts";

export const servicePrincipal = "guardduty.amazonaws.com";
/** Whose service-linked role GuardDuty makes by itself where malware protection is on. */
export const malwareProtectionPrincipal = "malware-protection.guardduty.amazonaws.com";

export interface Detector {
  readonly id: string;
  enabled: boolean;
  /** The account's own setting; while it is an associated member its administrator's counts instead. */
  frequency: FindingPublishingFrequency;
  readonly features: Features;
  readonly tags: Map<string, string>;
  readonly createdAt: Date;
  updatedAt: Date;
}

export type RelationshipStatus =
  | "Created"
  | "EmailVerificationFailed"
  | "Invited"
  | "Enabled"
  | "Disabled"
  | "Removed"
  | "Resigned";

/** One entry in an administrator's list of members. `Enabled` and `Disabled` (suspended) are associations. */
export interface Membership {
  readonly accountId: string;
  readonly email: string;
  /** An organization's members neither accept nor resign. */
  type: "organization" | "invitation";
  status: RelationshipStatus;
  invitation?: { readonly id: string; readonly at: Date };
  updatedAt: Date;
}

export interface OrganizationPlan {
  autoEnable: OrgFeatureStatus;
  readonly additional: Map<string, OrgFeatureStatus>;
}

/** What a delegated administrator has decided for its organization in one region. */
export interface OrganizationSettings {
  autoEnable: AutoEnableMembers;
  readonly plans: Map<string, OrganizationPlan>;
  /** Accounts that were in the organization before are not new ones. */
  newSince: Date;
}

/** A saved filter; one whose action is ARCHIVE is a suppression rule. */
export interface Filter {
  readonly name: string;
  description: string;
  action: FilterAction;
  rank: number;
  criteria: FindingCriteria;
  readonly tags: Map<string, string>;
}

/** Where findings are exported to. */
export interface Destination {
  readonly id: string;
  properties: DestinationProperties;
  readonly tags: Map<string, string>;
}

/** A list of trusted or threatening entities. */
export interface EntitySet {
  readonly id: string;
  name: string;
  readonly format: string;
  location: string;
  bucketOwner: string | undefined;
  active: boolean;
  readonly createdAt: Date;
  updatedAt: Date;
  readonly tags: Map<string, string>;
}

export type EntitySetKind = "trusted" | "threat";

export interface Place {
  detector?: Detector;
  readonly members: Map<string, Membership>;
  /** Present where the account is the organization's delegated administrator. */
  organization?: OrganizationSettings;
  readonly findings: Map<string, Finding>;
  readonly filters: Map<string, Filter>;
  readonly destinations: Map<string, Destination>;
  readonly entitySets: Readonly<Record<EntitySetKind, Map<string, EntitySet>>>;
}

export interface GuardDuty {
  readonly aws: Aws;
  readonly places: Regional<Place>;
}

export function createState(aws: Aws): GuardDuty {
  const places = regional<Place>(() => ({
    members: new Map(),
    findings: new Map(),
    filters: new Map(),
    destinations: new Map(),
    entitySets: { trusted: new Map(), threat: new Map() },
  }));
  return { aws, places };
}

/** The current time, as a date. */
export function now(guardDuty: GuardDuty): Date {
  return new Date(guardDuty.aws.now());
}

/** The place that is called, with its detector. Throws `BadRequestException` if the id is not that of its detector. */
export function ownPlace(
  guardDuty: GuardDuty,
  call: Call<{ DetectorId: string | undefined }>,
): Place & { readonly detector: Detector } {
  const place = guardDuty.places.of(call.accountId, call.region);
  const { detector } = place;
  if (detector === undefined || detector.id !== call.input.DetectorId) throw notOwned();
  return place as Place & { detector: Detector };
}

export function isAssociated(membership: Membership): boolean {
  return membership.status === "Enabled" || membership.status === "Disabled";
}

/** Every administrator that lists the account in a region, with the entry. */
export function listings(
  guardDuty: GuardDuty,
  accountId: string,
  region: string,
): { administratorId: string; membership: Membership }[] {
  const found = [];
  for (const place of guardDuty.places.entries()) {
    const membership = place.region === region ? place.state.members.get(accountId) : undefined;
    if (membership !== undefined) found.push({ administratorId: place.accountId, membership });
  }
  return found;
}

/** The one administrator that an associated member has in a region. */
export function administratorOf(guardDuty: GuardDuty, accountId: string, region: string) {
  return listings(guardDuty, accountId, region).find(({ membership }) => isAssociated(membership));
}

/** The organization's delegated administrator in a region. */
export function delegatedAdministrator(
  guardDuty: GuardDuty,
  region: string,
): { accountId: string; place: Place; settings: OrganizationSettings } | undefined {
  for (const { accountId, region: at, state } of guardDuty.places.entries()) {
    if (at === region && state.organization !== undefined) {
      return { accountId, place: state, settings: state.organization };
    }
  }
  return undefined;
}
