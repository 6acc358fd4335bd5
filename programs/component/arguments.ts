import { type Input, Output } from "@pulumi/pulumi";
import { z } from "zod";
import { AccountSettings } from "../account-settings.ts";
import { SERVICE_LINKED_ROLES } from "../baseline/linked-services.ts";
import { ConfigSettings } from "../config-settings.ts";
import { GuardDutySettings } from "../guardduty-settings.ts";
import { AccountId, Region } from "../identifiers.ts";
import { InspectorSettings } from "../inspector-settings.ts";
import { partitionOf } from "../partition.ts";
import { SecurityHubSettings } from "../security-hub-settings.ts";
import { checkRegions, PasswordPolicy } from "../settings.ts";
import { StandardName } from "../standards.ts";
import { SystemsManagerSettings } from "../systems-manager-settings.ts";

/** A text, or one that another resource of the team's program will have. */
const Later = z.custom<Input<string>>(
  (value) => (typeof value === "string" && value !== "") || Output.isInstance(value) || value instanceof Promise,
  "must be a text or the output of a resource",
);

const rules = { rules: ConfigSettings.shape.rules, policies: ConfigSettings.shape.policies };

const shared = {
  /** The account that the provider works in. */
  accountId: AccountId,
  homeRegion: Region,
  regions: z.array(Region).min(1, "must name at least one region"),
};

/** Beside a baseline that Bulwark has deployed, or anybody else: what is the team's own, and no setting of the account. */
const Additions = z.strictObject({
  owns: z.literal("additions"),
  ...shared,
  features: z.strictObject({ config: z.strictObject(rules).prefault({}) }).prefault({}),
});

const On = z.boolean().default(true);

/** The whole of an account outside of Bulwark. */
const WholeAccount = z.strictObject({
  owns: z.literal("account"),
  ...shared,
  standards: z.array(StandardName).min(1).default(["fsbp-1.0.0", "cis-5.0.0"]),
  passwordPolicy: PasswordPolicy.prefault({}),
  /** Where AWS Config and flow logs deliver to; without it there is neither, and no rule. */
  archive: z
    .strictObject({
      bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be the name of an S3 bucket"),
      keyArn: Later,
    })
    .optional(),
  /** By region and by a label of the team's choice: networks of the same program have no id yet. */
  vpcs: z
    .record(Region, z.record(z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "must be a label such as main"), Later))
    .default({}),
  /** Services whose service-linked role is in the account already: IAM refuses to make a second one. */
  existingRoles: z
    .array(z.enum(Object.keys(SERVICE_LINKED_ROLES) as (keyof typeof SERVICE_LINKED_ROLES)[]))
    .default([]),
  features: z
    .strictObject({
      account: AccountSettings.prefault({}),
      config: z.strictObject(rules).prefault({}),
      guardDuty: GuardDutySettings.pick({ enabled: true, plans: true, notOffered: true }).prefault({}),
      inspector: InspectorSettings.pick({ enabled: true, resourceTypes: true, notIn: true }).prefault({}),
      securityHub: z
        .strictObject({ enabled: On, disabledControls: SecurityHubSettings.shape.disabledControls })
        .prefault({}),
      systemsManager: SystemsManagerSettings.pick({
        enabled: true,
        hostManagement: true,
        inventory: true,
        patchScan: true,
      }).prefault({}),
    })
    .prefault({}),
});

/** What a team asks of the component, with the defaults of the organization's own baseline. */
export const BaselineArgs = z.discriminatedUnion("owns", [WholeAccount, Additions]).superRefine((value, context) => {
  const issue = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
  checkRegions({ ...value, partition: partitionOf(value.homeRegion) }, issue);
  const { config } = value.features;
  for (const { path, message } of ConfigSettings.safeParse(config).error?.issues ?? []) {
    issue(["features", "config", ...(path as (string | number)[])], message);
  }
  if (value.owns === "additions") return;
  const { archive, vpcs, standards, features } = value;
  if (archive === undefined) {
    for (const list of ["rules", "policies"] as const) {
      if (config[list].length > 0) issue(["features", "config", list], "need archive: nothing is recorded without it");
    }
  }
  for (const region of Object.keys(vpcs)) {
    if (!value.regions.includes(region)) issue(["vpcs", region], `is not one of regions (${value.regions.join(", ")})`);
  }
  for (const [index, control] of features.securityHub.disabledControls.entries()) {
    for (const [place, standard] of control.standards.entries()) {
      if (standards.includes(standard)) continue;
      const path = ["features", "securityHub", "disabledControls", index, "standards", place];
      issue(path, `${standard} is not one of standards (${standards.join(", ")})`);
    }
  }
});
export type BaselineArgs = z.input<typeof BaselineArgs>;

/** The arguments with their defaults filled in. */
export type Asked = z.output<typeof BaselineArgs>;
export type AskedAccount = Extract<Asked, { owns: "account" }>;
