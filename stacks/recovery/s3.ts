import { HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";

/** The bucket with the wanted name, where it is the account's own: bucket names are shared by all accounts. */
export async function findBucket(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const Bucket = sought.inputs.bucket;
  if (typeof Bucket !== "string") return undefined;
  const settings = clientSettings(reading, region);
  const client = new S3Client({ ...settings, forcePathStyle: reading.endpoint !== undefined });
  const { find } = reader(reading, region, `the bucket ${Bucket}`);
  try {
    const head = new HeadBucketCommand({ Bucket, ExpectedBucketOwner: reading.accountId });
    // S3 answers HEAD without a body, so with the status alone.
    const answer = await find("s3:ListBucket", () => client.send(head), [
      "NotFound",
      "NoSuchBucket",
      "403",
      "Forbidden",
      "AccessDenied",
    ]);
    return answer === undefined ? undefined : Bucket;
  } finally {
    client.destroy();
  }
}
