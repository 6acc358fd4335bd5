import { DeliveryChannel } from "@pulumi/aws/cfg/deliveryChannel.js";
import { Recorder } from "@pulumi/aws/cfg/recorder.js";
import { RecorderStatus } from "@pulumi/aws/cfg/recorderStatus.js";
import type { Provider } from "@pulumi/aws/provider.js";
import type { Input, Resource } from "@pulumi/pulumi";
import { serviceLinkedRoleArn } from "./baseline/linked-services.ts";
import type { Declare } from "./declaration.ts";
import { awsNames, names } from "./names.ts";
import type { Partition } from "./partition.ts";

/** An account whose configuration is recorded in a region. */
export interface Recording {
  readonly partition: Partition;
  readonly homeRegion: string;
  readonly accountId: string;
  readonly region: string;
  /** The end of the names: the region, after the account where the stack has several. */
  readonly place: string;
  readonly provider: Provider;
  readonly declare: Declare;
  /** The service-linked role, where the stack makes it. */
  readonly role: Resource | undefined;
  /** Where it delivers to. */
  readonly bucket: Input<string>;
  readonly keyArn: Input<string>;
  /** What lets it deliver there. */
  readonly admittedBy?: readonly Resource[];
}

/**
 * Records the configuration of every supported resource of the region into the log archive, and starts recording. IAM's global
 * types are recorded in the home region only: once is enough, and Config.1 asks for them there.
 *
 * AWS takes the three in this order and removes them in the opposite one: a channel needs a recorder, starting needs a channel, and the
 * channel of a running recorder can't be deleted (AWS Config API, PutDeliveryChannel, DeleteDeliveryChannel).
 */
export function record(recording: Recording): RecorderStatus {
  const { region, place, provider, declare, role, admittedBy = [] } = recording;
  const recorder = declare(
    Recorder,
    {
      name: names.recorder(place),
      region,
      wanted: {
        name: awsNames.recorder,
        roleArn: serviceLinkedRoleArn(recording.partition, recording.accountId, "config.amazonaws.com"),
        recordingGroup: {
          allSupported: true,
          includeGlobalResourceTypes: region === recording.homeRegion,
          recordingStrategies: [{ useOnly: "ALL_SUPPORTED_RESOURCE_TYPES" }],
        },
        recordingMode: { recordingFrequency: "CONTINUOUS" },
      },
      keep: ["name"],
    },
    { provider, dependsOn: role === undefined ? [] : [role] },
  );
  const channel = declare(
    DeliveryChannel,
    {
      name: names.deliveryChannel(place),
      region,
      wanted: {
        name: awsNames.deliveryChannel,
        s3BucketName: recording.bucket,
        s3KmsKeyArn: recording.keyArn,
        snapshotDeliveryProperties: { deliveryFrequency: "TwentyFour_Hours" },
      },
      // PutDeliveryChannel can change a topic but not take it away (AWS Config API).
      keep: ["name", "snsTopicArn"],
    },
    { provider, dependsOn: [recorder, ...admittedBy] },
  );
  return declare(
    RecorderStatus,
    {
      name: names.recorderStatus(place),
      region,
      wanted: { name: awsNames.recorder, isEnabled: true },
      keep: ["name"],
    },
    { provider, dependsOn: [recorder, channel] },
  );
}
