import { z } from "zod";
import { Region } from "./identifiers.ts";

/** Names of the audit pack's rules. */
export const AuditRuleName = z.enum([
  "account-in-organization",
  "users-in-groups",
  "log-retention",
  "log-encryption",
  "backup-retention",
  "backup-deletion",
  "secret-keys",
  "findings-handled",
  "required-tags",
  "approved-images",
  "instance-types",
]);
export type AuditRuleName = z.infer<typeof AuditRuleName>;

const Days = z.int().min(1).max(3653);
const TagKey = z.string().regex(/^[\w .:/=+@-]{1,128}$/, "must be the key of a tag");

/** What the audit conformance pack asks for. A rule without which an account works as well is there once its setting names something. */
const AuditPack = z.strictObject({
  enabled: z.boolean().default(true),
  /** One of the periods that CloudWatch Logs knows. */
  logRetentionDays: z
    .union(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827, 3653].map((days) => z.literal(days)),
      { error: "must be a retention period of CloudWatch Logs in days, such as 365" },
    )
    .default(365),
  backupRetentionDays: Days.default(35),
  /** Days within which somebody has to have archived a GuardDuty finding. */
  findingDays: z.strictObject({ high: Days.default(1), medium: Days.default(7), low: Days.default(30) }).prefault({}),
  /** Tags that resources have to have. */
  requiredTags: z.array(TagKey).max(6).default([]),
  /** Tags of machine images of which instances may be made: `key` or `key:value`. */
  approvedImageTags: z.array(TagKey).max(10).default([]),
  /** Types that instances may have, such as `m7i.large`. */
  instanceTypes: z.array(z.string().regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, "must be an instance type")).default([]),
  /** Rules that are not wanted, or that a region does not offer; in every region when none is named. */
  leaveOut: z.array(z.strictObject({ rule: AuditRuleName, regions: z.array(Region).min(1).optional() })).default([]),
});

const shared = {
  name: z.string().regex(/^[a-z][a-z0-9-]{0,99}$/, "must be letters, digits and dashes, such as log-retention"),
  description: z.string().min(1).max(256).optional(),
  /** In every region when left out, unless all of the resource types are IAM's, which are recorded in the home region. */
  homeRegionOnly: z.boolean().default(false),
};
const ResourceType = z.string().regex(/^AWS::\w+::\w+$/, "must be a resource type such as AWS::EC2::Instance");

/** A rule that AWS has made: its identifier is in the AWS Config Developer Guide, "List of AWS Config Managed Rules". */
const ManagedRule = z.strictObject({
  ...shared,
  identifier: z.string().regex(/^[A-Z][A-Z0-9_]{0,255}$/, "must be the identifier of a managed rule"),
  parameters: z.record(z.string().min(1), z.union([z.string().min(1), z.number(), z.boolean()])).default({}),
  resourceTypes: z.array(ResourceType).max(100).default([]),
  /** How often a periodic rule is evaluated; AWS refuses it for others. */
  frequency: z.enum(["One_Hour", "Three_Hours", "Six_Hours", "Twelve_Hours", "TwentyFour_Hours"]).optional(),
});
export type ManagedRule = z.infer<typeof ManagedRule>;

/** A rule in the language Guard, evaluated whenever a resource of its types changes. */
const GuardPolicy = z.strictObject({
  ...shared,
  policy: z.string().min(1).max(10_000),
  resourceTypes: z.array(ResourceType).min(1).max(100),
});
export type GuardPolicy = z.infer<typeof GuardPolicy>;

/**
 * AWS Config beyond the recording of members, which Security Hub's standards need and no setting ends: the organization's view, the recording
 * of the core accounts, the audit pack, and rules of the organization's own.
 */
export const ConfigSettings = z
  .strictObject({
    enabled: z.boolean().default(true),
    /** Recording of the management account, the security account and the log archive, by the admin stack. */
    coreAccounts: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
    auditPack: AuditPack.prefault({}),
    rules: z.array(ManagedRule).default([]),
    policies: z.array(GuardPolicy).default([]),
  })
  .superRefine(({ rules, policies }, context) => {
    const seen = new Set<string>();
    for (const [list, entries] of Object.entries({ rules, policies })) {
      for (const [index, { name }] of entries.entries()) {
        if (seen.has(name)) {
          context.addIssue({ code: "custom", path: [list, index, "name"], message: `another rule is named ${name}` });
        }
        seen.add(name);
      }
    }
  });
export type ConfigSettings = z.infer<typeof ConfigSettings>;
