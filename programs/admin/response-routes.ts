import type { Manifest } from "../../remediation/manifest.ts";
import type { AdminInputs } from "../inputs.ts";
import { awsNames } from "../names.ts";
import { remediationsOf } from "../remediation-settings.ts";
import type { AlertPlace } from "./alerts/place.ts";
import type { Route } from "./alerts/routes.ts";
import { isDeployed } from "./response/watch.ts";

const IMPORTED = { source: ["aws.securityhub"], "detail-type": ["Security Hub Findings - Imported"] };

/**
 * What a person sends with any of the buttons, one finding in an event. The ids are ends of the actions' ARNs (Security Hub API reference,
 * CreateActionTarget): events of this bus are of its account and region, and whole ARNs would take a rule for every twenty.
 */
function chosen(manifests: readonly Manifest[]): object {
  return {
    source: ["aws.securityhub"],
    "detail-type": ["Security Hub Findings - Custom Action"],
    resources: manifests.map(({ customAction: { id } }) => ({ suffix: `/${id}` })),
  };
}

/**
 * Findings that somebody was told of and that have come again, on what remediations can work on. New ones are on the way already, by the rule that
 * takes every open finding to the responses.
 */
function stillOpen(manifests: readonly Manifest[]): object {
  const Type = [...new Set(manifests.flatMap(({ resourceTypes }) => resourceTypes))].sort();
  return {
    ...IMPORTED,
    detail: { findings: { Workflow: { Status: ["NOTIFIED"] }, RecordState: ["ACTIVE"], Resources: { Type } } },
  };
}

/**
 * Findings that are over, on whatever, so that what is open about them is closed. A control that passes again is RESOLVED by Security Hub itself
 * (Security Hub User Guide, "Setting the workflow status of findings").
 */
const over = {
  ...IMPORTED,
  detail: { findings: { $or: [{ Workflow: { Status: ["RESOLVED", "SUPPRESSED"] } }, { RecordState: ["ARCHIVED"] }] } },
};

/**
 * What else is responded to: a rule for each way, and not for each remediation. All lead to the queue of the responses, where the finding says which
 * remediation it is for; rules of their own would match one finding several times, and no finding matches two of these.
 */
export function responseRoutes(inputs: AdminInputs, place: AlertPlace): readonly Route[] {
  const manifests = remediationsOf(inputs.features.remediations);
  if (manifests.length === 0) return [];
  const shared = { targetArn: place.queue("respond"), way: "respond" } as const;
  const asked: Route[] = [
    {
      ...shared,
      rule: awsNames.requestRule,
      description: "Findings for which somebody asks by a custom action",
      pattern: chosen(manifests),
    },
    {
      ...shared,
      rule: awsNames.toldRule,
      description: "Findings that somebody was told of and that still are",
      pattern: stillOpen(manifests),
    },
  ];
  // Only what keeps incidents has any to close.
  if (!isDeployed(inputs)) return asked;
  return [...asked, { ...shared, rule: awsNames.overRule, description: "Findings that are over", pattern: over }];
}
