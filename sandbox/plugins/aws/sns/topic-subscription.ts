import { during, unless } from "../../provider/errors.ts";
import { boolean, json, number, output, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { absent, snsClient } from "./client.ts";

const properties = {
  topic: string({ required: true, replaces: true }),
  protocol: string({ required: true, replaces: true }),
  endpoint: string({ required: true, replaces: true }),
  deliveryPolicy: json(),
  filterPolicy: json(),
  filterPolicyScope: string({ computed: true }),
  rawMessageDelivery: boolean({ default: false }),
  redrivePolicy: json(),
  subscriptionRoleArn: string(),
  endpointAutoConfirms: boolean({ default: false, unread: true }),
  confirmationTimeoutInMinutes: number({ default: 1, unread: true }),
  arn: output(string()),
  ownerId: output(string()),
  confirmationWasAuthenticated: output(boolean()),
  pendingConfirmation: output(boolean()),
};

const settable = {
  deliveryPolicy: "DeliveryPolicy",
  // The scope first: a filter is checked against it.
  filterPolicyScope: "FilterPolicyScope",
  filterPolicy: "FilterPolicy",
  rawMessageDelivery: "RawMessageDelivery",
  redrivePolicy: "RedrivePolicy",
  subscriptionRoleArn: "SubscriptionRoleArn",
} as const;

type Settable = keyof typeof settable;
const settables = Object.keys(settable) as Settable[];

export const topicSubscription = resource({
  title: "SNS Topic Subscription",
  properties,
  label: (inputs) => inputs.topic,
  async create(place, inputs) {
    const sns = await place.client(snsClient);
    const given = settables.filter((name) => inputs[name] !== undefined && inputs[name] !== false);
    const { SubscriptionArn } = await sns.subscribe({
      TopicArn: inputs.topic,
      Protocol: inputs.protocol,
      Endpoint: inputs.endpoint,
      Attributes: Object.fromEntries(given.map((name) => [settable[name], String(inputs[name])])),
      // Else there is no ARN until it is confirmed.
      ReturnSubscriptionArn: true,
    });
    return SubscriptionArn ?? "";
  },
  async read(place, id) {
    const sns = await place.client(snsClient);
    const answer = await unless(sns.getSubscriptionAttributes({ SubscriptionArn: id }), ...absent);
    const live = answer?.Attributes as Partial<Record<string, string>> | undefined;
    if (!live) return undefined;
    return {
      topic: live.TopicArn,
      protocol: live.Protocol,
      endpoint: live.Endpoint,
      deliveryPolicy: live.DeliveryPolicy,
      filterPolicy: live.FilterPolicy,
      filterPolicyScope: live.FilterPolicyScope,
      rawMessageDelivery: live.RawMessageDelivery === "true",
      redrivePolicy: live.RedrivePolicy,
      subscriptionRoleArn: live.SubscriptionRoleArn,
      arn: id,
      ownerId: live.Owner,
      confirmationWasAuthenticated: live.ConfirmationWasAuthenticated === "true",
      pendingConfirmation: live.PendingConfirmation === "true",
    };
  },
  async update(place, id, inputs, changed) {
    const sns = await place.client(snsClient);
    for (const name of settables.filter((each) => changed.has(each))) {
      const value = inputs[name];
      // A filter is taken away by an empty one.
      const AttributeValue = value === undefined ? (name === "filterPolicy" ? "{}" : "") : String(value);
      await during(`setting SNS Topic Subscription (${id}) attribute (${settable[name]})`, () =>
        sns.setSubscriptionAttributes({ SubscriptionArn: id, AttributeName: settable[name], AttributeValue }),
      );
    }
  },
  async delete(place, id) {
    const sns = await place.client(snsClient);
    // Nobody can end what nobody has confirmed; SNS forgets it after two days.
    await unless(
      sns.unsubscribe({ SubscriptionArn: id }),
      ...absent,
      "InvalidParameter: pending confirmation",
      "InvalidParameterException: pending confirmation",
    );
  },
});
