import type { Detector } from "@pulumi/aws/guardduty/detector.js";
import { ThreatEntitySet } from "@pulumi/aws-native/guardduty/threatEntitySet.js";
import { TrustedEntitySet } from "@pulumi/aws-native/guardduty/trustedEntitySet.js";
import type { EntitySet } from "../guardduty-settings.ts";
import { awsNames, names } from "../names.ts";
import { identifyingTags } from "../recovery/tag.ts";
import type { AdminStack } from "./stack.ts";

/**
 * Lists of addresses and domains about which GuardDuty finds nothing, and of those about which it always does. Only the Cloud
 * Control API has them. The lists stay where they are: GuardDuty reads them with the rights of who sets them.
 */
export function entitySets(stack: AdminStack, region: string, detector: Detector): void {
  const { trustedEntitySets, threatEntitySets } = stack.inputs.features.guardDuty;
  const here = ({ regions }: EntitySet) => regions?.includes(region) ?? true;
  for (const set of trustedEntitySets.filter(here)) {
    const name = names.trustedEntitySet(set.name, region);
    new TrustedEntitySet(name, asked(stack, set, name, detector), { provider: stack.native(region) });
  }
  for (const set of threatEntitySets.filter(here)) {
    const name = names.threatEntitySet(set.name, region);
    new ThreatEntitySet(name, asked(stack, set, name, detector), { provider: stack.native(region) });
  }
}

function asked({ inputs }: AdminStack, set: EntitySet, name: string, detector: Detector) {
  return {
    detectorId: detector.id,
    name: awsNames.entitySet(set.name),
    format: set.format,
    location: set.location,
    // AWS fills in the detector's account; written down, its answer is no difference.
    expectedBucketOwner: set.bucketOwner ?? inputs.accounts.security,
    activate: true,
    tags: Object.entries(identifyingTags("admin", name)).map(([key, value]) => ({ key, value })),
  };
}
