import type { FeatureSettings } from "../../feature-settings.ts";
import { ec2Policy } from "./ec2.ts";
import { externalAccessPolicy } from "./external-access.ts";
import type { GuardrailInputs } from "./principals.ts";
import { regionPolicy } from "./regions.ts";
import { securityPolicy } from "./security.ts";

/** The types of policies of AWS Organizations that guardrails are made of. */
export type GuardrailPolicyType = "SERVICE_CONTROL_POLICY" | "RESOURCE_CONTROL_POLICY" | "DECLARATIVE_POLICY_EC2";

interface Guardrail {
  /** Part of its names, and of the settings. */
  readonly kind: "security" | "regions" | "externalAccess" | "ec2";
  readonly label: string;
  readonly type: GuardrailPolicyType;
  readonly description: string;
  document(inputs: GuardrailInputs): object;
}

const GUARDRAILS: readonly Guardrail[] = [
  {
    kind: "security",
    label: "security",
    type: "SERVICE_CONTROL_POLICY",
    description: "Security services stay on, Bulwark's roles as they are, accounts in the organization",
    document: securityPolicy,
  },
  {
    kind: "regions",
    label: "regions",
    type: "SERVICE_CONTROL_POLICY",
    description: "Nothing outside of the organization's regions",
    document: regionPolicy,
  },
  {
    kind: "externalAccess",
    label: "external-access",
    type: "RESOURCE_CONTROL_POLICY",
    description: "Nobody from outside but partners and AWS's services",
    document: externalAccessPolicy,
  },
  {
    kind: "ec2",
    label: "ec2",
    type: "DECLARATIVE_POLICY_EC2",
    description: "What accounts may not change of EC2",
    document: ec2Policy,
  },
];

/** The guardrails that are switched on. */
export function guardrailsOf({ guardrails }: Pick<FeatureSettings, "guardrails">): readonly Guardrail[] {
  return guardrails.enabled ? GUARDRAILS.filter(({ kind }) => guardrails[kind].enabled) : [];
}

/** The types of policies that have to be enabled in the organization's root for them. */
export function guardrailPolicyTypes(features: Pick<FeatureSettings, "guardrails">): readonly GuardrailPolicyType[] {
  return [...new Set(guardrailsOf(features).map(({ type }) => type))];
}
