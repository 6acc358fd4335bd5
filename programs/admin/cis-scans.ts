import {
  CisScanConfiguration,
  type CisScanConfigurationArgs,
} from "@pulumi/aws-native/inspectorv2/cisScanConfiguration.js";
import type { Resource } from "@pulumi/pulumi";
import type { CisScan } from "../inspector-settings.ts";
import { names } from "../names.ts";
import { identifyingTags } from "../recovery/tag.ts";
import type { AdminStack } from "./stack.ts";

/**
 * Scans of the organization's instances against the CIS benchmarks, as the delegated administrator. `aws-native` has them alone. Their names
 * need not differ in AWS, which gives each an ARN of its own: the tags tell which is which.
 */
export function cisScans({ inputs, native }: AdminStack, region: string, administrator: Resource): void {
  for (const scan of inputs.features.inspector.cisScans) {
    const name = names.cisScan(scan.name, region);
    new CisScanConfiguration(
      name,
      {
        scanName: scan.name,
        securityLevel: scan.level,
        schedule: schedule(scan),
        targets: { accountIds: scan.accounts ?? ["ALL_ACCOUNTS"], targetResourceTags: scan.tags },
        tags: { ...identifyingTags("admin", name) },
      },
      { provider: native(region), dependsOn: [administrator] },
    );
  }
}

function schedule({ schedule: wanted }: CisScan): CisScanConfigurationArgs["schedule"] {
  const startTime = { timeOfDay: wanted.at, timeZone: wanted.timeZone };
  if (wanted.every === "day") return { daily: { startTime } };
  if (wanted.every === "week") return { weekly: { startTime, days: [...wanted.days] } };
  return { monthly: { startTime, day: wanted.day } };
}
