import { z } from "zod";
import { Region } from "./identifiers.ts";
import { checkNetworks } from "./network.ts";

// Twenty values a criterion, a hundred rules an analyzer (IAM User Guide, "IAM Access Analyzer quotas").
const Values = z.array(z.string().min(1)).min(1).max(20);

/** One condition of an archive rule. */
const Criterion = z
  .strictObject({
    /** Such as `principal.AWS`, `resourceType` or `isPublic` (IAM User Guide, "IAM Access Analyzer filter keys"). */
    key: z.string().regex(/^[A-Za-z][\w.:/-]*$/, "must be a filter key such as principal.AWS"),
    equals: Values.optional(),
    notEquals: Values.optional(),
    contains: Values.optional(),
    exists: z.boolean().optional(),
  })
  .refine((criterion) => Object.keys(criterion).length > 1, { error: "must have a condition on the key" })
  .superRefine(({ key, equals, notEquals }, context) => {
    if (!/^condition\.aws:(vpc)?sourceip$/i.test(key)) return;
    for (const [field, values] of Object.entries({ equals, notEquals })) checkNetworks(values, [field], context);
  });

/** Findings about what is known and meant: archived as they come. */
const ArchiveRule = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_.-]{0,246}$/,
      "must start with a letter and hold letters, digits, dots, dashes, underscores",
    ),
  criteria: z.array(Criterion).min(1),
  /** Which kind of analyzer archives by it. */
  analyzer: z.enum(["external", "unused"]).default("external"),
  /** Every region of that analyzer where absent. */
  regions: z.array(Region).min(1).optional(),
});
export type ArchiveRuleSetting = z.infer<typeof ArchiveRule>;

/** The section `features.accessAnalyzer`. Switched off as a whole, no analyzer is left; the delegation to the security account stays. */
export const AccessAnalyzerSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** What roles, users and permissions nobody uses. AWS charges for each role and user in a month, so it is asked for, and in one region. */
  unusedAccess: z
    .strictObject({
      enabled: z.boolean().default(false),
      /** The home region where absent. */
      region: Region.optional(),
      /** Days without use. */
      age: z.int().min(1).max(365).default(90),
    })
    .prefault({}),
  archiveRules: z
    .array(ArchiveRule)
    .max(100)
    .default([])
    .refine((rules) => new Set(rules.map(({ name, analyzer }) => `${analyzer} ${name}`)).size === rules.length, {
      error: "must not name two rules of one analyzer the same",
    }),
});

interface Checked {
  readonly homeRegion: string;
  readonly features: { readonly accessAnalyzer: AccessAnalyzerSettings };
}

/** Refuses archive rules of an analyzer that is not there: nothing would archive by them. Paths are those of the organization's settings. */
export function checkArchiveRules(
  { homeRegion, features }: Checked,
  issue: (path: (string | number)[], message: string) => void,
): void {
  const { enabled, unusedAccess, archiveRules } = features.accessAnalyzer;
  if (!enabled) return;
  const place = unusedAccess.region ?? homeRegion;
  for (const [index, { analyzer, regions = [] }] of archiveRules.entries()) {
    if (analyzer !== "unused") continue;
    const path = ["features", "accessAnalyzer", "archiveRules", index];
    if (!unusedAccess.enabled) {
      issue(
        [...path, "analyzer"],
        "is the analyzer of unused access, which features.accessAnalyzer.unusedAccess switches off",
      );
      continue;
    }
    for (const [at, region] of regions.entries()) {
      if (region !== place) issue([...path, "regions", at], `the analyzer of unused access is in ${place} alone`);
    }
  }
}
export type AccessAnalyzerSettings = z.infer<typeof AccessAnalyzerSettings>;
