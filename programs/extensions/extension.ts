import type { ConformancePackArgs } from "@pulumi/aws/cfg/conformancePack.js";
import type { RuleArgs } from "@pulumi/aws/cfg/rule.js";
import { z } from "zod";

/** What an extension adds to the baseline of one account, as data, so that the service can check one without loading Pulumi. */
export type ExtensionResource =
  | {
      readonly type: "aws:cfg/rule:Rule";
      readonly name: string;
      readonly region: string;
      readonly wanted: Omit<RuleArgs, "region">;
    }
  | {
      readonly type: "aws:cfg/conformancePack:ConformancePack";
      readonly name: string;
      readonly region: string;
      readonly wanted: Omit<ConformancePackArgs, "region">;
    };

/** The account that an extension is for. */
export interface ExtensionTarget {
  readonly homeRegion: string;
  /** The regions that the account's baseline covers. */
  readonly regions: readonly string[];
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
  readonly schema: z.ZodType<Entry>;
  readonly example: Entry;
  /** What the settings of the organization have against the entry; empty where nothing. */
  refusals(entry: Entry, settings: ExtensionTarget): readonly Refusal[];
  /** What it declares in an account. Regions that the account has not enabled are left out. */
  resources(entry: Entry, target: ExtensionTarget): readonly ExtensionResource[];
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
export function regionRefusals(regions: readonly string[] | undefined, settings: ExtensionTarget): Refusal[] {
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
export function regionsOfEntry(regions: readonly string[] | undefined, target: ExtensionTarget): readonly string[] {
  return regions === undefined ? target.regions : target.regions.filter((region) => regions.includes(region));
}
