import type { Detector } from "@pulumi/aws/guardduty/detector.js";
import { Filter } from "@pulumi/aws/guardduty/filter.js";
import type { SuppressionCriterion } from "../guardduty-settings.ts";
import { awsNames, names, TAGS } from "../names.ts";
import type { AdminStack } from "./stack.ts";

/** Findings of any member that match are archived as they come, in the order of the settings. */
export function suppressions({ inputs, security }: AdminStack, region: string, detector: Detector): void {
  const here = inputs.features.guardDuty.suppressions.filter(({ regions }) => regions?.includes(region) ?? true);
  for (const [index, { name, description, criteria }] of here.entries()) {
    new Filter(
      names.suppression(name, region),
      {
        region,
        detectorId: detector.id,
        name: awsNames.suppression(name),
        description,
        action: "ARCHIVE",
        rank: index + 1,
        findingCriteria: { criterions: criteria.map(criterion) },
        tags: TAGS,
      },
      { provider: security },
    );
  }
}

/** The provider takes numbers as text. */
function criterion({ field, equals, notEquals, ...limits }: SuppressionCriterion) {
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return {
    field,
    ...(equals === undefined ? {} : { equals }),
    ...(notEquals === undefined ? {} : { notEquals }),
    ...Object.fromEntries(given.map(([key, value]) => [key, String(value)])),
  };
}
