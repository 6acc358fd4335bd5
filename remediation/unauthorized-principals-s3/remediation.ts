import { bucketTags, bucketTold, readBucketPolicy, writeBucketPolicy } from "../bucket-policy.ts";
import { bucketsOf, type NamedResource } from "../finding-resources.ts";
import { remediation } from "../remediation.ts";
import { decide } from "./decide.ts";
import { unauthorizedPrincipalsS3 as manifest } from "./manifest.ts";

/** Who a bucket's policy lets in; its state is the policy, `null` where there is none. */
export const unauthorizedPrincipalsS3Remediation = remediation<NamedResource, string | null>({
  manifest,
  targetsOf: bucketsOf,
  decide,
  told: bucketTold,
  tags: bucketTags,
  read: readBucketPolicy,
  write: (session, bucket, _from, to) => writeBucketPolicy(session, bucket, to),
});
