import type { FeatureSettings } from "../feature-settings.ts";

/** The service principal of CloudTrail, which is delegated by its own call. */
export const TRAIL_SERVICE = "cloudtrail.amazonaws.com";
export const SYSTEMS_MANAGER_SERVICE = "ssm.amazonaws.com";
/** IAM, for the root users of member accounts. Nobody administers that but the management account. */
export const ROOT_ACCESS_SERVICE = "iam.amazonaws.com";

/** Services that get trusted access only while a feature that is off by default is on. */
export const OPTIONAL_SERVICES = [TRAIL_SERVICE, SYSTEMS_MANAGER_SERVICE, ROOT_ACCESS_SERVICE] as const;
export type OptionalService = (typeof OPTIONAL_SERVICES)[number];

type Features = Pick<FeatureSettings, "trail" | "delegation" | "rootAccess">;

/** Those of them whose feature is on. */
export function trustedByFeatures({ trail, delegation, rootAccess }: Features): readonly OptionalService[] {
  const on: Readonly<Record<OptionalService, boolean>> = {
    [TRAIL_SERVICE]: trail.enabled || delegation.cloudTrail.enabled,
    [SYSTEMS_MANAGER_SERVICE]: delegation.systemsManager.enabled,
    [ROOT_ACCESS_SERVICE]: rootAccess.enabled,
  };
  return OPTIONAL_SERVICES.filter((service) => on[service]);
}

/** Those that the security account is to administer. */
export function delegatedByFeatures({ trail, delegation }: Features): readonly OptionalService[] {
  const on: Readonly<Record<OptionalService, boolean>> = {
    [TRAIL_SERVICE]: (trail.enabled && trail.delegatedAdministrator) || delegation.cloudTrail.enabled,
    [SYSTEMS_MANAGER_SERVICE]: delegation.systemsManager.enabled,
    [ROOT_ACCESS_SERVICE]: false,
  };
  return OPTIONAL_SERVICES.filter((service) => on[service]);
}
