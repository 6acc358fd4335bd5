import type { BaselineInputs } from "../inputs.ts";
import type { AccountInventory } from "../inventory.ts";
import type { Problem } from "../problem.ts";

/**
 * What stands against a baseline: an account that another administrator holds. Such a membership is never ended by Bulwark, because
 * somebody relies on it. All problems, so that one try shows them all.
 */
export function baselineProblems(
  inventory: AccountInventory,
  { accountId, accounts, regions }: Pick<BaselineInputs, "accountId" | "accounts" | "regions">,
): Problem[] {
  return regions.flatMap((region) => {
    const found = inventory.regions[region];
    const administrators = [
      { service: "securityhub.amazonaws.com", product: "Security Hub", holder: found?.hub?.administratorAccountId },
      { service: "guardduty.amazonaws.com", product: "GuardDuty", holder: found?.detector?.administratorAccountId },
    ];
    return administrators.flatMap(({ service, product, holder }): Problem[] =>
      holder === undefined || holder === accounts.security
        ? []
        : [
            {
              region,
              service,
              message: `account ${accountId} is a ${product} member of account ${holder} in ${region}, not of ${accounts.security}`,
              remedy: `End the membership from account ${holder}, or name ${holder} as the security account in the settings.`,
            },
          ],
    );
  });
}
