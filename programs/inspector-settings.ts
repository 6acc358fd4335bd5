import { z } from "zod";
import { AccountId, Region } from "./identifiers.ts";

/** What Inspector scans (Inspector API, ResourceScanType). */
export const ScanType = z.enum(["EC2", "ECR", "LAMBDA", "LAMBDA_CODE", "CODE_REPOSITORY"]);
export type ScanType = z.infer<typeof ScanType>;

/** Scans without those that cannot be: Inspector reads a function's code only where it scans functions. */
const ScanTypes = z.array(ScanType).superRefine((types, context) => {
  for (const [index, type] of types.entries()) {
    const custom = (message: string) => context.addIssue({ code: "custom", path: [index], message });
    if (types.indexOf(type) !== index) custom(`names ${type} twice`);
    if (type === "LAMBDA_CODE" && !types.includes("LAMBDA")) custom("LAMBDA_CODE needs LAMBDA beside it");
  }
});

const Day = z.enum(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);

/** When a scan starts: a time of day, 24 hours, in a time zone such as `Europe/Zurich`. */
const startTime = {
  at: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 03:30"),
  timeZone: z.string().refine(isTimeZone, "must be a time zone such as UTC or Europe/Zurich").default("UTC"),
};

const Schedule = z.discriminatedUnion("every", [
  z.strictObject({ every: z.literal("day"), ...startTime }),
  z.strictObject({ every: z.literal("week"), days: z.array(Day).min(1).max(7), ...startTime }),
  /** Once a month, on such a day. */
  z.strictObject({ every: z.literal("month"), day: Day, ...startTime }),
]);

/** Scans of instances against the CIS benchmark of their operating system. The limits are those of CreateCisScanConfiguration. */
const CisScan = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, "must be letters, digits and dashes, such as weekly"),
  level: z.enum(["LEVEL_1", "LEVEL_2"]).default("LEVEL_1"),
  schedule: Schedule,
  /** All of the organization's when left out. */
  accounts: z.array(AccountId).min(1).optional(),
  /** An instance is scanned that has one of these tags with one of its values. */
  tags: z
    .record(z.string().min(1).max(128), z.array(z.string().min(1).max(256)).min(1).max(5))
    .refine((tags) => Object.keys(tags).length >= 1 && Object.keys(tags).length <= 5, "must name one to five tags"),
});
export type CisScan = z.infer<typeof CisScan>;

/**
 * Amazon Inspector. To switch it off where it was on, deploy the accounts first and the admin stack last: only the delegated
 * administrator can switch a member's scans off.
 */
export const InspectorSettings = z.strictObject({
  enabled: z.boolean().default(true),
  resourceTypes: ScanTypes.min(1).default(["EC2", "ECR", "LAMBDA"]),
  /** What AWS switches on by itself in an account that joins the organization. Nothing, since the baselines own their accounts' scans. */
  autoEnable: ScanTypes.default([]),
  /** Configured regions in which AWS offers no Inspector. */
  notIn: z.array(Region).default([]),
  cisScans: z
    .array(CisScan)
    .default([])
    .refine((scans) => new Set(scans.map(({ name }) => name)).size === scans.length, "names must differ"),
});
export type InspectorSettings = z.infer<typeof InspectorSettings>;

/** Whether Inspector is wanted in a region. */
export function isInspected({ enabled, notIn }: Pick<InspectorSettings, "enabled" | "notIn">, region: string): boolean {
  return enabled && !notIn.includes(region);
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
