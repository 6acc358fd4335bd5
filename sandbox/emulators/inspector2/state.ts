import type { AutoEnable, CisScanConfiguration, RelationshipStatus, Status } from "@aws-sdk/client-inspector2";
import { type Aws, type Call, type Regional, regional } from "../../gateway/emulator.ts";

export const servicePrincipal = "inspector2.amazonaws.com";
/** Whose service-linked role Inspector makes by itself where it scans EC2 (user guide, "agentless scans"). */
export const agentlessPrincipal = "agentless.inspector2.amazonaws.com";

/** How long the sandbox takes from ENABLING to ENABLED and the like, in milliseconds; AWS takes minutes. */
export const TRANSITION = 250;

/** What Inspector scans, in the order of the service model. */
export const scanTypes = ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"] as const;
export type ScanType = (typeof scanTypes)[number];

/** An account in a region. */
export interface Place {
  /** A type that is not here is DISABLED. */
  readonly scans: Map<ScanType, Status>;
  /** CIS scan configurations by ARN. */
  readonly configurations: Map<string, CisScanConfiguration & { tags: Record<string, string> }>;
}

/** One account in its administrator's list. */
export interface Membership {
  readonly accountId: string;
  status: Extract<RelationshipStatus, "CREATED" | "ENABLED" | "REMOVED">;
  updatedAt: Date;
}

/** What the organization's delegated administrator has in one region. */
export interface Administration {
  readonly accountId: string;
  autoEnable: Required<AutoEnable>;
  /** Accounts that were in the organization before are not new ones. */
  newSince: Date;
  readonly members: Map<string, Membership>;
}

export interface Inspector {
  readonly aws: Aws;
  readonly places: Regional<Place>;
  /** By region. */
  readonly administrations: Map<string, Administration>;
}

export function createState(aws: Aws): Inspector {
  return {
    aws,
    places: regional(() => ({ scans: new Map(), configurations: new Map() })),
    administrations: new Map(),
  };
}

/** The current time, as a date. */
export function now(inspector: Inspector): Date {
  return new Date(inspector.aws.now());
}

/** Preferences of an administrator that has set none. */
export function nothingEnabled(): Required<AutoEnable> {
  return { ec2: false, ecr: false, lambda: false, lambdaCode: false, codeRepository: false };
}

/** The administration of the calling account, where it is the delegated administrator of this region. */
export function ownAdministration(inspector: Inspector, call: Call<unknown>): Administration | undefined {
  const administration = inspector.administrations.get(call.region);
  return administration?.accountId === call.accountId ? administration : undefined;
}

export function isAssociated(membership: Membership | undefined): boolean {
  return membership !== undefined && membership.status !== "REMOVED";
}

/** Whether the account is a member of the region's delegated administrator. */
export function isMember(inspector: Inspector, accountId: string, region: string): boolean {
  return isAssociated(inspector.administrations.get(region)?.members.get(accountId));
}
