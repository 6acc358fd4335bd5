import type { MaximumExecutionFrequency } from "@aws-sdk/client-config-service";
import { during, isAwsError, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, type InputsOf, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { waitFor } from "../../provider/waiting.ts";
import { configClient } from "./client.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 256 } }),
  s3BucketName: string({ required: true }),
  s3KeyPrefix: string(),
  s3KmsKeyArn: string(),
  snsTopicArn: string(),
  snapshotDeliveryProperties: block({ deliveryFrequency: string() }),
};

const noChannel = "NoSuchDeliveryChannelException";

async function put(place: Place, inputs: InputsOf<typeof properties>): Promise<void> {
  const config = await place.client(configClient);
  const frequency = inputs.snapshotDeliveryProperties?.deliveryFrequency;
  await during(`putting ConfigService Delivery Channel (${inputs.name})`, async () => {
    const giveUp = Date.now() + 10_000;
    // The bucket's policy or the recorder's role may just have been made.
    await waitFor({ within: 20_000, every: 500, signal: place.cancelled }, async () => {
      try {
        return await config.putDeliveryChannel({
          DeliveryChannel: {
            name: inputs.name,
            s3BucketName: inputs.s3BucketName,
            s3KeyPrefix: inputs.s3KeyPrefix,
            s3KmsKeyArn: inputs.s3KmsKeyArn,
            snsTopicARN: inputs.snsTopicArn,
            configSnapshotDeliveryProperties: frequency
              ? { deliveryFrequency: frequency as MaximumExecutionFrequency }
              : undefined,
          },
        });
      } catch (error) {
        if (isAwsError(error, "InsufficientDeliveryPolicyException") && Date.now() < giveUp) return undefined;
        throw error;
      }
    });
  });
}

export const deliveryChannel = resource({
  title: "ConfigService Delivery Channel",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    await put(place, inputs);
    return inputs.name ?? "";
  },
  async read(place, id) {
    const config = await place.client(configClient);
    const answer = config.describeDeliveryChannels({ DeliveryChannelNames: [id] });
    const found = (await unless(answer, noChannel))?.DeliveryChannels?.[0];
    if (!found) return undefined;
    const deliveryFrequency = found.configSnapshotDeliveryProperties?.deliveryFrequency;
    return {
      name: found.name,
      s3BucketName: found.s3BucketName,
      s3KeyPrefix: found.s3KeyPrefix,
      s3KmsKeyArn: found.s3KmsKeyArn,
      snsTopicArn: found.snsTopicARN,
      ...(deliveryFrequency ? { snapshotDeliveryProperties: { deliveryFrequency } } : {}),
    };
  },
  update: (place, _id, inputs) => put(place, inputs),
  async delete(place, id) {
    const config = await place.client(configClient);
    // The last channel goes only when the recorder has stopped, which takes a while.
    await waitFor({ within: 30_000, signal: place.cancelled }, async () => {
      try {
        await unless(config.deleteDeliveryChannel({ DeliveryChannelName: id }), noChannel);
        return true;
      } catch (error) {
        if (isAwsError(error, "LastDeliveryChannelDeleteFailedException")) return undefined;
        throw error;
      }
    });
  },
});
