import type { FeatureSettings } from "../../feature-settings.ts";
import type { Problem } from "../../problem.ts";
import { guardrailPolicyTypes } from "./policies.ts";

/** What the organization is like, as far as guardrails depend on it. */
export interface OrganizationForGuardrails {
  /** Types of policies that are enabled in the root; undefined where that was not read. */
  readonly enabledPolicyTypes?: readonly string[];
  readonly organizationalUnits: ReadonlySet<string>;
}

/** What stands against the guardrails: a type of policy that is not enabled, a unit that does not exist. */
export function guardrailProblems(
  features: Pick<FeatureSettings, "guardrails">,
  { enabledPolicyTypes = [], organizationalUnits }: OrganizationForGuardrails,
): Problem[] {
  const { enabled, trialUnit, units } = features.guardrails;
  if (!enabled) return [];
  const service = "organizations.amazonaws.com";
  const disabled = guardrailPolicyTypes(features).filter((type) => !enabledPolicyTypes.includes(type));
  const unknown = [trialUnit ?? "", ...units].filter((unit) => !organizationalUnits.has(unit));
  return [
    ...disabled.map((type) => ({
      service,
      message: `policies of type ${type} are not enabled in the organization's root`,
      remedy: "Run make bootstrap as an administrator of the management account: it enables what the settings need.",
    })),
    ...unknown.map((unit) => ({
      service,
      message: `the organization has no organizational unit ${unit}, to which guardrails are to be attached`,
      remedy: "Correct features.guardrails.trialUnit and features.guardrails.units in the settings.",
    })),
  ];
}
