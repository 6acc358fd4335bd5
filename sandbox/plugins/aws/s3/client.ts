import type { ClientSettings } from "../../provider/place.ts";

export const s3Client = async (settings: ClientSettings) => {
  const { S3 } = await import("@aws-sdk/client-s3");
  // `<bucket>.localhost` resolves nowhere: at an endpoint of one's own the bucket goes into the path.
  return new S3({ ...settings, forcePathStyle: settings.endpoint !== undefined });
};
