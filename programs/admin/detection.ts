import type { Detector } from "@pulumi/aws/guardduty/detector.js";
import { DetectorFeature } from "@pulumi/aws/guardduty/detectorFeature.js";
import { OrganizationConfigurationFeature } from "@pulumi/aws/guardduty/organizationConfigurationFeature.js";
import type { AwsServiceAccess } from "@pulumi/aws/organizations/awsServiceAccess.js";
import { wantedPlans } from "../guardduty-plans.ts";
import { names } from "../names.ts";
import { entitySets } from "./entity-sets.ts";
import { findingsBucket, findingsExport } from "./findings-export.ts";
import type { DetectorAdministration } from "./guardduty.ts";
import type { AdminStack } from "./stack.ts";
import { suppressions } from "./suppressions.ts";
import { trust } from "./trusted-access.ts";
import { MALWARE_SERVICE } from "./trusted-services.ts";

/**
 * What GuardDuty's administrator sets in each region beyond the detectors. Members have none of it of their own: filters, lists
 * and exports of an administrator count for all of them (GuardDuty User Guide, "Understanding the relationship between GuardDuty
 * administrator account and member accounts").
 */
export function detection(stack: AdminStack, detectors: readonly DetectorAdministration[]): void {
  const { inputs } = stack;
  if (!inputs.features.guardDuty.enabled) return;
  // Whatever the plans: an account may add the one for malware to its own.
  const malware = trust(stack, MALWARE_SERVICE);
  const bucket = findingsBucket(stack);
  for (const [index, region] of inputs.regions.entries()) {
    const administration = detectors[index];
    if (administration === undefined) throw new Error(`setting up GuardDuty in ${region}: no detector there`);
    ownPlans(stack, region, administration.detector);
    organizationPlans(stack, region, administration, malware);
    if (bucket !== undefined) findingsExport(stack, region, administration.detector, bucket);
    suppressions(stack, region, administration.detector);
    entitySets(stack, region, administration.detector);
  }
}

/** The protection plans of the security account, which is no member and sets its own. */
function ownPlans({ inputs, security }: AdminStack, region: string, detector: Detector): void {
  for (const [plan, { name, status, additionalConfigurations }] of wantedPlans(inputs.features.guardDuty, region)) {
    new DetectorFeature(
      names.plan(plan, region),
      {
        region,
        detectorId: detector.id,
        name,
        status,
        ...(additionalConfigurations === undefined ? {} : { additionalConfigurations: [...additionalConfigurations] }),
      },
      { provider: security },
    );
  }
}

/**
 * What the organization's configuration does with each plan. With NONE, too, it is declared: whoever switches a plan on or off for all
 * members shows up as drift. Each update repeats the configuration's other setting, so they come after it.
 */
function organizationPlans(
  { inputs, security }: AdminStack,
  region: string,
  before: DetectorAdministration,
  malware: AwsServiceAccess,
): void {
  const { guardDuty } = inputs.features;
  const preference = (status: string) => (status === "ENABLED" ? guardDuty.autoEnable : "NONE");
  for (const [plan, { name, status, additionalConfigurations }] of wantedPlans(guardDuty, region)) {
    new OrganizationConfigurationFeature(
      names.organizationPlan(plan, region),
      {
        region,
        detectorId: before.detector.id,
        name,
        autoEnable: preference(status),
        ...(additionalConfigurations === undefined
          ? {}
          : {
              additionalConfigurations: additionalConfigurations.map((agent) => ({
                name: agent.name,
                autoEnable: preference(agent.status),
              })),
            }),
      },
      { provider: security, dependsOn: [before.organization, ...(plan === "malware" ? [malware] : [])] },
    );
  }
}
