import type { Adoption } from "../adoption.ts";
import { serviceLinkedRoleArn } from "../baseline/linked-services.ts";
import { adoptRecorder } from "../baseline/recorder-adoption.ts";
import { type CoreAccount, coreAccounts, corePlace, recordedRegions } from "../core-accounts.ts";
import type { AdminInputs } from "../inputs.ts";
import type { AdminInventory } from "../inventory.ts";
import { names } from "../names.ts";
import { resourceTypes } from "../resource-types.ts";

/** A stack's inputs of before, as they are stored: those of an older version knew no recorders of core accounts. */
export interface FormerAdminInputs {
  readonly regions?: readonly string[];
  readonly logArchiveRegions?: readonly string[];
  readonly features?: {
    readonly config?: { readonly enabled?: boolean; readonly coreAccounts?: { readonly enabled?: boolean } };
  };
}

type Inputs = Pick<AdminInputs, "partition" | "accounts" | "regions" | "features" | "logArchiveRegions">;

/**
 * Decides what becomes of recorders that the core accounts have already, Control Tower's among them: the same as in a member. Where the stack
 * recorded before, they are its own.
 */
export function adoptCoreRecorders(
  { coreRecorders = {} }: AdminInventory,
  inputs: Inputs,
  former: FormerAdminInputs | undefined,
): Adoption[] {
  return coreAccounts.flatMap((account) => {
    const before = formerRegions(former, account);
    const wanted = recordedRegions(inputs, account);
    const found = coreRecorders[account];
    if (found === undefined || wanted.length === 0) return [];
    return [
      ...(found.hasRole && before.length === 0 ? [leaveRole(inputs, account)] : []),
      ...wanted
        .filter((region) => !before.includes(region))
        .flatMap((region) => adoptRecorder(found.regions[region] ?? {}, region, corePlace(account, region))),
    ];
  });
}

function formerRegions(former: FormerAdminInputs | undefined, account: CoreAccount): readonly string[] {
  const { config } = former?.features ?? {};
  if (config?.enabled !== true || config.coreAccounts?.enabled !== true) return [];
  const { regions = [], logArchiveRegions = regions } = former ?? {};
  return account === "logArchive" ? logArchiveRegions : regions;
}

function leaveRole({ partition, accounts }: Inputs, account: CoreAccount): Adoption {
  return {
    type: resourceTypes.serviceLinkedRole,
    name: names.serviceLinkedRoleOf(account),
    region: "global",
    id: serviceLinkedRoleArn(partition, accounts[account], "config.amazonaws.com"),
    before: { awsServiceName: "config.amazonaws.com" },
    decision: "leave",
    reason: `account ${accounts[account]} has AWS Config's service-linked role already`,
  };
}
