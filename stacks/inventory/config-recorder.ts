import {
  ConfigServiceClient,
  type ConfigurationRecorder,
  DescribeConfigurationRecorderStatusCommand,
  DescribeConfigurationRecordersCommand,
  DescribeDeliveryChannelsCommand,
} from "@aws-sdk/client-config-service";
import type { DeliveryChannelInventory, RecorderInventory, RecordingGroupInventory } from "../../programs/inventory.ts";
import { clientSettings, defined, type Reading, reader } from "./reading.ts";

/** The customer-managed recorder and the delivery channel of a region; service-linked recorders are AWS's own. */
export async function readRecorder(
  reading: Reading,
  region: string,
): Promise<{ readonly recorder?: RecorderInventory; readonly deliveryChannel?: DeliveryChannelInventory }> {
  const client = new ConfigServiceClient(clientSettings(reading, region));
  const { need } = reader(reading, region, "the Config recorder");
  try {
    const [recorders, status, channels] = await Promise.all([
      need("config:DescribeConfigurationRecorders", () => client.send(new DescribeConfigurationRecordersCommand({}))),
      need("config:DescribeConfigurationRecorderStatus", () =>
        client.send(new DescribeConfigurationRecorderStatusCommand({})),
      ),
      need("config:DescribeDeliveryChannels", () => client.send(new DescribeDeliveryChannelsCommand({}))),
    ]);
    const recorder = recorders.ConfigurationRecorders?.find(({ servicePrincipal }) => servicePrincipal === undefined);
    const channel = channels.DeliveryChannels?.[0];
    const running =
      status.ConfigurationRecordersStatus?.find(({ name }) => name === recorder?.name)?.recording ?? false;
    return {
      ...(recorder === undefined ? {} : { recorder: recorderFromAws(recorder, running) }),
      ...(channel?.name === undefined || channel.s3BucketName === undefined
        ? {}
        : {
            deliveryChannel: defined<DeliveryChannelInventory>({
              name: channel.name,
              s3BucketName: channel.s3BucketName,
              s3KeyPrefix: channel.s3KeyPrefix,
              s3KmsKeyArn: channel.s3KmsKeyArn,
              snsTopicArn: channel.snsTopicARN,
              deliveryFrequency: channel.configSnapshotDeliveryProperties?.deliveryFrequency,
            }),
          }),
    };
  } finally {
    client.destroy();
  }
}

function recorderFromAws(recorder: ConfigurationRecorder, recording: boolean): RecorderInventory {
  const group = recorder.recordingGroup ?? {};
  const mode = recorder.recordingMode;
  const excluded = group.exclusionByResourceTypes?.resourceTypes;
  return defined<RecorderInventory>({
    name: recorder.name ?? "default",
    roleArn: recorder.roleARN ?? "",
    recordingGroup: defined<RecordingGroupInventory>({
      allSupported: group.allSupported ?? true,
      includeGlobalResourceTypes: group.includeGlobalResourceTypes ?? false,
      resourceTypes: group.resourceTypes?.length ? group.resourceTypes : undefined,
      exclusionByResourceTypes: excluded?.length ? excluded : undefined,
      recordingStrategy: group.recordingStrategy?.useOnly,
    }),
    recordingMode:
      mode?.recordingFrequency === undefined
        ? undefined
        : {
            recordingFrequency: mode.recordingFrequency,
            ...(mode.recordingModeOverrides?.length
              ? {
                  overrides: mode.recordingModeOverrides.map((override) => ({
                    ...(override.description === undefined ? {} : { description: override.description }),
                    resourceTypes: override.resourceTypes ?? [],
                    recordingFrequency: override.recordingFrequency ?? "CONTINUOUS",
                  })),
                }
              : {}),
          },
    recording,
  });
}
