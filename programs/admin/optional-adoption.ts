import type { Adoption } from "../adoption.ts";
import type { FeatureSettings } from "../feature-settings.ts";
import type { AdminInputs } from "../inputs.ts";
import type { AdminInventory } from "../inventory.ts";
import { names } from "../names.ts";
import { resourceTypes } from "../resource-types.ts";
import { delegatedByFeatures, TRAIL_SERVICE, trustedByFeatures } from "./optional-services.ts";

/**
 * Decides what becomes of trusted access and delegations that features want which were off `before`, and that the organization has
 * already: they are adopted, so that switching the feature off again leaves them.
 */
export function decideOptionalAdoptions(
  inventory: AdminInventory,
  { features, accounts }: Pick<AdminInputs, "features" | "accounts">,
  before: FeatureSettings | undefined,
): Adoption[] {
  const isNew = (list: typeof trustedByFeatures) => {
    const had = before === undefined ? [] : list(before);
    return list(features).filter((service) => !had.includes(service));
  };
  const trusted = isNew(trustedByFeatures)
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
  const delegated = isNew(delegatedByFeatures)
    .filter((service) => inventory.optionalAdministrators?.[service]?.includes(accounts.security))
    .map((service): Adoption => {
      const byOwnCall = service === TRAIL_SERVICE;
      const accountId = accounts.security;
      return {
        type: byOwnCall ? resourceTypes.trailAdministrator : resourceTypes.delegatedAdministrator,
        name: names.delegatedAdministrator(service),
        region: "global",
        id: byOwnCall ? accountId : `${accountId}/${service}`,
        before: byOwnCall ? { accountId } : { accountId, servicePrincipal: service },
        decision: "adopt",
        reason: `the security account administers ${service} already`,
      };
    });
  return [...trusted, ...delegated, ...rootAccess(inventory, features, before)];
}

function rootAccess(
  { organizationId, rootAccess: enabledFeatures = [] }: AdminInventory,
  features: FeatureSettings,
  before: FeatureSettings | undefined,
): Adoption[] {
  if (!features.rootAccess.enabled || before?.rootAccess.enabled === true || enabledFeatures.length === 0) return [];
  return [
    {
      type: resourceTypes.rootAccess,
      name: names.rootAccess,
      region: "global",
      id: organizationId,
      before: { enabledFeatures: [...enabledFeatures] },
      decision: "adopt",
      reason: "the organization manages root users centrally already",
    },
  ];
}
