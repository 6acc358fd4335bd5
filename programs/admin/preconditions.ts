import type { AdminInputs } from "../inputs.ts";
import { isInspected } from "../inspector-settings.ts";
import type { AdminInventory, DelegatedService } from "../inventory.ts";
import type { Problem } from "../problem.ts";
import type { CONFIG_SERVICES } from "./trusted-services.ts";

/** Services that have one administrator each. AWS Config may have three (AWS Config API, PutOrganizationConfigRule). */
type ExclusiveService = Exclude<DelegatedService, (typeof CONFIG_SERVICES)[number]>;

const PRODUCTS: Readonly<Record<ExclusiveService, string>> = {
  "securityhub.amazonaws.com": "Security Hub",
  "guardduty.amazonaws.com": "GuardDuty",
  "access-analyzer.amazonaws.com": "IAM Access Analyzer",
  "inspector2.amazonaws.com": "Inspector",
};

type Place = Pick<AdminInputs, "accounts" | "regions" | "homeRegion" | "features">;

/**
 * What stands against the admin stack: a delegated administrator other than the security account, or a finding aggregator that lives in
 * another region. Bulwark never replaces either; somebody relies on them. All problems, so that one try shows them all.
 */
export function adminProblems(inventory: AdminInventory, place: Place): Problem[] {
  return [...organizationWide(inventory, place), ...perRegion(inventory, place), ...aggregation(inventory, place)];
}

function organizationWide(inventory: AdminInventory, { accounts, features }: Place): Problem[] {
  const concerned = (Object.keys(PRODUCTS) as ExclusiveService[]).filter(
    (service) => service !== "inspector2.amazonaws.com" || features.inspector.enabled,
  );
  return concerned.flatMap((service) =>
    (inventory.delegatedAdministrators[service] ?? [])
      .filter((holder) => holder !== accounts.security)
      .map((holder) => ({
        service,
        message: `account ${holder} is the delegated administrator of ${PRODUCTS[service]}, not ${accounts.security}`,
        remedy: delegationRemedy(holder),
      })),
  );
}

function perRegion(inventory: AdminInventory, { accounts, regions, features }: Place): Problem[] {
  return regions.flatMap((region) => {
    const found = inventory.regions[region];
    const holders: [ExclusiveService, string | undefined][] = [
      ["securityhub.amazonaws.com", found?.securityHubAdministrator],
      ["securityhub.amazonaws.com", found?.hub?.administratorAccountId],
      ["guardduty.amazonaws.com", found?.guardDutyAdministrator],
      ["guardduty.amazonaws.com", found?.detector?.administratorAccountId],
      ["inspector2.amazonaws.com", isInspected(features.inspector, region) ? found?.inspectorAdministrator : undefined],
    ];
    return holders.flatMap(([service, holder]): Problem[] =>
      holder === undefined || holder === accounts.security
        ? []
        : [
            {
              region,
              service,
              message: `account ${holder} administers ${PRODUCTS[service]} in ${region}, not ${accounts.security}`,
              remedy: delegationRemedy(holder),
            },
          ],
    );
  });
}

function aggregation({ findingAggregator }: AdminInventory, { homeRegion }: Place): Problem[] {
  if (findingAggregator === undefined || findingAggregator.region === homeRegion) return [];
  return [
    {
      region: findingAggregator.region,
      service: "securityhub.amazonaws.com",
      message: `the security account aggregates findings in ${findingAggregator.region}, not in ${homeRegion}; AWS allows one such region`,
      remedy: `Delete the finding aggregator ${findingAggregator.arn}, or make ${findingAggregator.region} the home region in the settings.`,
    },
  ];
}

function delegationRemedy(holder: string): string {
  return `Remove the delegation of account ${holder} from the management account, or name ${holder} as the security account in the settings.`;
}
