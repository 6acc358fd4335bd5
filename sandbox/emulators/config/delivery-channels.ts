import type {
  DeleteDeliveryChannelRequest,
  DeliveryChannel,
  DeliveryChannelStatus,
  DescribeDeliveryChannelStatusRequest,
  DescribeDeliveryChannelStatusResponse,
  DescribeDeliveryChannelsRequest,
  DescribeDeliveryChannelsResponse,
  PutDeliveryChannelRequest,
} from "@aws-sdk/client-config-service";
import { AwsError, type Call, type Operation } from "../../gateway/emulator.ts";
import type { Deliverer, Destination } from "./delivery.ts";
import { type Channel, type Config, now, type Place } from "./state.ts";

function noSuchChannel(name: string | undefined): AwsError {
  return new AwsError("NoSuchDeliveryChannelException", `Cannot find delivery channel with specified name '${name}'.`);
}

/** The channel of a place by its name. Throws `NoSuchDeliveryChannelException`. */
export function namedChannel(place: Place, name: string | undefined): Channel {
  if (place.channel === undefined || place.channel.name !== name) throw noSuchChannel(name);
  return place.channel;
}

export function destinationOf(accountId: string, settings: DeliveryChannel): Destination {
  const { s3BucketName: bucket = "", s3KeyPrefix: prefix, s3KmsKeyArn: kmsKeyArn } = settings;
  return { accountId, bucket, prefix, kmsKeyArn };
}

function selected(place: Place, names: readonly string[] | undefined): Channel[] {
  if (names !== undefined && names.length > 0) return names.map((name) => namedChannel(place, name));
  return place.channel === undefined ? [] : [place.channel];
}

/** What can be told without asking another service. */
function checkSettings(settings: DeliveryChannel): void {
  const { s3BucketName, s3KeyPrefix, s3KmsKeyArn, snsTopicARN } = settings;
  if (s3BucketName === undefined || s3BucketName === "") {
    throw new AwsError("NoSuchBucketException", "Cannot find a S3 bucket with an empty bucket name.");
  }
  if (s3KeyPrefix === "") {
    throw new AwsError("InvalidS3KeyPrefixException", "The s3 key prefix '' is not valid, empty s3 key prefix.");
  }
  if (s3KmsKeyArn !== undefined && !/^arn:[\w-]+:kms:[\w-]+:\d{12}:(key|alias)\/.+$/.test(s3KmsKeyArn)) {
    throw new AwsError("InvalidS3KmsKeyArnException", `The arn '${s3KmsKeyArn}' is not a valid kms key or alias arn.`);
  }
  if (snsTopicARN !== undefined && !/^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/.test(snsTopicARN)) {
    throw new AwsError("InvalidSNSTopicARNException", `The sns topic arn '${snsTopicARN}' is not valid.`);
  }
}

function describeStatus({ name, snapshot, settings, changedAt }: Channel): DeliveryChannelStatus {
  return {
    name,
    configSnapshotDeliveryInfo: snapshot,
    configHistoryDeliveryInfo: {},
    // Without a topic there is no stream (ConfigStreamDeliveryInfo).
    configStreamDeliveryInfo:
      settings.snsTopicARN === undefined
        ? { lastStatus: "Not_Applicable" }
        : { lastStatus: "Success", lastStatusChangeTime: changedAt },
  };
}

/** The delivery channel, tried out whenever it is set. */
export function deliveryChannelOperations(config: Config, deliverer: Deliverer): Record<string, Operation> {
  const placeOf = ({ accountId, region }: Call<unknown>) => config.places.of(accountId, region);

  return {
    PutDeliveryChannel: async (call: Call<PutDeliveryChannelRequest>): Promise<object> => {
      const place = placeOf(call);
      const given = call.input.DeliveryChannel ?? {};
      const name = given.name ?? "default";
      if (place.recorder === undefined) {
        throw new AwsError(
          "NoAvailableConfigurationRecorderException",
          "Configuration recorder is not available to put delivery channel.",
        );
      }
      if (place.channel !== undefined && place.channel.name !== name) {
        throw new AwsError(
          "MaxNumberOfDeliveryChannelsExceededException",
          `Failed to put delivery channel '${name}' because the maximum number of delivery channels: 1 is reached.`,
        );
      }
      // Bucket and topic stay as they were unless they are given (AWS::Config::DeliveryChannel).
      const { s3BucketName, snsTopicARN } = { ...place.channel?.settings, ...given };
      const settings: DeliveryChannel = { ...given, name, s3BucketName, snsTopicARN };
      checkSettings(settings);
      await deliverer.deliver(destinationOf(call.accountId, settings), "ConfigWritabilityCheckFile", new Uint8Array());
      place.channel = { name, settings, snapshot: place.channel?.snapshot ?? {}, changedAt: now(config) };
      return {};
    },

    DescribeDeliveryChannels: (call: Call<DescribeDeliveryChannelsRequest>): DescribeDeliveryChannelsResponse => ({
      DeliveryChannels: selected(placeOf(call), call.input.DeliveryChannelNames).map(({ settings }) => settings),
    }),

    DescribeDeliveryChannelStatus: (
      call: Call<DescribeDeliveryChannelStatusRequest>,
    ): DescribeDeliveryChannelStatusResponse => ({
      DeliveryChannelsStatus: selected(placeOf(call), call.input.DeliveryChannelNames).map(describeStatus),
    }),

    DeleteDeliveryChannel: (call: Call<DeleteDeliveryChannelRequest>): object => {
      const place = placeOf(call);
      const { name } = namedChannel(place, call.input.DeliveryChannelName);
      if (place.recorder?.recording === true) {
        throw new AwsError(
          "LastDeliveryChannelDeleteFailedException",
          `Failed to delete last specified delivery channel with name '${name}', because there is a running configuration recorder.`,
        );
      }
      delete place.channel;
      return {};
    },
  };
}
