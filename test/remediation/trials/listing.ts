import { ListBucketsCommand, type S3Client } from "@aws-sdk/client-s3";

/** Whether credentials may list buckets; anything but a refusal of AWS is thrown. Destroys the client. */
export async function listing(s3: S3Client): Promise<"listed" | "refused"> {
  try {
    await s3.send(new ListBucketsCommand({}));
    return "listed";
  } catch (error) {
    if (error instanceof Error && /AccessDenied|InvalidAccessKeyId|InvalidClientTokenId/.test(error.name))
      return "refused";
    throw error;
  } finally {
    s3.destroy();
  }
}
