import { during, unless } from "../../provider/errors.ts";
import { boolean, json, number, type OutputsOf, output, policy, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { absent, snsClient, topicAttributes } from "./client.ts";

const properties = {
  name: string({ replaces: true, naming: { length: 256, suffix: { when: "fifoTopic", add: ".fifo" } } }),
  fifoTopic: boolean({ default: false, replaces: true }),
  contentBasedDeduplication: boolean({ default: false }),
  displayName: string(),
  policy: policy({ computed: true }),
  deliveryPolicy: json(),
  kmsMasterKeyId: string(),
  signatureVersion: number({ computed: true }),
  tracingConfig: string({ computed: true }),
  applicationSuccessFeedbackRoleArn: string(),
  applicationSuccessFeedbackSampleRate: number(),
  applicationFailureFeedbackRoleArn: string(),
  firehoseSuccessFeedbackRoleArn: string(),
  firehoseSuccessFeedbackSampleRate: number(),
  firehoseFailureFeedbackRoleArn: string(),
  httpSuccessFeedbackRoleArn: string(),
  httpSuccessFeedbackSampleRate: number(),
  httpFailureFeedbackRoleArn: string(),
  lambdaSuccessFeedbackRoleArn: string(),
  lambdaSuccessFeedbackSampleRate: number(),
  lambdaFailureFeedbackRoleArn: string(),
  sqsSuccessFeedbackRoleArn: string(),
  sqsSuccessFeedbackSampleRate: number(),
  sqsFailureFeedbackRoleArn: string(),
  ...tagFields,
  arn: output(string()),
  owner: output(string()),
};

type Inputs = Readonly<Record<string, unknown>>;

const others = new Set(["name", "tags", "tagsAll", "arn", "owner"]);

/** Attributes are named as properties are, but for their first letter and that of abbreviations. */
const attributes = Object.keys(properties)
  .filter((property) => !others.has(property))
  .map((property) => ({
    property,
    attribute: property.replace(/^(http|sqs)(?=[A-Z])/, (start) => start.toUpperCase()).replace(/^[a-z]/, upperCase),
  }));

function upperCase(letter: string): string {
  return letter.toUpperCase();
}

const ofFifoTopics = new Set(["fifoTopic", "contentBasedDeduplication"]);

function asAttributes(inputs: Inputs, wanted: (property: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    attributes
      .filter(({ property }) => wanted(property))
      .map(({ property, attribute }) => [attribute, String(inputs[property] ?? "")]),
  );
}

function fromAttributes(live: Partial<Record<string, string>>): OutputsOf<typeof properties> {
  const values = attributes.flatMap(({ property, attribute }) => {
    const value = live[attribute];
    if (value === undefined) return [];
    const { kind } = properties[property as keyof typeof properties];
    return [[property, kind === "number" ? Number(value) : kind === "boolean" ? value === "true" : value]];
  });
  return Object.fromEntries(values);
}

export const topic = resource({
  title: "SNS Topic",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const sns = await place.client(snsClient);
    const given = (name: string) =>
      (inputs as Inputs)[name] !== undefined && (inputs.fifoTopic || !ofFifoTopics.has(name));
    const { TopicArn } = await sns.createTopic({
      Name: inputs.name,
      Attributes: asAttributes(inputs, given),
      Tags: asPairs(inputs.tagsAll),
    });
    return TopicArn ?? "";
  },
  async read(place, id) {
    const live = await topicAttributes(place, id);
    if (!live) return undefined;
    const sns = await place.client(snsClient);
    const { Tags } = await sns.listTagsForResource({ ResourceArn: id });
    return {
      fifoTopic: false,
      contentBasedDeduplication: false,
      ...fromAttributes(live),
      name: id.slice(id.lastIndexOf(":") + 1),
      tagsAll: fromPairs(Tags),
      arn: live.TopicArn,
      owner: live.Owner,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const sns = await place.client(snsClient);
    const wanted = asAttributes(inputs, (name) => changed.has(name));
    for (const [AttributeName, AttributeValue] of Object.entries(wanted)) {
      await during(`setting SNS Topic (${id}) attribute (${AttributeName})`, () =>
        sns.setTopicAttributes({ TopicArn: id, AttributeName, AttributeValue }),
      );
    }
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await sns.untagResource({ ResourceArn: id, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await sns.tagResource({ ResourceArn: id, Tags: asPairs(tags.set) });
  },
  async delete(place, id) {
    const sns = await place.client(snsClient);
    await unless(sns.deleteTopic({ TopicArn: id }), ...absent);
  },
});
