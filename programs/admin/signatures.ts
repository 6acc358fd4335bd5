import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { type PolicyDocument, policyDocument } from "../bootstrap/policy-document.ts";
import { hostSignatures } from "../host-reports.ts";
import type { AdminInputs } from "../inputs.ts";
import { TAGS } from "../names.ts";
import { arn } from "../partition.ts";
import { staysInState } from "./evidence.ts";
import { evidenceStatements } from "./evidence-policies.ts";
import type { AdminStack } from "./stack.ts";

/**
 * The bucket for ClamAV's signatures in the log archive, where the settings name no other. People of the log archive fill it (`freshclam`, then
 * `aws s3 cp`); hosts of the organization read it; Bulwark's roles can't change what is in it. S3 encrypts it by its own keys, because the
 * signatures are public, and keeps one version of each, because they are large and come every day. Bulwark may not delete buckets, so it stays
 * in AWS when it goes from the stack; who wants it back then names it as a bucket of their own.
 */
export function signatures({ inputs, logArchive }: AdminStack): void {
  const place = hostSignatures(inputs);
  if (place === undefined || inputs.features.systemsManager.virusScan.signatures.bucket !== undefined) return;
  const region = inputs.homeRegion;
  const options = { provider: logArchive, ...(staysInState(inputs) ? { protect: true } : { retainOnDelete: true }) };
  const bucket = new Bucket(
    `signature-bucket-${region}`,
    { region, bucket: place.bucket, forceDestroy: false, tags: TAGS },
    options,
  );
  // S3 answers OperationAborted to changes of one bucket at the same time.
  const privacy = new BucketPublicAccessBlock(
    `signature-bucket-public-access-${region}`,
    {
      region,
      bucket: bucket.bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    options,
  );
  new BucketPolicy(
    `signature-bucket-policy-${region}`,
    { region, bucket: bucket.bucket, policy: JSON.stringify(signatureBucketPolicy(inputs, place.bucket)) },
    { ...options, dependsOn: [privacy] },
  );
}

/** The policy of the bucket of signatures: TLS only, read by the organization, written by its own account alone. */
export function signatureBucketPolicy(
  place: Pick<AdminInputs, "partition" | "roles" | "organizationId">,
  bucket: string,
): PolicyDocument {
  const ofOrganization = { StringEquals: { "aws:PrincipalOrgID": place.organizationId } };
  return policyDocument(
    ...evidenceStatements(place, bucket),
    {
      Sid: "HostsList",
      Effect: "Allow",
      Principal: "*",
      Action: ["s3:ListBucket"],
      Resource: [arn(place.partition, "s3", "", "", bucket)],
      Condition: ofOrganization,
    },
    {
      Sid: "HostsRead",
      Effect: "Allow",
      Principal: "*",
      Action: ["s3:GetObject"],
      Resource: [arn(place.partition, "s3", "", "", `${bucket}/*`)],
      Condition: ofOrganization,
    },
  );
}
