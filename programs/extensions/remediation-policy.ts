import { z } from "zod";
import { type RemediationSettings, remediationsOf } from "../remediation-settings.ts";
import { type ExtensionType, entryFields, type Refusal } from "./extension.ts";
import { type AccountMode, type RemediationMode, stricterMode } from "./remediation-mode.ts";

/** Of a remediation, as the folder of its manifest is named. */
export const RemediationId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,63}$/, "must be a remediation's id such as s3-public-access-block");

const { regions: _everywhere, ...fields } = entryFields;

const RemediationPolicyEntry = z.strictObject({
  type: z.literal("remediationPolicy"),
  ...fields,
  remediation: RemediationId.meta({ description: "Which remediation." }),
  mode: z
    .enum(["alert", "ask", "automatic"], { error: "must be one of alert, ask, automatic" })
    .meta({ description: "What happens at least: somebody is told, or asked, or it is remediated at once." }),
});
type RemediationPolicyEntry = z.infer<typeof RemediationPolicyEntry>;

/**
 * How far a remediation goes in the account, at least. The organization's mode holds where it is stricter, so that an entry never weakens
 * it, whatever the organization chooses later.
 */
export const remediationPolicy = {
  title: "Remediation policy",
  what: "A remediation goes further in the account than the organization asks for: it tells, asks, or mends at once.",
  schema: RemediationPolicyEntry,
  example: {
    type: "remediationPolicy",
    name: "buckets-at-once",
    remediation: "s3-public-access-block",
    mode: "automatic",
  },
  refusals: ({ remediation }, { features }) => remediationRefusals(remediation, features.remediations),
} satisfies ExtensionType<RemediationPolicyEntry>;

/** Of remediations that the organization does not have: without their roles nothing could come of an entry. */
export function remediationRefusals(remediation: string, settings: RemediationSettings): Refusal[] {
  const there = remediationsOf(settings).map(({ name }) => name);
  if (there.includes(remediation)) return [];
  const message = `the organization has no remediation ${remediation}: there is none, or features.remediations switches it off`;
  return [{ field: "remediation", message, allowed: there.join(", ") || "none" }];
}

/** What the account's entries say of each remediation, the strictest where there are several, and the longest off. By id, in order. */
export function accountModes(
  policies: readonly RemediationPolicyEntry[],
  off: readonly { readonly remediation: string; readonly expires: string }[],
): Readonly<Record<string, AccountMode>> {
  const ids = [...new Set([...policies, ...off].map(({ remediation }) => remediation))].sort();
  return Object.fromEntries(
    ids.map((id) => {
      const modes = policies.filter(({ remediation }) => remediation === id).map(({ mode }) => mode);
      const ends = off.filter(({ remediation }) => remediation === id).map(({ expires }) => Date.parse(expires));
      const mode: AccountMode = {
        ...(modes.length === 0 ? {} : { atLeast: modes.reduce<RemediationMode>(stricterMode, "off") }),
        ...(ends.length === 0 ? {} : { offUntil: new Date(Math.max(...ends)).toISOString() }),
      };
      return [id, mode];
    }),
  );
}
