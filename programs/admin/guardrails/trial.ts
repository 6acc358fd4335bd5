import { z } from "zod";
import { AdminInputs } from "../../inputs.ts";
import type { Problem } from "../../problem.ts";
import { guardrailsOf } from "./policies.ts";

/** The admin stack as it was deployed last. */
export interface LastDeployment {
  /** As they were recorded, perhaps by an older version. */
  readonly inputs: unknown;
  /** Whether that deployment ended well, and was of this version of the program. */
  readonly succeeded: boolean;
}

/** What tells, of inputs of any version, where guardrails are. */
const Attached = z.object({
  features: z.object({
    guardrails: z.object({
      enabled: z.boolean(),
      trialUnit: z.string().optional(),
      units: z.array(z.string()).default([]),
    }),
  }),
});

/**
 * Refuses units that are new while the policies have not stood in the trial unit as they would be: an earlier deployment must have put them there,
 * with the same content, and have succeeded. Units that have them already stay, whatever changes in a policy, because a policy has one
 * content wherever it is attached.
 */
export function untriedProblems(wanted: AdminInputs, last: LastDeployment | undefined): Problem[] {
  const { enabled, trialUnit, units } = wanted.features.guardrails;
  if (!enabled) return [];
  const known = attachedUnits(last?.inputs);
  const added = units.filter((unit) => !known.includes(unit));
  if (added.length === 0 || (last !== undefined && wasTried(wanted, last))) return [];
  return [
    {
      service: "organizations.amazonaws.com",
      message: `features.guardrails.units names ${added.join(", ")} for the first time, but no deployment has put the guardrails into the trial unit ${trialUnit} yet as they are now`,
      remedy: `Take ${added.join(", ")} out of features.guardrails.units, deploy the admin stack, see that what runs in the trial unit still works, then name the units again and change nothing else of the guardrails.`,
    },
  ];
}

function attachedUnits(inputs: unknown): readonly string[] {
  const guardrails = Attached.safeParse(inputs).data?.features.guardrails;
  if (guardrails === undefined || !guardrails.enabled) return [];
  return [...(guardrails.trialUnit === undefined ? [] : [guardrails.trialUnit]), ...guardrails.units];
}

function wasTried(wanted: AdminInputs, { inputs, succeeded }: LastDeployment): boolean {
  const before = AdminInputs.safeParse(inputs).data;
  if (!succeeded || before === undefined) return false;
  return JSON.stringify(inTrialUnit(before)) === JSON.stringify(inTrialUnit(wanted));
}

function inTrialUnit(inputs: AdminInputs) {
  const policies = guardrailsOf(inputs.features).map(({ label, document }) => [label, document(inputs)]);
  return [inputs.features.guardrails.trialUnit, policies];
}
