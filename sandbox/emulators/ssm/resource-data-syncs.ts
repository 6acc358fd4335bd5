import { HeadBucketCommand, S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import type {
  CreateResourceDataSyncRequest,
  DeleteResourceDataSyncRequest,
  ListResourceDataSyncRequest,
  ListResourceDataSyncResult,
  ResourceDataSyncItem,
  UpdateResourceDataSyncRequest,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import { given, listed, now, type Ssm } from "./state.ts";

/** Syncs of an account in a region (Systems Manager quotas). */
const MOST_SYNCS = 5;

const TO_DESTINATION = "SyncToDestination";
const FROM_SOURCE = "SyncFromSource";

function misconfigured(message: string): AwsError {
  return new AwsError("ResourceDataSyncInvalidConfigurationException", message);
}

function notFound(SyncName: string | undefined, SyncType: string): AwsError {
  const fields = { SyncName, SyncType };
  return new AwsError("ResourceDataSyncNotFoundException", `There is no resource data sync ${SyncName}.`, 400, fields);
}

/** Copies of inventory to a bucket. Nothing is ever copied, since nothing gathers inventory here. */
export function resourceDataSyncOperations(ssm: Ssm): Record<string, Operation> {
  const syncsOf = ({ accountId, region }: Call<unknown>) => ssm.places.of(accountId, region).syncs;

  /** AWS tries a write before it takes a sync. Buckets of accounts that it cannot look into are taken as they are. */
  async function checkBucket({ accountId }: Call<unknown>, Bucket: string, region: string): Promise<void> {
    const s3 = new S3Client({
      ...ssm.aws.asRoot(accountId, region),
      forcePathStyle: true,
      followRegionRedirects: true,
    });
    try {
      await s3.send(new HeadBucketCommand({ Bucket }));
    } catch (error) {
      if (error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404) {
        throw misconfigured(`S3 write failed for bucket ${Bucket}: the bucket does not exist.`);
      }
    } finally {
      s3.destroy();
    }
  }

  return {
    CreateResourceDataSync: async (call: Call<CreateResourceDataSyncRequest>): Promise<object> => {
      const { SyncName = "", SyncType = TO_DESTINATION, S3Destination, SyncSource } = call.input;
      const syncs = syncsOf(call);
      if (SyncType !== TO_DESTINATION && SyncType !== FROM_SOURCE)
        throw misconfigured(`There is no sync type ${SyncType}.`);
      if (
        (SyncType === TO_DESTINATION) !== (S3Destination !== undefined) ||
        (SyncType === FROM_SOURCE) !== (SyncSource !== undefined)
      ) {
        throw misconfigured(
          `A sync of type ${TO_DESTINATION} has an S3Destination, one of type ${FROM_SOURCE} a SyncSource.`,
        );
      }
      if (S3Destination !== undefined)
        await checkBucket(call, S3Destination.BucketName ?? "", S3Destination.Region ?? call.region);
      if (syncs.has(SyncName)) {
        throw new AwsError("ResourceDataSyncAlreadyExistsException", `The sync ${SyncName} exists.`, 400, { SyncName });
      }
      if (syncs.size >= MOST_SYNCS) {
        throw new AwsError(
          "ResourceDataSyncCountExceededException",
          `You can have at most ${MOST_SYNCS} resource data syncs.`,
        );
      }
      const time = now(ssm);
      const item: ResourceDataSyncItem = {
        SyncName,
        SyncType,
        ...given({ S3Destination, SyncSource: SyncSource && { ...SyncSource, State: "Enabled" } }),
        LastStatus: "Successful",
        LastSyncTime: time,
        LastSuccessfulSyncTime: time,
        SyncCreatedTime: time,
        SyncLastModifiedTime: time,
      };
      syncs.set(SyncName, item);
      return {};
    },

    UpdateResourceDataSync: (call: Call<UpdateResourceDataSyncRequest>): object => {
      const { SyncName = "", SyncType = "", SyncSource } = call.input;
      if (SyncType !== FROM_SOURCE) throw misconfigured(`Only syncs of type ${FROM_SOURCE} can be updated.`);
      const item = syncsOf(call).get(SyncName);
      if (item?.SyncType !== SyncType) throw notFound(SyncName, SyncType);
      const source = SyncSource && { ...SyncSource, State: "Enabled" };
      syncsOf(call).set(SyncName, { ...item, ...given({ SyncSource: source }), SyncLastModifiedTime: now(ssm) });
      return {};
    },

    ListResourceDataSync: (call: Call<ListResourceDataSyncRequest>): ListResourceDataSyncResult => {
      const { SyncType } = call.input;
      const wanted = [...syncsOf(call).values()].filter((each) => SyncType === undefined || each.SyncType === SyncType);
      const { items, next } = listed(wanted, call.input);
      return { ResourceDataSyncItems: items, ...next };
    },

    DeleteResourceDataSync: (call: Call<DeleteResourceDataSyncRequest>): object => {
      const { SyncName = "", SyncType } = call.input;
      const item = syncsOf(call).get(SyncName);
      if (item === undefined || (SyncType !== undefined && item.SyncType !== SyncType)) {
        throw notFound(SyncName, SyncType ?? TO_DESTINATION);
      }
      syncsOf(call).delete(SyncName);
      return {};
    },
  };
}
