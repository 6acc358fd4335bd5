import type { FeatureSettings } from "./feature-settings.ts";

/** Checks that the regions that features name are regions that Bulwark covers. */
export function checkFeatureRegions(
  { regions, features }: { readonly regions: readonly string[]; readonly features: FeatureSettings },
  issue: (path: (string | number)[], message: string) => void,
): void {
  const check = (region: string | undefined, ...path: (string | number)[]) => {
    if (region === undefined || regions.includes(region)) return;
    issue(["features", ...path], `${region} is not one of regions (${regions.join(", ")})`);
  };
  const checkItems = (items: readonly { readonly regions?: readonly string[] | undefined }[], ...path: string[]) => {
    for (const [index, item] of items.entries()) {
      for (const [at, region] of (item.regions ?? []).entries()) check(region, ...path, index, "regions", at);
    }
  };
  const { accessAnalyzer, guardDuty } = features;
  check(accessAnalyzer.unusedAccess.region, "accessAnalyzer", "unusedAccess", "region");
  checkItems(accessAnalyzer.archiveRules, "accessAnalyzer", "archiveRules");
  for (const list of ["suppressions", "trustedEntitySets", "threatEntitySets"] as const) {
    checkItems(guardDuty[list], "guardDuty", list);
  }
}
