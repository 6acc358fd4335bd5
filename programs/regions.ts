import type { OrganizationSettings } from "./settings.ts";

/**
 * The regions that an account's baseline covers: the configured ones that the account has enabled, in the order of the settings, so that the
 * order in which AWS lists them changes nothing. Without the home region there is no baseline; `BaselineInputs` refuses it.
 */
export function regionsOf(settings: Pick<OrganizationSettings, "regions">, enabled: ReadonlySet<string>): string[] {
  return settings.regions.filter((region) => enabled.has(region));
}
