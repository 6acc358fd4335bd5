import { z } from "zod";
import { ControlId } from "../security-hub-settings.ts";
import { StandardName } from "../standards.ts";
import { type ExtensionSettings, type ExtensionType, entryFields, type Refusal, regionRefusals } from "./extension.ts";
import { weakeningFields } from "./weakening.ts";

const ExceptionEntry = z.strictObject({
  type: z.literal("exception"),
  ...entryFields,
  control: ControlId.meta({ description: "The control of Security Hub that does not hold for the account." }),
  standards: z
    .array(StandardName)
    .min(1)
    .meta({ description: "Of the organization's standards, those that have the control and in which it is off." }),
  ...weakeningFields,
});
export type ExceptionEntry = z.infer<typeof ExceptionEntry>;

/**
 * A control is off in the account's own standards: Security Hub archives its findings and makes no more. Its end switches the control on
 * again. What the organization has decided about a control, one way or the other, no account decides anew; guardrails and central
 * policies aren't the account's own.
 */
export const exception = {
  title: "Exception",
  what: "A control of Security Hub is off in the account's standards for a time.",
  weakens: true,
  schema: ExceptionEntry,
  example: {
    type: "exception",
    name: "no-hardware-mfa",
    control: "IAM.6",
    standards: ["fsbp-1.0.0"],
    reason: "The new hardware tokens are ordered and come in February",
    expires: "2030-02-28T00:00:00Z",
  },
  refusals: (entry, settings) => [
    ...regionRefusals(entry.regions, settings),
    ...controlRefusals(entry, settings),
    ...entry.standards.flatMap((standard, index): Refusal[] =>
      settings.standards.includes(standard)
        ? []
        : [
            {
              field: `standards.${index}`,
              message: `${standard} is not a standard of the organization's settings (standards)`,
              allowed: settings.standards.join(", "),
            },
          ],
    ),
  ],
} satisfies ExtensionType<ExceptionEntry>;

function controlRefusals({ control }: ExceptionEntry, { features }: ExtensionSettings): Refusal[] {
  const { mode, disabledControls } = features.securityHub;
  if (mode === "central") {
    const message =
      "configuration policies of the organization own the standards: features.securityHub.mode is central";
    return [{ field: "type", message, allowed: "a suppression, or a policy in features.securityHub.central" }];
  }
  if (!disabledControls.some(({ controlId }) => controlId === control)) return [];
  const message = `the organization has decided about ${control}: features.securityHub.disabledControls names it`;
  return [{ field: "control", message, allowed: "a control that is not listed there" }];
}
