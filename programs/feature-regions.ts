import type { FeatureSettings } from "./feature-settings.ts";
import { type Partition, partitionOf } from "./partition.ts";

interface Checked {
  readonly partition: Partition;
  readonly regions: readonly string[];
  readonly features: FeatureSettings;
}

/**
 * Checks that the regions that features name are regions that Bulwark covers, and that what they ask for is in the partition. GovCloud's and
 * China's accounts have no root users (IAM User Guide, "Centralize root access"), and GovCloud no Account Management (the
 * service has no endpoint there).
 */
export function checkFeatureRegions(
  { partition, regions, features }: Checked,
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
  const { accessAnalyzer, account, config, guardDuty, guardrails, inspector, rootAccess } = features;
  check(accessAnalyzer.unusedAccess.region, "accessAnalyzer", "unusedAccess", "region");
  checkItems(accessAnalyzer.archiveRules, "accessAnalyzer", "archiveRules");
  for (const list of ["suppressions", "trustedEntitySets", "threatEntitySets"] as const) {
    checkItems(guardDuty[list], "guardDuty", list);
  }
  for (const region of Object.keys(guardDuty.notOffered)) check(region, "guardDuty", "notOffered", region);
  checkItems(config.auditPack.leaveOut, "config", "auditPack", "leaveOut");
  for (const [index, region] of inspector.notIn.entries()) check(region, "inspector", "notIn", index);
  for (const [index, region] of guardrails.regions.alsoAllowed.entries()) {
    if (partitionOf(region) === partition) continue;
    issue(
      ["features", "guardrails", "regions", "alsoAllowed", index],
      `${region} belongs to partition ${partitionOf(region)}, not ${partition}`,
    );
  }
  if (partition !== "aws" && rootAccess.enabled) {
    issue(["features", "rootAccess", "enabled"], `must be false: accounts of ${partition} have no root users`);
  }
  if (partition === "aws-us-gov" && account.enabled && account.securityContact !== undefined) {
    issue(
      ["features", "account", "securityContact"],
      "can't be set in aws-us-gov: AWS keeps it with the account's standard account",
    );
  }
}
