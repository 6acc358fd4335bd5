import { z } from "zod";
import type { Manifest } from "../remediation/manifest.ts";
import { MANIFESTS } from "../remediation/manifests.ts";

const NAMES = MANIFESTS.map(({ name }) => name);
const RemediationName = z.enum(NAMES, { error: `must be a remediation: ${NAMES.join(", ")}` });

/**
 * Which remediations there are. They can be taken away and not be given more rights: what a role may do is in its manifest, and no
 * setting gets there. The event rules need the queue of `features.alerts`; where alerts are off, nothing asks for a remediation.
 */
export const RemediationSettings = z.strictObject({
  enabled: z.boolean().default(true),
  /** Remediations that the organization does without: no role in any account, no custom action, no rules. */
  off: z
    .array(RemediationName)
    .default([])
    .superRefine((names, context) => {
      for (const [index, name] of names.entries()) {
        if (names.indexOf(name) !== index) {
          context.addIssue({ code: "custom", path: [index], message: `names ${name} twice` });
        }
      }
    }),
});
export type RemediationSettings = z.infer<typeof RemediationSettings>;

/** The remediations that are switched on. */
export function remediationsOf({ enabled, off }: RemediationSettings): readonly Manifest[] {
  return enabled ? MANIFESTS.filter(({ name }) => !off.includes(name)) : [];
}
