import { Key } from "@pulumi/aws/kms/key.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import type { PolicyDocument } from "../bootstrap/policy-document.ts";
import type { AdminInputs } from "../inputs.ts";
import { awsNames, TAGS } from "../names.ts";
import { identifyingTags } from "../recovery/tag.ts";
import { configBucketPolicy, configKeyPolicy, evidenceBucketPolicy, evidenceKeyPolicy } from "./evidence-policies.ts";
import type { AdminStack } from "./stack.ts";

/** A bucket for evidence, ready to take it. */
export interface EvidenceBucket {
  readonly bucket: Bucket;
  readonly key: Key;
  /** The last part: whoever delivers is let in by it. */
  readonly policy: BucketPolicy;
}

/** Both buckets of the log archive, each with its own key, in the home region. */
export function evidence(stack: AdminStack): { readonly config: EvidenceBucket; readonly evidence: EvidenceBucket } {
  const { inputs } = stack;
  const configBucket = awsNames.configBucket(inputs.accounts.logArchive, inputs.homeRegion);
  const bucket = awsNames.evidenceBucket(inputs.accounts.logArchive, inputs.homeRegion);
  return {
    config: evidenceBucket(stack, "config", {
      bucket: configBucket,
      description: "Deliveries of AWS Config from the organization",
      policy: configBucketPolicy(inputs, configBucket),
      keyPolicy: configKeyPolicy(inputs),
    }),
    evidence: evidenceBucket(stack, "evidence", {
      bucket,
      description: "Evidence for auditors",
      policy: evidenceBucketPolicy(inputs, bucket),
      keyPolicy: evidenceKeyPolicy(inputs),
    }),
  };
}

/** What differs between the buckets. */
export interface WantedBucket {
  readonly bucket: string;
  readonly description: string;
  readonly policy: PolicyDocument;
  readonly keyPolicy: PolicyDocument;
  /** Leaves everything in AWS when it goes from the stack, instead of keeping it from going. */
  readonly retained?: boolean;
}

/**
 * Whether buckets that would leave the stack when their feature is switched off are to stay in its state: where the whole stack
 * goes, so that the next deployment finds them there.
 */
export function staysInState({ phase }: Pick<AdminInputs, "phase">): boolean {
  return phase === "restore";
}

/**
 * An encrypted, versioned, private bucket whose content Bulwark's own roles can't delete. It has no lifecycle rules on purpose: a
 * role that may set them may let evidence expire. S3 answers OperationAborted to changes of one bucket at the same time, so each
 * part waits for the one before; the policy is last, because it shuts the others out.
 */
export function evidenceBucket(
  { inputs, logArchive }: AdminStack,
  label: string,
  wanted: WantedBucket,
): EvidenceBucket {
  const region = inputs.homeRegion;
  const provider = logArchive;
  const retained = wanted.retained === true && !staysInState(inputs);
  const kept = retained ? { retainOnDelete: true } : { protect: true };
  // A part that went would open the bucket.
  const ofPart = retained ? { retainOnDelete: true } : {};
  const keyName = `${label}-key-${region}`;
  const key = new Key(
    keyName,
    {
      region,
      description: wanted.description,
      enableKeyRotation: true,
      policy: JSON.stringify(wanted.keyPolicy),
      tags: identifyingTags("admin", keyName),
    },
    { provider, ...kept },
  );
  const bucket = new Bucket(
    `${label}-bucket-${region}`,
    { region, bucket: wanted.bucket, forceDestroy: false, tags: TAGS },
    { provider, ...kept },
  );
  const part = `${label}-bucket`;
  const ownership = new BucketOwnershipControls(
    `${part}-ownership-${region}`,
    { region, bucket: bucket.bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
    { provider, ...ofPart },
  );
  const privacy = new BucketPublicAccessBlock(
    `${part}-public-access-${region}`,
    {
      region,
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    { provider, ...ofPart, dependsOn: [ownership] },
  );
  const versions = new BucketVersioning(
    `${part}-versioning-${region}`,
    { region, bucket: bucket.bucket, versioningConfiguration: { status: "Enabled" } },
    { provider, ...ofPart, dependsOn: [privacy] },
  );
  const encryption = new BucketServerSideEncryptionConfiguration(
    `${part}-encryption-${region}`,
    {
      region,
      bucket: bucket.bucket,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn },
          bucketKeyEnabled: true,
        },
      ],
    },
    { provider, ...ofPart, dependsOn: [versions] },
  );
  const policy = new BucketPolicy(
    `${part}-policy-${region}`,
    { region, bucket: bucket.bucket, policy: JSON.stringify(wanted.policy) },
    { provider, dependsOn: [encryption], ...kept },
  );
  return { bucket, key, policy };
}
