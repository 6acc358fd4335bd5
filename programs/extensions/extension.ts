import type { ArchiveRuleArgs } from "@pulumi/aws/accessanalyzer/archiveRule.js";
import type { ConformancePackArgs } from "@pulumi/aws/cfg/conformancePack.js";
import type { RuleArgs } from "@pulumi/aws/cfg/rule.js";
import type { AutomationRuleArgs } from "@pulumi/aws/securityhub/automationRule.js";
import type { AssociationArgs } from "@pulumi/aws/ssm/association.js";
import { z } from "zod";
import type { FeatureSettings } from "../feature-settings.ts";

/** One resource, as data, so that the service can check an entry without loading Pulumi. */
interface Declared<Type extends string, Args> {
  readonly type: Type;
  readonly name: string;
  readonly region: string;
  readonly wanted: Omit<Args, "region">;
}

/** What an extension adds to the baseline of one account. */
export type ExtensionResource =
  | Declared<"aws:accessanalyzer/archiveRule:ArchiveRule", ArchiveRuleArgs>
  | Declared<"aws:cfg/rule:Rule", RuleArgs>
  | Declared<"aws:cfg/conformancePack:ConformancePack", ConformancePackArgs>
  | Declared<"aws:securityhub/automationRule:AutomationRule", AutomationRuleArgs>
  | Declared<"aws:ssm/association:Association", AssociationArgs>;

/** What of the organization's settings decides on an entry. */
export interface ExtensionSettings {
  readonly homeRegion: string;
  readonly regions: readonly string[];
  readonly standards: readonly string[];
  readonly features: FeatureSettings;
}

/** The account that an extension is for. */
export interface ExtensionTarget {
  readonly accountId: string;
  readonly homeRegion: string;
  /** The regions that the account's baseline covers. */
  readonly regions: readonly string[];
  /** What the admin stack has told. */
  readonly admin: { readonly analyzerArns?: Readonly<Record<string, string>> | undefined };
}

/** What an extension may not do, and which rule of the organization says so. */
export interface Refusal {
  /** Path within the entry. */
  readonly field: string;
  readonly message: string;
  readonly allowed: string;
}

/** One type of entry that a team may put on its accounts: all there is to know of it. */
export interface ExtensionType<Entry> {
  readonly title: string;
  /** One sentence: what a team gets. */
  readonly what: string;
  /** Whether it weakens what the organization set: then it needs an approver, and has `reason` and `expires`. */
  readonly weakens?: true;
  readonly schema: z.ZodType<Entry>;
  readonly example: Entry;
  /** What the settings of the organization have against the entry; empty where nothing. */
  refusals(entry: Entry, settings: ExtensionSettings): readonly Refusal[];
  /**
   * What it declares in an account, where that is resources of its own. Regions that the account has not enabled are left out. Entries
   * without it have their part in the program of the feature that they extend.
   */
  resources?(entry: Entry, target: ExtensionTarget): readonly ExtensionResource[];
  /** What undoes it after its end, where it would not be undone by its resources' going. */
  resourcesAfter?(entry: Entry, target: ExtensionTarget): readonly ExtensionResource[];
}

/** Fields of every entry. */
export const entryFields = {
  /** Unique among the entries of its type. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,40}$/, "must be 1 to 41 lower-case letters, digits and dashes, beginning with a letter")
    .meta({ description: "Unique among the entries of its type; part of the name that AWS shows." }),
  regions: z
    .array(z.string().min(1))
    .min(1, "must name at least one region")
    .optional()
    .meta({ description: "Some of the account's regions. Left out: all of them." }),
};

/** Regions that the organization does not cover: nothing is recorded there that a rule could look at. */
export function regionRefusals(
  regions: readonly string[] | undefined,
  settings: Pick<ExtensionSettings, "regions">,
): Refusal[] {
  return (regions ?? []).flatMap((region, index) =>
    settings.regions.includes(region)
      ? []
      : [
          {
            field: `regions.${index}`,
            message: `${region} is not a region of the organization's settings, so nothing is recorded there`,
            allowed: settings.regions.join(", "),
          },
        ],
  );
}

/** The regions of an entry that the account has. */
export function regionsOfEntry(
  regions: readonly string[] | undefined,
  target: Pick<ExtensionTarget, "regions">,
): readonly string[] {
  return regions === undefined ? target.regions : target.regions.filter((region) => regions.includes(region));
}
