import { z } from "zod";
import { AccountId } from "./identifiers.ts";

const RPM = ["PRODUCT", "CLASSIFICATION", "SEVERITY"] as const;
const DEB = ["PRODUCT", "PRIORITY", "SECTION"] as const;

/**
 * The filters that a patch baseline's rules may have, by operating system (Systems Manager API reference, "PatchFilter"; PATCH_SET is
 * left out: it is there for Microsoft's applications and changes what else a rule may say).
 */
const FILTERS = {
  ALMA_LINUX: RPM,
  AMAZON_LINUX_2: RPM,
  AMAZON_LINUX_2023: RPM,
  CENTOS: RPM,
  DEBIAN: DEB,
  MACOS: ["PRODUCT", "CLASSIFICATION"],
  ORACLE_LINUX: RPM,
  RASPBIAN: DEB,
  REDHAT_ENTERPRISE_LINUX: RPM,
  ROCKY_LINUX: RPM,
  SUSE: RPM,
  UBUNTU: DEB,
  WINDOWS: ["PRODUCT", "PRODUCT_FAMILY", "CLASSIFICATION", "MSRC_SEVERITY"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** The operating systems of patch baselines, as Patch Manager names them. */
export const PatchedSystem = z.enum(Object.keys(FILTERS) as [keyof typeof FILTERS, ...(keyof typeof FILTERS)[]]);
export type PatchedSystem = z.infer<typeof PatchedSystem>;

/** Of these, Patch Manager knows no dates of release, so that they can't be approved later ("PatchRule", `ApproveAfterDays`). */
const UNDATED: readonly PatchedSystem[] = ["DEBIAN", "UBUNTU"];
/** Of these, it installs security updates only ("PatchRule", `EnableNonSecurity`). */
const SECURITY_ONLY: readonly PatchedSystem[] = ["WINDOWS", "MACOS"];

const Label = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "must be lower-case letters, digits and hyphens, at most 40");
const Texts = z.array(z.string().min(1).max(64)).min(1).max(20);
const Limit = z.string().regex(/^([1-9]\d{0,5}|[1-9]\d?%|100%)$/, "must be a number, or a share such as 10%");

const ApprovalRule = z.strictObject({
  /** Filters by key, such as `{"CLASSIFICATION": ["Security"], "SEVERITY": ["Critical", "Important"]}`; `*` is any value. */
  filters: z
    .record(z.string(), Texts)
    .refine((filters) => Object.keys(filters).length > 0, "must have at least one filter"),
  /** Days after its release until a patch is approved. */
  approveAfterDays: z.int().min(0).max(360).optional(),
  /** How bad it is that a host lacks a patch of this rule. */
  complianceLevel: z.enum(["CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL", "UNSPECIFIED"]).default("UNSPECIFIED"),
  enableNonSecurity: z.boolean().default(false),
});

/** Days until a patch is approved, where a rule does not say: as AWS's own baselines have it. */
const USUAL_DAYS = 7;

const Baseline = z.strictObject({
  name: Label,
  operatingSystem: PatchedSystem,
  rules: z.array(ApprovalRule).min(1).max(10),
  /** Patches that are never installed, by the names that the operating system gives them. */
  rejectedPatches: z.array(z.string().min(1).max(100)).max(50).default([]),
  /** Hosts whose patch group has no baseline of its own have this one. */
  default: z.boolean().default(true),
  /** Values of the tag `PatchGroup` (or `Patch Group`) of hosts that have this baseline. */
  patchGroups: z.array(z.string().regex(/^[\w .:/=+@-]{1,256}$/)).default([]),
});
export type PatchBaselineSettings = z.infer<typeof Baseline>;

const Window = z
  .strictObject({
    name: Label,
    /** Accounts that have the window, by environment and by id; every account, if both are empty. */
    environments: z.array(z.string().min(1)).default([]),
    accounts: z.array(AccountId).default([]),
    /** For example `cron(0 3 ? * SUN *)`. */
    schedule: z.string().regex(/^(cron|rate|at)\(.{1,240}\)$/, "must be cron(...), rate(...) or at(...)"),
    /** Of the IANA database. */
    timezone: z
      .string()
      .regex(/^[\w+/-]{1,64}$/)
      .default("Etc/UTC"),
    hours: z.int().min(1).max(24).default(4),
    /** So many hours before its end, no host is begun with any more. */
    cutoffHours: z.int().min(0).max(23).default(1),
    /** The tag by which hosts take part: nothing is installed on a host without it. Values are the window's name, unless given. */
    tag: z
      .strictObject({
        key: z
          .string()
          .regex(/^[\w .:/=+@-]{1,127}$/)
          .default("PatchWindow"),
        values: z.array(z.string().min(1).max(256)).max(50).default([]),
      })
      .prefault({}),
    maxConcurrency: Limit.default("10%"),
    maxErrors: Limit.default("10%"),
    reboot: z.enum(["RebootIfNeeded", "NoReboot"]).default("RebootIfNeeded"),
  })
  .refine(({ hours, cutoffHours }) => cutoffHours < hours, {
    path: ["cutoffHours"],
    error: "must be less than the hours of the window",
  });
export type PatchWindow = z.infer<typeof Window>;

/**
 * Which patches hosts should have, and when they are installed. Without anything here, AWS's own baselines decide, and hosts are looked at
 * only: when a host may change and reboot is for those to say who run it, environment by environment.
 */
export const PatchingSettings = z
  .strictObject({
    enabled: z.boolean().default(true),
    baselines: z.array(Baseline).default([]),
    windows: z.array(Window).default([]),
  })
  .superRefine(({ baselines, windows }, context) => {
    const issue = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
    const taken = new Set<string>();
    const once = (path: (string | number)[], what: string) => {
      if (taken.has(what)) issue(path, `there is another ${what}`);
      taken.add(what);
    };
    for (const [index, baseline] of baselines.entries()) {
      const { name, operatingSystem: system, patchGroups } = baseline;
      const path = ["baselines", index];
      once([...path, "name"], `baseline ${name}`);
      if (baseline.default) once([...path, "default"], `default baseline of ${system}`);
      for (const [group, value] of patchGroups.entries()) {
        once([...path, "patchGroups", group], `baseline of ${system} for the patch group ${value}`);
      }
      for (const [rule, wanted] of baseline.rules.entries()) {
        for (const [field, problem] of ruleProblems(system, wanted)) issue([...path, "rules", rule, ...field], problem);
      }
    }
    for (const [index, { name }] of windows.entries()) once(["windows", index, "name"], `window ${name}`);
  });
export type PatchingSettings = z.infer<typeof PatchingSettings>;

type Problem = readonly [field: readonly string[], problem: string];

/** What AWS refuses of a rule for an operating system. */
function ruleProblems(system: PatchedSystem, rule: z.infer<typeof ApprovalRule>): Problem[] {
  const known: readonly string[] = FILTERS[system];
  const problems = Object.keys(rule.filters)
    .filter((key) => !known.includes(key))
    .map((key): Problem => [["filters", key], `is no filter of ${system}: use ${known.join(", ")}`]);
  if (UNDATED.includes(system) && (rule.approveAfterDays ?? 0) !== 0) {
    problems.push([["approveAfterDays"], `must be left out for ${system}, whose patches have no date of release`]);
  }
  if (SECURITY_ONLY.includes(system) && rule.enableNonSecurity) {
    problems.push([["enableNonSecurity"], `must be false for ${system}`]);
  }
  return problems;
}

/** After how many days a rule approves a patch. */
export function approvalDays(system: PatchedSystem, rule: z.infer<typeof ApprovalRule>): number {
  return rule.approveAfterDays ?? (UNDATED.includes(system) ? 0 : USUAL_DAYS);
}

/** Whether an account has a window. */
export function hasWindow(
  { environments, accounts }: Pick<PatchWindow, "environments" | "accounts">,
  { accountId, environment }: { readonly accountId: string; readonly environment?: string | undefined },
): boolean {
  if (environments.length === 0 && accounts.length === 0) return true;
  return accounts.includes(accountId) || (environment !== undefined && environments.includes(environment));
}
