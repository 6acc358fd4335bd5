import type { Output } from "@pulumi/pulumi";
import { controlParameters } from "../control-parameters.ts";
import type { AdminInputs } from "../inputs.ts";
import { accessAnalyzers, analyzerDelegation } from "./access-analyzer.ts";
import { type AccountEvents, accountEvents } from "./account-events.ts";
import { type Alerts, alerts } from "./alerts.ts";
import { automationRules } from "./automation-rules.ts";
import { centralConfiguration } from "./central-configuration.ts";
import { config as configService } from "./config.ts";
import { coreRecorders } from "./core-recorders.ts";
import { detection } from "./detection.ts";
import { evidence } from "./evidence.ts";
import { type DetectorAdministration, guardDuty } from "./guardduty.ts";
import { guardrails } from "./guardrails/guardrails.ts";
import { insights } from "./insights.ts";
import { inspector } from "./inspector.ts";
import { organizationTrail } from "./organization-trail.ts";
import { outsideMembers } from "./outside-members.ts";
import { type DeployedResponse, deployResponse } from "./response/deployed.ts";
import { response } from "./response.ts";
import { rootAccess } from "./root-access.ts";
import { findingAggregation, type HubAdministration, securityHub } from "./security-hub.ts";
import { signatures } from "./signatures.ts";
import { adminStack } from "./stack.ts";
import { systemsManagerDelegation } from "./systems-manager.ts";
import { trustedAccess } from "./trusted-access.ts";

/** The outputs of the stack `admin`. Baselines take theirs from `detectorIds`, `inspectorRegions`, `configBucket` and `configKeyArn`. */
export interface AdminOutputs {
  readonly organizationId: string;
  readonly accountEvents: AccountEvents;
  readonly detectorIds: Record<string, Output<string>>;
  readonly hubArns: Record<string, Output<string>>;
  readonly inspectorRegions: readonly string[];
  readonly analyzerArns: Record<string, Output<string>>;
  readonly findingAggregatorArn: Output<string>;
  readonly configBucket: Output<string>;
  readonly configKeyArn: Output<string>;
  readonly evidenceBucket: Output<string>;
  readonly evidenceKeyArn: Output<string>;
  /** Undefined where the settings switch alerts off. */
  readonly alerts: Alerts | undefined;
  /** The role that becomes the remediations' roles; undefined where the settings switch all of them off. */
  readonly responseRoleArn: Output<string> | undefined;
  /** Undefined where the settings switch the response off. */
  readonly response: DeployedResponse | undefined;
}

/** Declares what is administered once for the whole organization. */
export function adminProgram(inputs: AdminInputs): AdminOutputs {
  const stack = adminStack(inputs);
  const trusted = trustedAccess(stack);

  const hubs: HubAdministration[] = [];
  for (const region of inputs.regions) hubs.push(securityHub(stack, region, trusted, hubs));
  const aggregator = findingAggregation(stack, hubs);
  inputs.regions.forEach((region, index) => {
    controlParameters(stack, region, hubs[index]?.standards ?? []);
  });
  inputs.regions.forEach((region, index) => {
    const hub = hubs[index];
    if (hub === undefined) return;
    automationRules(stack, region, hub);
    outsideMembers(stack, region, hub);
  });
  insights(stack, aggregator);
  centralConfiguration(stack, aggregator, hubs);

  const detectors: DetectorAdministration[] = [];
  for (const region of inputs.regions) detectors.push(guardDuty(stack, region, trusted, detectors));
  detection(stack, detectors);

  const delegation = analyzerDelegation(stack, trusted);
  const analyzers = accessAnalyzers(stack, delegation);

  const inspectorRegions = inspector(stack);
  configService(stack);

  const { config, evidence: exported } = evidence(stack);
  coreRecorders(stack, config);
  const events = accountEvents(stack);
  const routed = alerts(
    stack,
    hubs.map(({ hub }) => hub),
  );
  const responseRoleArn = response(stack, hubs[inputs.regions.indexOf(inputs.homeRegion)]?.hub);
  organizationTrail(stack);
  signatures(stack);
  systemsManagerDelegation(stack);
  rootAccess(stack);
  guardrails(stack);

  const byRegion = (values: readonly Output<string>[]) =>
    Object.fromEntries(inputs.regions.map((region, index) => [region, values[index] as Output<string>]));
  return {
    organizationId: inputs.organizationId,
    accountEvents: events,
    detectorIds: byRegion(detectors.map(({ detector }) => detector.id)),
    hubArns: byRegion(hubs.map(({ hub }) => hub.arn)),
    inspectorRegions,
    analyzerArns: Object.fromEntries(analyzers.map(([region, { arn }]) => [region, arn])),
    findingAggregatorArn: aggregator.arn,
    configBucket: config.bucket.bucket,
    configKeyArn: config.key.arn,
    evidenceBucket: exported.bucket.bucket,
    evidenceKeyArn: exported.key.arn,
    alerts: routed,
    responseRoleArn,
    response: deployResponse(stack, routed, responseRoleArn),
  };
}
