import { z } from "zod";
import { resourceTypes } from "./resource-types.ts";

/** Types whose loss ends detection, recording, protection or evidence, for a moment (replaced) or for good (deleted). */
const protectedByDefault = [
  // Evidence, and where it is delivered.
  "aws:kms/key:Key",
  "aws:s3/bucket:Bucket",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:cloudtrail/trail:Trail",
  // What was changed in accounts, and how it is undone.
  "aws:dynamodb/table:Table",
  resourceTypes.recorder,
  resourceTypes.recorderStatus,
  resourceTypes.deliveryChannel,
  // Detection, and who administers it.
  resourceTypes.hub,
  resourceTypes.hubMember,
  resourceTypes.hubInvitation,
  resourceTypes.hubAdministrator,
  resourceTypes.findingAggregator,
  resourceTypes.configurationPolicy,
  resourceTypes.policyAssociation,
  resourceTypes.detector,
  resourceTypes.detectorMember,
  resourceTypes.detectorAdministrator,
  resourceTypes.inspectorScans,
  resourceTypes.inspectorMember,
  resourceTypes.inspectorAdministrator,
  "aws:cfg/conformancePack:ConformancePack",
  "aws:cfg/configurationAggregator:ConfigurationAggregator",
  resourceTypes.findingsExport,
  resourceTypes.threatEntitySet,
  resourceTypes.analyzer,
  resourceTypes.delegatedAdministrator,
  resourceTypes.trustedAccess,
  // Where alerts come out, with all who subscribed there.
  resourceTypes.topic,
  resourceTypes.trailAdministrator,
  resourceTypes.rootAccess,
  // What nobody may do.
  resourceTypes.organizationPolicy,
  resourceTypes.organizationPolicyAttachment,
  // Settings of a whole account or region, which go back to AWS's defaults.
  resourceTypes.ebsEncryption,
  resourceTypes.snapshotSharing,
  resourceTypes.imageSharing,
  resourceTypes.instanceMetadata,
  resourceTypes.publicAccessBlock,
  resourceTypes.passwordPolicy,
  resourceTypes.serviceSetting,
];

const ResourceType = z
  .string()
  .regex(/^[a-z][\w-]*:[\w/.-]+(:\w+|\*)$/i, "must be a Pulumi type such as aws:kms/key:Key, or end in *: aws:kms/*");

/**
 * Which deployments of a stack that stands wait for somebody's approval. The share counts what is deleted or replaced of any type; it takes more than
 * `shareFloor` resources as well, because a tenth of a small stack is no resource at all: one of three is not a landslide.
 */
export const GuardSettings = z.strictObject({
  /** Deleting or replacing one of these stops a deployment. In place of the defaults. */
  protectedTypes: z.array(ResourceType).default(protectedByDefault),
  /** Besides those. */
  extraProtectedTypes: z.array(ResourceType).default([]),
  /** Part of the stack's resources, 0 to 1; 1 lets any number go. */
  share: z.number().min(0).max(1).default(0.1),
  /** So many resources may always go, if no protected one is among them. */
  shareFloor: z.int().min(0).default(3),
  /** Days after which a change that nobody decided on expires. */
  approvalDays: z.number().positive().max(365).default(7),
});
export type GuardSettings = z.infer<typeof GuardSettings>;
