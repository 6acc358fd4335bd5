import type { Adoption } from "../adoption.ts";
import { adoptDetector, adoptHub, hubWish } from "../hub-adoption.ts";
import type { AdminInputs } from "../inputs.ts";
import type { AdminInventory, AdminRegionInventory } from "../inventory.ts";
import { names } from "../names.ts";
import { resourceTypes } from "../resource-types.ts";
import { ANALYZER_SERVICE, TRUSTED_SERVICES } from "./trusted-services.ts";

/** What the decisions depend on, apart from the inventory. */
export type AdminAdoptionInputs = Pick<
  AdminInputs,
  "partition" | "accounts" | "regions" | "homeRegion" | "standards" | "features"
>;

/**
 * Decides what becomes of what the organization and its security account hold already. Meant for a first deployment without
 * `adminProblems`; only what belongs to the security account is adopted.
 */
export function decideAdminAdoptions(inventory: AdminInventory, inputs: AdminAdoptionInputs): Adoption[] {
  return [
    ...organizationWide(inventory, inputs),
    ...inputs.regions.flatMap((region) => {
      const found = inventory.regions[region];
      return found === undefined ? [] : inRegion(found, region, inputs);
    }),
    ...adoptAggregator(inventory, inputs),
  ];
}

function organizationWide(inventory: AdminInventory, { accounts }: AdminAdoptionInputs): Adoption[] {
  const trusted = TRUSTED_SERVICES.filter((service) => inventory.trustedServices.includes(service)).map(
    (service): Adoption => ({
      type: resourceTypes.trustedAccess,
      name: names.trustedAccess(service),
      region: "global",
      id: service,
      before: { servicePrincipal: service },
      decision: "adopt",
      reason: `the organization trusts ${service} already`,
    }),
  );
  if (!inventory.delegatedAdministrators[ANALYZER_SERVICE]?.includes(accounts.security)) return trusted;
  return [
    ...trusted,
    {
      type: resourceTypes.delegatedAdministrator,
      name: names.delegatedAdministrator(ANALYZER_SERVICE),
      region: "global",
      id: `${accounts.security}/${ANALYZER_SERVICE}`,
      before: { accountId: accounts.security, servicePrincipal: ANALYZER_SERVICE },
      decision: "adopt",
      reason: "the security account administers IAM Access Analyzer already",
    },
  ];
}

function inRegion(found: AdminRegionInventory, region: string, inputs: AdminAdoptionInputs): Adoption[] {
  const { security } = inputs.accounts;
  const administrator = (type: string, name: string, product: string): Adoption => ({
    type,
    name,
    region,
    id: security,
    before: { adminAccountId: security },
    decision: "adopt",
    reason: `the security account administers ${product} in ${region} already`,
  });
  const wish = hubWish(inputs, security, inputs.features.securityHub.productSubscriptions.security);
  const analyzer = found.organizationAnalyzers[0];
  return [
    ...(found.hub === undefined ? [] : adoptHub(found.hub, region, wish)),
    ...(found.detector === undefined ? [] : [adoptDetector(found.detector, region)]),
    ...(found.securityHubAdministrator === security
      ? [administrator(resourceTypes.hubAdministrator, names.hubAdministrator(region), "Security Hub")]
      : []),
    ...(found.guardDutyAdministrator === security
      ? [administrator(resourceTypes.detectorAdministrator, names.detectorAdministrator(region), "GuardDuty")]
      : []),
    ...(analyzer === undefined
      ? []
      : [
          {
            type: resourceTypes.analyzer,
            name: names.organizationAnalyzer(region),
            region,
            id: analyzer.name,
            before: {
              analyzerName: analyzer.name,
              type: "ORGANIZATION",
              ...(analyzer.tags === undefined ? {} : { tags: analyzer.tags }),
            },
            decision: "adopt",
            reason: `the analyzer ${analyzer.name} covers the organization in ${region} already`,
          } satisfies Adoption,
        ]),
  ];
}

function adoptAggregator({ findingAggregator }: AdminInventory, { homeRegion }: AdminAdoptionInputs): Adoption[] {
  if (findingAggregator?.region !== homeRegion) return [];
  const { arn, linkingMode, specifiedRegions } = findingAggregator;
  return [
    {
      type: resourceTypes.findingAggregator,
      name: names.findingAggregator(homeRegion),
      region: homeRegion,
      id: arn,
      before: { linkingMode, ...(specifiedRegions?.length ? { specifiedRegions: [...specifiedRegions] } : {}) },
      decision: "adopt",
      reason: `the security account aggregates findings in ${homeRegion} already`,
    },
  ];
}
