import { OrganizationDelegatedAdminAccount } from "@pulumi/aws/cloudtrail/organizationDelegatedAdminAccount.js";
import { Trail, type TrailArgs } from "@pulumi/aws/cloudtrail/trail.js";
import { AwsServiceAccess } from "@pulumi/aws/organizations/awsServiceAccess.js";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration.js";
import { awsNames, names, TAGS } from "../names.ts";
import { arn } from "../partition.ts";
import type { DataEvents } from "../trail-settings.ts";
import { evidenceBucket } from "./evidence.ts";
import { delegatedByFeatures, TRAIL_SERVICE, trustedByFeatures } from "./optional-services.ts";
import type { AdminStack } from "./stack.ts";
import { trailBucketPolicy, trailKeyPolicy } from "./trail-policies.ts";

/** Resource types of data events (AWS CloudTrail User Guide, "Logging data events"). */
const DATA_TYPES: Readonly<Record<DataEvents, string>> = {
  s3: "AWS::S3::Object",
  lambda: "AWS::Lambda::Function",
  dynamodb: "AWS::DynamoDB::Table",
};

/**
 * The organization's trail: all regions and accounts, validated, encrypted. Made by the management account, whose it would be in any
 * case: bucket and key name its ARN. The bucket outlives the trail, so it is retained, and Bulwark's role can't delete it anyway.
 */
export function organizationTrail(stack: AdminStack): void {
  const { inputs, management, logArchive } = stack;
  const { trail: settings } = inputs.features;
  const trusted = trailDelegation(stack);
  if (!settings.enabled || trusted === undefined) return;
  const region = inputs.homeRegion;
  const bucket = settings.bucket ?? awsNames.trailBucket(inputs.accounts.logArchive, region);
  const archive = evidenceBucket(stack, "trail", {
    bucket,
    description: "Deliveries of the organization's CloudTrail trail",
    policy: trailBucketPolicy(inputs, bucket),
    keyPolicy: trailKeyPolicy(inputs),
    retained: true,
  });
  if (settings.objectLock !== undefined) {
    const { mode, days } = settings.objectLock;
    new BucketObjectLockConfiguration(
      `trail-bucket-object-lock-${region}`,
      { region, bucket: archive.bucket.bucket, rule: { defaultRetention: { mode, days } } },
      { provider: logArchive, dependsOn: [archive.policy], retainOnDelete: true },
    );
  }
  new Trail(
    names.organizationTrail(region),
    {
      region,
      name: awsNames.organizationTrail,
      isOrganizationTrail: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      enableLogging: true,
      s3BucketName: archive.bucket.bucket,
      kmsKeyId: archive.key.arn,
      advancedEventSelectors: eventSelectors(settings.dataEvents, arn(inputs.partition, "s3", "", "", `${bucket}/`)),
      tags: TAGS,
    },
    { provider: management, dependsOn: [trusted, archive.policy] },
  );
}

/**
 * Lets CloudTrail work with the organization, and the security account administer it, as far as the settings ask for that: with a trail of
 * Bulwark's or without.
 */
function trailDelegation({ inputs, management, declare }: AdminStack): AwsServiceAccess | undefined {
  if (!trustedByFeatures(inputs.features).includes(TRAIL_SERVICE)) return undefined;
  const trusted = declare(
    AwsServiceAccess,
    { name: names.trustedAccess(TRAIL_SERVICE), region: "global", wanted: { servicePrincipal: TRAIL_SERVICE } },
    { provider: management },
  );
  if (delegatedByFeatures(inputs.features).includes(TRAIL_SERVICE)) {
    declare(
      OrganizationDelegatedAdminAccount,
      {
        name: names.delegatedAdministrator(TRAIL_SERVICE),
        region: "global",
        wanted: { accountId: inputs.accounts.security },
      },
      { provider: management, dependsOn: [trusted] },
    );
  }
  return trusted;
}

/** All management events, and data events of some kinds, but not of the trail's own bucket: each delivery would cause the next. */
function eventSelectors(kinds: readonly DataEvents[], ownObjects: string): TrailArgs["advancedEventSelectors"] {
  const selector = (name: string, ...fieldSelectors: object[]) => ({
    name,
    fieldSelectors: fieldSelectors as { field: string }[],
  });
  return [
    selector("Management events", { field: "eventCategory", equals: ["Management"] }),
    ...kinds.map((kind) =>
      selector(
        `Data events of ${kind}`,
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: [DATA_TYPES[kind]] },
        ...(kind === "s3" ? [{ field: "resources.ARN", notStartsWiths: [ownObjects] }] : []),
      ),
    ),
  ];
}
