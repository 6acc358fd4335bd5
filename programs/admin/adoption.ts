import type { Adoption } from "../adoption.ts";
import { adoptDetector, adoptHub, hubWish } from "../hub-adoption.ts";
import type { AdminInputs } from "../inputs.ts";
import { adoptScans } from "../inspector-adoption.ts";
import { isInspected } from "../inspector-settings.ts";
import type { AdminInventory, AdminRegionInventory } from "../inventory.ts";
import { awsNames, names } from "../names.ts";
import { arn } from "../partition.ts";
import { resourceTypes } from "../resource-types.ts";
import { SELF_REGISTERED } from "./leaving.ts";
import { ANALYZER_SERVICE, CONFIG_SERVICES, TRUSTED_SERVICES, type TrustedService } from "./trusted-services.ts";

/** What is delegated through AWS Organizations itself. */
const PRODUCTS = {
  [ANALYZER_SERVICE]: "IAM Access Analyzer",
  "config.amazonaws.com": "AWS Config",
  "config-multiaccountsetup.amazonaws.com": "AWS Config's rules and packs",
} as const;

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

/** Whether the stack has anything to do with a service. */
function isWanted(service: TrustedService, { config, inspector }: AdminAdoptionInputs["features"]): boolean {
  if (service === "inspector2.amazonaws.com") return inspector.enabled;
  return config.enabled || !CONFIG_SERVICES.some((one) => one === service);
}

function organizationWide(inventory: AdminInventory, { accounts, features }: AdminAdoptionInputs): Adoption[] {
  const wanted = TRUSTED_SERVICES.filter((service) => isWanted(service, features));
  const trusted = wanted
    .filter((service) => inventory.trustedServices.includes(service))
    .map(
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
  const delegated = ([ANALYZER_SERVICE, ...CONFIG_SERVICES] as const)
    .filter((service) => wanted.includes(service))
    .filter((service) => inventory.delegatedAdministrators[service]?.includes(accounts.security))
    .map(
      (service): Adoption => ({
        type: resourceTypes.delegatedAdministrator,
        name: names.delegatedAdministrator(service),
        region: "global",
        id: `${accounts.security}/${service}`,
        before: { accountId: accounts.security, servicePrincipal: service },
        decision: "adopt",
        reason: `the security account administers ${PRODUCTS[service]} already`,
      }),
    );
  return [...trusted, ...delegated, ...registered(inventory, accounts.security)];
}

/**
 * Of services that no resource registers, where the account administers regions beyond the stack's: it says that somebody else registered
 * it, so that the registration stays when the stack goes. In the stack's regions its administration is adopted and says the same.
 */
function registered({ delegatedAdministrators, regions }: AdminInventory, security: string): Adoption[] {
  const here = {
    "securityhub.amazonaws.com": "securityHubAdministrator",
    "guardduty.amazonaws.com": "guardDutyAdministrator",
  } as const;
  return SELF_REGISTERED.filter(
    (service) =>
      delegatedAdministrators[service]?.includes(security) &&
      !Object.values(regions).some((region) => region[here[service]] === security),
  ).map((service) => ({
    type: resourceTypes.delegatedAdministrator,
    name: names.delegatedAdministrator(service),
    region: "global",
    id: `${security}/${service}`,
    before: { accountId: security, servicePrincipal: service },
    decision: "leave",
    reason: `the security account is registered as the administrator of ${service} already`,
  }));
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
    ...(found.findingsExport === undefined || found.detector === undefined
      ? []
      : [findingsExport(found.findingsExport, found.detector.id, region, inputs)]),
    ...(found.securityHubAdministrator === security
      ? [administrator(resourceTypes.hubAdministrator, names.hubAdministrator(region), "Security Hub")]
      : []),
    ...(found.guardDutyAdministrator === security
      ? [administrator(resourceTypes.detectorAdministrator, names.detectorAdministrator(region), "GuardDuty")]
      : []),
    ...(isInspected(inputs.features.inspector, region) ? adoptInspector(found, region, inputs.accounts) : []),
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

function adoptInspector(
  { inspectorScans, inspectorAdministrator }: AdminRegionInventory,
  region: string,
  { management, security }: AdminAdoptionInputs["accounts"],
): Adoption[] {
  return [
    ...adoptScans(names.inspectorManagementScans(region), region, management, inspectorScans?.management),
    ...adoptScans(names.inspectorSecurityScans(region), region, security, inspectorScans?.security),
    ...(inspectorAdministrator === security
      ? [
          {
            type: resourceTypes.inspectorAdministrator,
            name: names.inspectorAdministrator(region),
            region,
            id: security,
            before: { accountId: security },
            decision: "adopt",
            reason: `the security account administers Inspector in ${region} already`,
          } satisfies Adoption,
        ]
      : []),
  ];
}

/** Somebody reads the bucket that findings are exported to. One of Bulwark's own name is from a stack whose state was lost. */
function findingsExport(
  found: NonNullable<AdminRegionInventory["findingsExport"]>,
  detectorId: string,
  region: string,
  { partition, accounts, homeRegion }: AdminAdoptionInputs,
): Adoption {
  const { id, destinationArn, kmsKeyArn, tags } = found;
  const bucket = awsNames.findingsBucket(accounts.logArchive, homeRegion);
  const own = destinationArn === arn(partition, "s3", "", "", bucket);
  return {
    type: resourceTypes.findingsExport,
    name: names.findingsExport(region),
    region,
    id: `${detectorId}:${id}`,
    before: { detectorId, destinationType: "S3", destinationArn, kmsKeyArn, ...(tags === undefined ? {} : { tags }) },
    decision: own ? "adopt" : "leave",
    reason: own
      ? `findings of ${region} go to ${bucket} already`
      : `findings of ${region} are exported to ${destinationArn} already; a detector has one destination`,
  };
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
