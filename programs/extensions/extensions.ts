import { z } from "zod";
import { configRule } from "./config-rule.ts";
import { conformancePack } from "./conformance-pack.ts";
import type { ExtensionResource, ExtensionTarget, Refusal } from "./extension.ts";

/** The types of entries, by the name that an entry gives as `type`. */
export const EXTENSION_TYPES = { configRule, conformancePack } as const;

/** One entry. */
export const Extension = z.discriminatedUnion("type", [configRule.schema, conformancePack.schema], {
  error: (issue) =>
    issue.code === "invalid_union" ? `must be one of ${Object.keys(EXTENSION_TYPES).join(", ")}` : undefined,
});
export type Extension = z.infer<typeof Extension>;

/** So many entries may be on an account: each costs resources in every region. */
const MOST = 25;

/** What is on an account. Names are unique among the entries of a type. */
export const Extensions = z
  .array(Extension)
  .max(MOST, `may hold ${MOST} entries at most`)
  .superRefine((entries, context) => {
    const seen = new Set<string>();
    for (const [index, { type, name }] of entries.entries()) {
      if (seen.has(`${type} ${name}`)) {
        const message = `there is another ${type} of the name ${name}`;
        context.addIssue({ code: "custom", path: [index, "name"], message });
      }
      seen.add(`${type} ${name}`);
    }
  });

/** What the settings of the organization have against the entries, with paths from their list; empty where nothing. */
export function refusals(entries: readonly Extension[], settings: ExtensionTarget): Refusal[] {
  return entries.flatMap((entry, index) =>
    refusalsOf(entry, settings).map((refusal) => ({ ...refusal, field: `${index}.${refusal.field}` })),
  );
}

function refusalsOf(entry: Extension, settings: ExtensionTarget): readonly Refusal[] {
  switch (entry.type) {
    case "configRule":
      return configRule.refusals(entry, settings);
    case "conformancePack":
      return conformancePack.refusals(entry, settings);
  }
}

/** What an entry declares in an account. */
export function resourcesOf(entry: Extension, target: ExtensionTarget): readonly ExtensionResource[] {
  switch (entry.type) {
    case "configRule":
      return configRule.resources(entry, target);
    case "conformancePack":
      return conformancePack.resources(entry, target);
  }
}
