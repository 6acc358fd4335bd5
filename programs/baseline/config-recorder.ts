import { DeliveryChannel } from "@pulumi/aws/cfg/deliveryChannel.js";
import { Recorder } from "@pulumi/aws/cfg/recorder.js";
import { RecorderStatus } from "@pulumi/aws/cfg/recorderStatus.js";
import { awsNames, names } from "../names.ts";
import { serviceLinkedRoleArn } from "./linked-services.ts";
import type { ServiceLinkedRoles } from "./service-linked-roles.ts";
import type { AccountStack } from "./stack.ts";

/**
 * Records the configuration of every supported resource of the region into the log archive, and starts recording. IAM's global
 * types are recorded in the home region only: once is enough, and Config.1 asks for them there.
 *
 * AWS takes the three in this order and removes them in the opposite one: a channel needs a recorder, starting needs a channel, and the
 * channel of a running recorder can't be deleted (AWS Config API, PutDeliveryChannel, DeleteDeliveryChannel).
 */
export function configRecorder(stack: AccountStack, region: string, roles: ServiceLinkedRoles): RecorderStatus {
  const { inputs, member, declare } = stack;
  const role = roles["config.amazonaws.com"];
  const recorder = declare(
    Recorder,
    {
      name: names.recorder(region),
      region,
      wanted: {
        name: awsNames.recorder,
        roleArn: serviceLinkedRoleArn(inputs.partition, inputs.accountId, "config.amazonaws.com"),
        recordingGroup: {
          allSupported: true,
          includeGlobalResourceTypes: region === inputs.homeRegion,
          recordingStrategies: [{ useOnly: "ALL_SUPPORTED_RESOURCE_TYPES" }],
        },
        recordingMode: { recordingFrequency: "CONTINUOUS" },
      },
      keep: ["name"],
    },
    { provider: member, dependsOn: role === undefined ? [] : [role] },
  );
  const channel = declare(
    DeliveryChannel,
    {
      name: names.deliveryChannel(region),
      region,
      wanted: {
        name: awsNames.deliveryChannel,
        s3BucketName: inputs.admin.configBucket,
        s3KmsKeyArn: inputs.admin.configKeyArn,
        snapshotDeliveryProperties: { deliveryFrequency: "TwentyFour_Hours" },
      },
      // PutDeliveryChannel can change a topic but not take it away (AWS Config API).
      keep: ["name", "snsTopicArn"],
    },
    { provider: member, dependsOn: [recorder] },
  );
  return declare(
    RecorderStatus,
    {
      name: names.recorderStatus(region),
      region,
      wanted: { name: awsNames.recorder, isEnabled: true },
      keep: ["name"],
    },
    { provider: member, dependsOn: [recorder, channel] },
  );
}
