import { z } from "zod";
import { AccessAnalyzerSettings } from "./access-analyzer-settings.ts";
import { AccountSettings } from "./account-settings.ts";
import { AlertsSettings } from "./alerts-settings.ts";
import { ConfigSettings } from "./config-settings.ts";
import { DelegationSettings } from "./delegation-settings.ts";
import { GuardDutySettings } from "./guardduty-settings.ts";
import { GuardrailSettings } from "./guardrail-settings.ts";
import { InspectorSettings } from "./inspector-settings.ts";
import { RemediationSettings } from "./remediation-settings.ts";
import { ResponseSettings } from "./response-settings.ts";
import { RootAccessSettings } from "./root-access-settings.ts";
import { SecurityHubSettings } from "./security-hub-settings.ts";
import { SystemsManagerSettings } from "./systems-manager-settings.ts";
import { TrailSettings } from "./trail-settings.ts";

/**
 * What the organization chose of the features that can be chosen: a section for each service, in a file of its own
 * (`programs/<service>-settings.ts`), whose defaults are what most organizations want. Both stacks get all of it.
 */
export const FeatureSettings = z.strictObject({
  alerts: AlertsSettings.prefault({}),
  account: AccountSettings.prefault({}),
  systemsManager: SystemsManagerSettings.prefault({}),
  guardrails: GuardrailSettings.prefault({}),
  delegation: DelegationSettings.prefault({}),
  rootAccess: RootAccessSettings.prefault({}),
  trail: TrailSettings.prefault({}),
  config: ConfigSettings.prefault({}),
  inspector: InspectorSettings.prefault({}),
  accessAnalyzer: AccessAnalyzerSettings.prefault({}),
  guardDuty: GuardDutySettings.prefault({}),
  securityHub: SecurityHubSettings.prefault({}),
  remediations: RemediationSettings.prefault({}),
  response: ResponseSettings.prefault({}),
});
export type FeatureSettings = z.infer<typeof FeatureSettings>;
