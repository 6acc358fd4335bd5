import type { Manifest } from "../../remediation/manifest.ts";
import type { AdminInputs } from "../inputs.ts";
import { awsNames } from "../names.ts";
import { arn } from "../partition.ts";
import { remediationsOf } from "../remediation-settings.ts";
import type { AlertPlace } from "./alerts/place.ts";
import type { Route } from "./alerts/routes.ts";

/** The ARN of a custom action of the security account (Security Hub API reference, CreateActionTarget). */
export function customActionArn({ partition, homeRegion, accounts }: AdminInputs, { customAction }: Manifest): string {
  return arn(partition, "securityhub", homeRegion, accounts.security, `action/custom/${customAction.id}`);
}

/** What a person sends with the button, one finding in an event. */
function chosen(inputs: AdminInputs, manifest: Manifest): object {
  return {
    source: ["aws.securityhub"],
    "detail-type": ["Security Hub Findings - Custom Action"],
    resources: [customActionArn(inputs, manifest)],
  };
}

/**
 * Findings that somebody was told of and that have come again. New ones are on the way already, by the rule that takes every open
 * finding to the responses: none comes twice.
 */
function stillOpen({ controls, findingTypes }: Manifest): object {
  // An empty list would be refused (EventBridge user guide, "Creating event patterns").
  const failed =
    controls.length === 0
      ? []
      : [{ Compliance: { Status: ["FAILED"], SecurityControlId: controls.map(({ id }) => id) } }];
  const typed = findingTypes.length === 0 ? [] : [{ Types: findingTypes }];
  const ways = [...failed, ...typed];
  const about = ways.length === 1 ? ways[0] : { $or: ways };
  return {
    source: ["aws.securityhub"],
    "detail-type": ["Security Hub Findings - Imported"],
    detail: { findings: { Workflow: { Status: ["NOTIFIED"] }, RecordState: ["ACTIVE"], ...about } },
  };
}

/** How each remediation is asked for: both lead to the queue of the responses. */
export function responseRoutes(inputs: AdminInputs, place: AlertPlace): readonly Route[] {
  const shared = { targetArn: place.queue("respond"), way: "respond" } as const;
  return remediationsOf(inputs.features.remediations).flatMap((manifest): Route[] => [
    {
      ...shared,
      rule: awsNames.requestRule(manifest.name),
      description: `Findings for which somebody asks by a custom action: ${manifest.title}`,
      pattern: chosen(inputs, manifest),
    },
    {
      ...shared,
      rule: awsNames.remediationRule(manifest.name),
      description: `Findings that somebody was told of and that still are: ${manifest.title}`,
      pattern: stillOpen(manifest),
    },
  ]);
}
