import { bucketTags, bucketTold, isWebsite, readBucketPolicy, writeBucketPolicy } from "../bucket-policy.ts";
import { bucketsOf, type NamedResource } from "../finding-resources.ts";
import { remediation } from "../remediation.ts";
import { type Circumstances, decide } from "./decide.ts";
import { s3TlsOnly as manifest } from "./manifest.ts";

/** A bucket's policy, `null` where there is none; one that was made for this goes with undo. */
export const s3TlsOnlyRemediation = remediation<NamedResource, string | null, Circumstances>({
  manifest,
  targetsOf: bucketsOf,
  decide,
  told: bucketTold,
  tags: bucketTags,
  circumstances: async (session, bucket) => ({ isWebsite: await isWebsite(session, bucket) }),
  read: readBucketPolicy,
  write: (session, bucket, _from, to) => writeBucketPolicy(session, bucket, to),
});
