import type { Detector } from "@pulumi/aws/guardduty/detector.js";
import { PublishingDestination } from "@pulumi/aws/guardduty/publishingDestination.js";
import { isLeft } from "../declaration.ts";
import { awsNames, names } from "../names.ts";
import { identifyingTags } from "../recovery/tag.ts";
import { type EvidenceBucket, evidenceBucket } from "./evidence.ts";
import { exportingRegions, findingsBucketPolicy, findingsKeyPolicy } from "./findings-policies.ts";
import type { AdminStack } from "./stack.ts";

/** The bucket for GuardDuty's findings in the log archive, with its key; undefined where findings are not exported. */
export function findingsBucket(stack: AdminStack): EvidenceBucket | undefined {
  const { inputs } = stack;
  if (!inputs.features.guardDuty.exportFindings) return undefined;
  const bucket = awsNames.findingsBucket(inputs.accounts.logArchive, inputs.homeRegion);
  return evidenceBucket(stack, "guardduty", {
    bucket,
    description: "Findings of GuardDuty in the organization",
    policy: findingsBucketPolicy(inputs, bucket),
    keyPolicy: findingsKeyPolicy(inputs),
  });
}

/**
 * Exports the findings of a region, those of all members among them. GuardDuty tries the destination when it is set, so bucket and key have
 * their policies by then. A detector has one destination: where somebody else set it before, it stays.
 */
export function findingsExport(stack: AdminStack, region: string, detector: Detector, to: EvidenceBucket): void {
  const { inputs, security, declare } = stack;
  const name = names.findingsExport(region);
  if (!exportingRegions(inputs).includes(region) || isLeft(inputs.adoptions, name)) return;
  declare(
    PublishingDestination,
    {
      name,
      region,
      wanted: {
        detectorId: detector.id,
        destinationType: "S3",
        destinationArn: to.bucket.arn,
        kmsKeyArn: to.key.arn,
        tags: identifyingTags("admin", name),
      },
    },
    { provider: security, dependsOn: [to.policy] },
  );
}
