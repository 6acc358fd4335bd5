import { z } from "zod";
import { type ExtensionType, entryFields } from "./extension.ts";
import { REMEDIATION_MODES, type RemediationMode, stricterMode } from "./remediation-mode.ts";

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
  refusals: () => [],
} satisfies ExtensionType<RemediationPolicyEntry>;

/** What a team says of one remediation, as what responds to findings reads it. */
export interface AccountMode {
  /** At least this; see `stricterMode`. */
  readonly atLeast?: RemediationMode;
}

/** What the account's entries say of each remediation, the strictest where there are several. By id, in order. */
export function accountModes(entries: readonly RemediationPolicyEntry[]): Readonly<Record<string, AccountMode>> {
  const modes = new Map<string, RemediationMode>();
  for (const { remediation, mode } of entries) {
    modes.set(remediation, stricterMode(modes.get(remediation) ?? REMEDIATION_MODES[0], mode));
  }
  return Object.fromEntries(
    [...modes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([remediation, atLeast]) => [remediation, { atLeast }]),
  );
}
