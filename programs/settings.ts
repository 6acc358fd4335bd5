import { z } from "zod";
import { checkArchiveRules } from "./access-analyzer-settings.ts";
import { checkGuardrailSize } from "./admin/guardrails/size.ts";
import { checkFeatureRegions } from "./feature-regions.ts";
import { FeatureSettings } from "./feature-settings.ts";
import { GuardSettings } from "./guard-settings.ts";
import { AccountId, OrganizationalUnitId, Region, RoleName } from "./identifiers.ts";
import { checkOutsideMembers } from "./outside-members.ts";
import { Partition, partitionOf } from "./partition.ts";
import { checkResponse } from "./response-settings.ts";
import { checkSecurityHub } from "./security-hub-settings.ts";
import { checkOwners, checkTrailDelegation } from "./setting-owners.ts";
import { StandardName } from "./standards.ts";

/** The three accounts of the organization that no baseline stack is ever deployed into. */
export const CoreAccounts = z
  .strictObject({ management: AccountId, security: AccountId, logArchive: AccountId })
  .refine((accounts) => new Set(Object.values(accounts)).size === 3, {
    error: "management, security and logArchive must be three different accounts",
  });
export type CoreAccounts = z.infer<typeof CoreAccounts>;

/** Names of the IAM roles by which Bulwark reaches accounts. */
export const RoleNames = z.strictObject({
  service: RoleName.default("BulwarkService"),
  management: RoleName.default("BulwarkManagement"),
  deployment: RoleName.default("BulwarkDeployment"),
  deploymentBoundary: RoleName.default("BulwarkDeploymentBoundary"),
  bootstrap: RoleName.default("OrganizationAccountAccessRole"),
});
export type RoleNames = z.infer<typeof RoleNames>;

/** One value of a control parameter, under the name of its type as AWS spells it. */
export const ParameterValue = z.union(
  [
    z.strictObject({ integer: z.int() }),
    z.strictObject({ double: z.number() }),
    z.strictObject({ boolean: z.boolean() }),
    z.strictObject({ string: z.string().min(1) }),
    z.strictObject({ enum: z.string().min(1) }),
    z.strictObject({ integerList: z.array(z.int()).min(1) }),
    z.strictObject({ stringList: z.array(z.string().min(1)).min(1) }),
    z.strictObject({ enumList: z.array(z.string().min(1)).min(1) }),
  ],
  { error: "must hold exactly one of integer, double, boolean, string, enum, integerList, stringList, enumList" },
);
export type ParameterValue = z.infer<typeof ParameterValue>;

/** A Security Hub control whose parameters differ from AWS's defaults. */
export const ControlParameters = z.strictObject({
  controlId: z.string().regex(/^[A-Za-z0-9]+\.\d{1,3}$/, "must be a control id such as ACM.1"),
  parameters: z.record(z.string().min(1), ParameterValue),
  /** The standards that have the control, all when left out: AWS takes parameters of controls that are on, and so not where none of these is. */
  standards: z.array(StandardName).min(1).optional(),
  reason: z
    .string()
    .regex(/^[\w\s-]{1,200}$/, "may hold letters, digits, spaces, dashes and underscores, at most 200 of them"),
});
export type ControlParameters = z.infer<typeof ControlParameters>;

/** An IAM account password policy; the defaults satisfy CIS and FSBP (controls IAM.7, IAM.15, IAM.16). */
export const PasswordPolicy = z.strictObject({
  minimumPasswordLength: z.int().min(6).max(128).default(14),
  requireLowercaseCharacters: z.boolean().default(true),
  requireUppercaseCharacters: z.boolean().default(true),
  requireNumbers: z.boolean().default(true),
  requireSymbols: z.boolean().default(true),
  allowUsersToChangePassword: z.boolean().default(true),
  hardExpiry: z.boolean().default(false),
  /** Days; 0 means that passwords do not expire. */
  maxPasswordAge: z.int().min(0).max(1095).default(90),
  /** How many earlier passwords may not be used again; 0 means any may. */
  passwordReusePrevention: z.int().min(0).max(24).default(24),
});
export type PasswordPolicy = z.infer<typeof PasswordPolicy>;

/** The regions that Bulwark covers, with their home; shared by settings and stack inputs. */
export const regionFields = {
  partition: Partition,
  homeRegion: Region,
  regions: z.array(Region).min(1, "must name at least one region"),
};

/** Checks that hold between partition, home region and regions. */
export function checkRegions(
  value: { partition: Partition; homeRegion: string; regions: readonly string[] },
  issue: (path: (string | number)[], message: string) => void,
): void {
  if (!value.regions.includes(value.homeRegion)) {
    issue(["homeRegion"], `must be one of regions (${value.regions.join(", ")})`);
  }
  for (const [index, region] of value.regions.entries()) {
    if (value.regions.indexOf(region) !== index) issue(["regions", index], `names ${region} twice`);
    if (partitionOf(region) !== value.partition) {
      issue(["regions", index], `${region} belongs to partition ${partitionOf(region)}, not ${value.partition}`);
    }
  }
}

/** Every setting of one organization; the document that `BULWARK_SETTINGS` names. */
export const OrganizationSettings = z
  .strictObject({
    ...regionFields,
    partition: Partition.default("aws"),
    accounts: CoreAccounts,
    excludedOrganizationalUnits: z.array(OrganizationalUnitId).default([]),
    /** Never entered by Bulwark: offboard an account before it is excluded. The bootstrap writes them into policies, which take so many. */
    excludedAccounts: z.array(AccountId).max(300, "may name at most 300 accounts: a role takes no more").default([]),
    roles: RoleNames.prefault({}),
    standards: z.array(StandardName).min(1).default(["fsbp-1.0.0", "cis-5.0.0"]),
    /** None by default: each stack that has one runs a second provider, whose process takes memory and seconds, in every region. */
    controlParameters: z.array(ControlParameters).default([]),
    passwordPolicy: PasswordPolicy.prefault({}),
    features: FeatureSettings.prefault({}),
    guard: GuardSettings.prefault({}),
  })
  .superRefine((value, context) => {
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    checkRegions(value, issue);
    checkFeatureRegions(value, issue);
    checkArchiveRules(value, issue);
    checkSecurityHub(value, issue);
    checkOutsideMembers(value, issue);
    checkOwners(value, issue);
    checkTrailDelegation(value, issue);
    checkGuardrailSize(value, issue);
    checkResponse(value, issue);
  });
export type OrganizationSettings = z.infer<typeof OrganizationSettings>;
