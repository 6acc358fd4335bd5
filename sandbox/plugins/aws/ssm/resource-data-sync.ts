import type { ResourceDataSyncItem, ResourceDataSyncS3Format } from "@aws-sdk/client-ssm";
import { isAwsError, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { ssmClient } from "./client.ts";

async function find(place: Place, name: string): Promise<ResourceDataSyncItem | undefined> {
  const ssm = await place.client(ssmClient);
  for (let token: string | undefined; ; ) {
    const page = await ssm.listResourceDataSync({ NextToken: token });
    const found = page.ResourceDataSyncItems?.find(({ SyncName }) => SyncName === name);
    token = page.NextToken;
    if (found !== undefined || !token) return found;
  }
}

export const resourceDataSync = resource({
  title: "SSM Resource Data Sync",
  properties: {
    name: string({ replaces: true, naming: { length: 255 } }),
    s3Destination: block(
      {
        bucketName: string({ required: true }),
        destinationDataSharing: block({ destinationDataSharingType: string() }),
        kmsKeyArn: string(),
        prefix: string(),
        region: string({ required: true }),
        syncFormat: string({ default: "JsonSerDe" }),
      },
      { required: true, replaces: true },
    ),
  },
  label: (inputs) => inputs.name,
  async create(place, { name = "", s3Destination: to }) {
    const ssm = await place.client(ssmClient);
    const { destinationDataSharing: sharing } = to;
    const create = () =>
      ssm.createResourceDataSync({
        SyncName: name,
        S3Destination: {
          BucketName: to.bucketName,
          DestinationDataSharing: sharing && { DestinationDataSharingType: sharing.destinationDataSharingType },
          AWSKMSKeyARN: to.kmsKeyArn || undefined,
          Prefix: to.prefix || undefined,
          Region: to.region,
          SyncFormat: to.syncFormat as ResourceDataSyncS3Format,
        },
      });
    const giveUp = Date.now() + 60_000;
    // The policy of the bucket may just have been made.
    await waitFor({ within: 70_000, every: 500, signal: place.cancelled }, async () => {
      try {
        return await create();
      } catch (error) {
        const writing = isAwsError(error, "ResourceDataSyncInvalidConfigurationException: S3 write failed for bucket");
        if (writing && Date.now() < giveUp) return undefined;
        throw error;
      }
    });
    return name;
  },
  async read(place, id) {
    const found = await find(place, id);
    const to = found?.S3Destination;
    if (!found || !to) return undefined;
    return {
      name: found.SyncName,
      s3Destination: {
        bucketName: to.BucketName ?? "",
        ...(to.DestinationDataSharing
          ? {
              destinationDataSharing: {
                destinationDataSharingType: to.DestinationDataSharing.DestinationDataSharingType,
              },
            }
          : {}),
        kmsKeyArn: to.AWSKMSKeyARN,
        prefix: to.Prefix,
        region: to.Region ?? "",
        syncFormat: to.SyncFormat ?? "JsonSerDe",
      },
    };
  },
  async delete(place, id) {
    const ssm = await place.client(ssmClient);
    await unless(ssm.deleteResourceDataSync({ SyncName: id }), "ResourceDataSyncNotFoundException");
  },
});
