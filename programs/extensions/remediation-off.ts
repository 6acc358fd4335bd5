import { z } from "zod";
import { type ExtensionType, entryFields } from "./extension.ts";
import { RemediationId, remediationRefusals } from "./remediation-policy.ts";
import { weakeningFields } from "./weakening.ts";

const { regions: _everywhere, ...fields } = entryFields;

const RemediationOffEntry = z.strictObject({
  type: z.literal("remediationOff"),
  ...fields,
  remediation: RemediationId.meta({ description: "Which remediation is off in the account." }),
  ...weakeningFields,
});
export type RemediationOffEntry = z.infer<typeof RemediationOffEntry>;

/** A remediation does nothing in the account. What responds to findings reads until when, and goes on by itself from then. */
export const remediationOff = {
  title: "Remediation off",
  what: "A remediation does nothing in the account for a time.",
  weakens: true,
  schema: RemediationOffEntry,
  example: {
    type: "remediationOff",
    name: "migration",
    remediation: "s3-public-access-block",
    reason: "Buckets are moved by a tool that sets the block itself at its end",
    expires: "2030-01-15T00:00:00Z",
  },
  refusals: ({ remediation }, { features }) => remediationRefusals(remediation, features.remediations),
} satisfies ExtensionType<RemediationOffEntry>;
