import { z } from "zod";
import { alertRoute } from "./alert-route.ts";
import { archiveRule } from "./archive-rule.ts";
import { configRule } from "./config-rule.ts";
import { conformancePack } from "./conformance-pack.ts";
import { exception } from "./exception.ts";
import type { ExtensionResource, ExtensionSettings, ExtensionTarget, ExtensionType, Refusal } from "./extension.ts";
import { guardDutyFeature } from "./guardduty-feature.ts";
import { remediationOff } from "./remediation-off.ts";
import { remediationPolicy } from "./remediation-policy.ts";
import { ssmAssociation } from "./ssm-association.ts";
import { suppression } from "./suppression.ts";

/** The types of entries, by the name that an entry gives as `type`. */
export const EXTENSION_TYPES = {
  configRule,
  conformancePack,
  alertRoute,
  archiveRule,
  guardDutyFeature,
  remediationPolicy,
  ssmAssociation,
  exception,
  remediationOff,
  suppression,
} as const;

/** One entry. */
export const Extension = z.discriminatedUnion(
  "type",
  [
    configRule.schema,
    conformancePack.schema,
    alertRoute.schema,
    archiveRule.schema,
    guardDutyFeature.schema,
    remediationPolicy.schema,
    ssmAssociation.schema,
    exception.schema,
    remediationOff.schema,
    suppression.schema,
  ],
  {
    error: (issue) =>
      issue.code === "invalid_union" ? `must be one of ${Object.keys(EXTENSION_TYPES).join(", ")}` : undefined,
  },
);
export type Extension = z.infer<typeof Extension>;

/** An entry that weakens: somebody has to approve it, and it ends. */
export type WeakeningExtension = Extract<Extension, { expires: string }>;

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
export function refusals(entries: readonly Extension[], settings: ExtensionSettings): Refusal[] {
  return entries.flatMap((entry, index) =>
    typeOf(entry)
      .refusals(entry, settings)
      .map((refusal) => ({ ...refusal, field: `${index}.${refusal.field}` })),
  );
}

/** What an entry declares in an account as resources of its own. */
export function resourcesOf(entry: Extension, target: ExtensionTarget): readonly ExtensionResource[] {
  return typeOf(entry).resources?.(entry, target) ?? [];
}

/** What undoes an entry that has ended. */
export function resourcesAfter(entry: Extension, target: ExtensionTarget): readonly ExtensionResource[] {
  return typeOf(entry).resourcesAfter?.(entry, target) ?? [];
}

export function weakens(entry: Extension): entry is WeakeningExtension {
  return typeOf(entry).weakens === true;
}

/** The entries of one type. */
export function entriesOf<Type extends Extension["type"]>(
  entries: readonly Extension[],
  type: Type,
): Extract<Extension, { type: Type }>[] {
  return entries.filter((entry): entry is Extract<Extension, { type: Type }> => entry.type === type);
}

/** The table gives each entry the type of its own name, which the compiler can't see. */
function typeOf(entry: Extension): ExtensionType<Extension> {
  return EXTENSION_TYPES[entry.type] as unknown as ExtensionType<Extension>;
}
