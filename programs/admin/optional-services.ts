import type { FeatureSettings } from "../feature-settings.ts";

/** The service principal of CloudTrail, which is delegated by its own call. */
export const TRAIL_SERVICE = "cloudtrail.amazonaws.com";

/** Services that get trusted access only while a feature that is off by default is on. */
export const OPTIONAL_SERVICES = [TRAIL_SERVICE] as const;
export type OptionalService = (typeof OPTIONAL_SERVICES)[number];

type Features = Pick<FeatureSettings, "trail">;

/** Those of them whose feature is on. */
export function trustedByFeatures({ trail }: Features): readonly OptionalService[] {
  const on: Readonly<Record<OptionalService, boolean>> = { [TRAIL_SERVICE]: trail.enabled };
  return OPTIONAL_SERVICES.filter((service) => on[service]);
}

/** Those that the security account is to administer. */
export function delegatedByFeatures({ trail }: Features): readonly OptionalService[] {
  return trail.enabled && trail.delegatedAdministrator ? [TRAIL_SERVICE] : [];
}
