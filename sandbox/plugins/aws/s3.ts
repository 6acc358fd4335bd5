import type { ResourceTypes } from "../provider/resource.ts";
import { accountPublicAccessBlock } from "./s3/account-public-access-block.ts";
import { bucket } from "./s3/bucket.ts";
import { bucketOwnershipControls, bucketPolicy, bucketPublicAccessBlock } from "./s3/bucket-access.ts";
import { bucketLifecycleConfiguration } from "./s3/bucket-lifecycle.ts";
import {
  bucketObjectLockConfiguration,
  bucketServerSideEncryptionConfiguration,
  bucketVersioning,
} from "./s3/bucket-protection.ts";

export const s3: ResourceTypes = {
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": accountPublicAccessBlock,
  "aws:s3/bucket:Bucket": bucket,
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": bucketLifecycleConfiguration,
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": bucketObjectLockConfiguration,
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": bucketOwnershipControls,
  "aws:s3/bucketPolicy:BucketPolicy": bucketPolicy,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": bucketPublicAccessBlock,
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration":
    bucketServerSideEncryptionConfiguration,
  "aws:s3/bucketVersioning:BucketVersioning": bucketVersioning,
};
