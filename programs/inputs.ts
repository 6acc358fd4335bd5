import { z } from "zod";
import { Vpc } from "./account-settings.ts";
import { checkRuleCount } from "./admin/environment-rules.ts";
import { Adoption, Phase } from "./adoption.ts";
import { Extension, Extensions } from "./extensions/extensions.ts";
import { FeatureSettings } from "./feature-settings.ts";
import { AccountId, OrganizationId, Region } from "./identifiers.ts";
import { isInspected } from "./inspector-settings.ts";
import { isOutside } from "./outside-members.ts";
import { ControlParameters, CoreAccounts, checkRegions, PasswordPolicy, RoleNames, regionFields } from "./settings.ts";
import { StandardName } from "./standards.ts";

/** A control in one standard and region that a stack declares to be on. */
export const ControlOn = z.strictObject({ controlId: z.string().min(1), standard: StandardName, region: Region });
export type ControlOn = z.infer<typeof ControlOn>;

const shared = {
  ...regionFields,
  organizationId: OrganizationId,
  accounts: CoreAccounts,
  roles: RoleNames,
  standards: z.array(StandardName).min(1),
  features: FeatureSettings.prefault({}),
  /** What was off by nobody's decision, or by one that was taken back. */
  controlsOn: z.array(ControlOn).default([]),
  adoptions: z.array(Adoption).default([]),
  phase: Phase.default("converge"),
};

/** The inputs of the stack `admin`, one JSON document in the stack's configuration key `bulwark:inputs`. */
export const AdminInputs = z
  .strictObject({
    kind: z.literal("admin"),
    ...shared,
    controlParameters: z.array(ControlParameters),
    /** Account ids by environment, of the environments for which the settings have automation rules. */
    environments: z.record(z.string().min(1), z.array(AccountId)).default({}),
    /** The regions that the log archive has enabled; all when left out. */
    logArchiveRegions: z.array(Region).optional(),
  })
  .superRefine((value, context) => {
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    checkRegions(value, issue);
    checkRuleCount(value, issue);
  });
export type AdminInputs = z.infer<typeof AdminInputs>;

/** What a baseline stack needs from the outputs of the admin stack. */
export const AdminLink = z.strictObject({
  /** Detector of the security account, by region. */
  detectorIds: z.record(Region, z.string().min(1)),
  /** Where Inspector is delegated to the security account; not told by an admin stack of before Inspector. */
  inspectorRegions: z.array(Region).optional(),
  /** Analyzers of external access by region; not told by an admin stack of before archive rules of accounts. */
  analyzerArns: z.record(Region, z.string().min(1)).optional(),
  configBucket: z.string().min(3),
  configKeyArn: z.string().min(1),
});
export type AdminLink = z.infer<typeof AdminLink>;

/** What the configuration policy that governs an account says, where the organization configures Security Hub centrally. */
export const Governing = z.strictObject({
  policyId: z.string().min(1),
  /** Whether Security Hub is on. */
  enabled: z.boolean(),
  standards: z.array(StandardName),
  /** What the stack has made in local mode, as far as it is still there: where, which standards, and which controls' parameters. */
  held: z
    .strictObject({
      regions: z.array(Region).default([]),
      standards: z.array(StandardName).default([]),
      controls: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
});
export type Governing = z.infer<typeof Governing>;

/** The inputs of a stack `account-<id>`. `regions` are the ones that this account has enabled. */
export const BaselineInputs = z
  .strictObject({
    kind: z.literal("baseline"),
    ...shared,
    accountId: AccountId,
    accountName: z.string().min(1),
    email: z.string().min(3),
    /** Those that count: what weakens is among them while it is approved and has not expired. */
    extensions: Extensions.default([]),
    /** What weakened until lately, the latest of a type and name, to be undone. */
    endedExtensions: z.array(Extension).default([]),
    passwordPolicy: PasswordPolicy,
    controlParameters: z.array(ControlParameters).default([]),
    admin: AdminLink,
    /** The networks that the account has now, by region: read before every run, so that a preview and its deployment see the same. */
    vpcs: z.record(Region, z.array(Vpc)).default({}),
    governing: Governing.optional(),
    owner: z.string().min(1).optional(),
    environment: z.string().min(1).optional(),
    /** Regions whose protection plans a run leaves out, because the account is no GuardDuty member there until it has ended. */
    plansLater: z.array(Region).default([]),
  })
  .superRefine((value, context) => {
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    checkRegions(value, issue);
    if (value.features.securityHub.mode === "central" && value.governing === undefined) {
      issue(["governing"], "must say by which configuration policy the account is governed, since mode is central");
    }
    const archives = value.extensions.findIndex(({ type }) => type === "archiveRule");
    if (archives >= 0 && value.admin.analyzerArns === undefined) {
      issue(["extensions", archives], "the admin stack has told no analyzers for archive rules: deploy it first");
    }
    const role = Object.entries(value.accounts).find(([, accountId]) => accountId === value.accountId)?.[0];
    if (role !== undefined) issue(["accountId"], `${value.accountId} is the ${role} account, which takes no baseline`);
    for (const [index, region] of value.regions.entries()) {
      if (value.admin.detectorIds[region] === undefined && !isOutside(value)) {
        issue(["regions", index], `the admin stack has no detector in ${region}: deploy it there first`);
      }
      const { inspectorRegions = value.regions } = value.admin;
      if (isInspected(value.features.inspector, region) && !inspectorRegions.includes(region)) {
        issue(["regions", index], `the admin stack has not delegated Inspector in ${region}: deploy it there first`);
      }
    }
  });
export type BaselineInputs = z.infer<typeof BaselineInputs>;

/** The inputs of any stack of the project. */
export const StackInputs = z.union([AdminInputs, BaselineInputs]);
export type StackInputs = AdminInputs | BaselineInputs;
