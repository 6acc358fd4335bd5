import type { QueueAttributeName } from "@aws-sdk/client-sqs";
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListQueueTagsCommand,
  SetQueueAttributesCommand,
  type SQS,
  SQSClient,
  TagQueueCommand,
  UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { clientMaker } from "../provider/client.ts";
import { during, unless } from "../provider/errors.ts";
import type { ClientSettings, Place } from "../provider/place.ts";
import { boolean, type InputsOf, json, number, type OutputsOf, output, policy, string } from "../provider/property.ts";
import { type ResourceTypes, resource } from "../provider/resource.ts";
import { asMap, tagChanges, tagFields } from "../provider/tags.ts";
import { waitFor } from "../provider/waiting.ts";

const sqsClient = clientMaker<SQS>()(
  SQSClient,
  {
    CreateQueueCommand,
    DeleteQueueCommand,
    GetQueueAttributesCommand,
    ListQueueTagsCommand,
    SetQueueAttributesCommand,
    TagQueueCommand,
    UntagQueueCommand,
  },
  // The queue's URL names a host of AWS; all calls go to the endpoint.
  (settings) => ({ ...settings, useQueueUrlAsEndpoint: false }) as ClientSettings,
);

const gone = ["QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"];

async function attributesOf(place: Place, url: string, names: QueueAttributeName[] = ["All"]) {
  const sqs = await place.client(sqsClient);
  const answer = await unless(sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: names }), ...gone);
  return answer && (answer.Attributes ?? {});
}

const queueProperties = {
  name: string({ replaces: true, naming: { length: 80, suffix: { when: "fifoQueue", add: ".fifo" } } }),
  fifoQueue: boolean({ default: false, replaces: true }),
  contentBasedDeduplication: boolean({ default: false }),
  deduplicationScope: string({ computed: true }),
  fifoThroughputLimit: string({ computed: true }),
  delaySeconds: number({ default: 0 }),
  visibilityTimeoutSeconds: number({ default: 30 }),
  receiveWaitTimeSeconds: number({ default: 0 }),
  messageRetentionSeconds: number({ default: 345_600 }),
  maxMessageSize: number({ default: 262_144 }),
  kmsMasterKeyId: string(),
  kmsDataKeyReusePeriodSeconds: number({ computed: true }),
  sqsManagedSseEnabled: boolean({ computed: true }),
  policy: policy({ computed: true }),
  redrivePolicy: json({ computed: true }),
  redriveAllowPolicy: json({ computed: true }),
  ...tagFields,
  arn: output(string()),
  url: output(string()),
};

const attributeNames = {
  fifoQueue: "FifoQueue",
  contentBasedDeduplication: "ContentBasedDeduplication",
  deduplicationScope: "DeduplicationScope",
  fifoThroughputLimit: "FifoThroughputLimit",
  delaySeconds: "DelaySeconds",
  visibilityTimeoutSeconds: "VisibilityTimeout",
  receiveWaitTimeSeconds: "ReceiveMessageWaitTimeSeconds",
  messageRetentionSeconds: "MessageRetentionPeriod",
  maxMessageSize: "MaximumMessageSize",
  kmsMasterKeyId: "KmsMasterKeyId",
  kmsDataKeyReusePeriodSeconds: "KmsDataKeyReusePeriodSeconds",
  sqsManagedSseEnabled: "SqsManagedSseEnabled",
  policy: "Policy",
  redrivePolicy: "RedrivePolicy",
  redriveAllowPolicy: "RedriveAllowPolicy",
} as const;

type AttributeProperty = keyof typeof attributeNames;

function asAttributes(inputs: InputsOf<typeof queueProperties>, wanted: (name: AttributeProperty) => boolean) {
  const properties = Object.keys(attributeNames) as AttributeProperty[];
  const given = properties.filter(wanted).map((name) => [attributeNames[name], inputs[name]] as const);
  return Object.fromEntries(given.map(([name, value]) => [name, value === undefined ? "" : String(value)]));
}

function fromAttributes(attributes: Partial<Record<string, string>>): OutputsOf<typeof queueProperties> {
  const values = Object.entries(attributeNames).map(([property, name]) => {
    const value = attributes[name];
    const { kind } = queueProperties[property as AttributeProperty];
    return [
      property,
      value === undefined
        ? undefined
        : kind === "number"
          ? Number(value)
          : kind === "boolean"
            ? value === "true"
            : value,
    ];
  });
  return Object.fromEntries(values);
}

const queue = resource({
  title: "SQS Queue",
  properties: queueProperties,
  label: (inputs) => inputs.name,
  async create(place, inputs) {
    const sqs = await place.client(sqsClient);
    const standard = inputs.fifoQueue ? [] : ["fifoQueue", "contentBasedDeduplication"];
    const { QueueUrl } = await sqs.createQueue({
      QueueName: inputs.name,
      Attributes: asAttributes(inputs, (name) => inputs[name] !== undefined && !standard.includes(name)),
      tags: asMap(inputs.tagsAll),
    });
    return QueueUrl ?? "";
  },
  async read(place, id) {
    const attributes = await attributesOf(place, id);
    if (!attributes) return undefined;
    const sqs = await place.client(sqsClient);
    const { Tags } = await sqs.listQueueTags({ QueueUrl: id });
    return {
      fifoQueue: false,
      contentBasedDeduplication: false,
      ...present(fromAttributes(attributes)),
      kmsDataKeyReusePeriodSeconds: Number(attributes.KmsDataKeyReusePeriodSeconds ?? 300),
      name: id.slice(id.lastIndexOf("/") + 1),
      tagsAll: Tags ?? {},
      arn: attributes.QueueArn,
      url: id,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const sqs = await place.client(sqsClient);
    const attributes = asAttributes(inputs, (name) => changed.has(name));
    if (Object.keys(attributes).length > 0) {
      await during(`updating SQS Queue (${id}) attributes`, () =>
        sqs.setQueueAttributes({ QueueUrl: id, Attributes: attributes }),
      );
    }
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (Object.keys(tags.set).length > 0) await sqs.tagQueue({ QueueUrl: id, Tags: tags.set });
    if (tags.remove.length > 0) await sqs.untagQueue({ QueueUrl: id, TagKeys: tags.remove });
  },
  async delete(place, id) {
    const sqs = await place.client(sqsClient);
    await unless(sqs.deleteQueue({ QueueUrl: id }), ...gone);
  },
});

function present<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** A resource that is one attribute of a queue: its policy, its redrive policy. */
function queueAttribute(
  property: "policy" | "redriveAllowPolicy" | "redrivePolicy",
  attribute: "Policy" | "RedriveAllowPolicy" | "RedrivePolicy",
) {
  const kind = property === "policy" ? policy : json;
  const put = async (place: Place, id: string, value: string) => {
    const sqs = await place.client(sqsClient);
    await during(`setting SQS Queue (${id}) attribute (${attribute})`, () =>
      sqs.setQueueAttributes({ QueueUrl: id, Attributes: { [attribute]: value } }),
    );
  };
  return resource({
    title: `SQS Queue ${attribute}`,
    properties: { queueUrl: string({ required: true, replaces: true }), [property]: kind({ required: true }) },
    async create(place, inputs, made) {
      const id = String(inputs.queueUrl);
      await put(place, id, String(inputs[property]));
      made(id);
      // SQS takes up to a minute to show a new attribute.
      await waitFor(
        { within: 60_000, signal: place.cancelled },
        async () => (await attributesOf(place, id, [attribute]))?.[attribute],
      );
      return id;
    },
    async read(place, id) {
      const value = (await attributesOf(place, id, [attribute]))?.[attribute];
      return value ? { queueUrl: id, [property]: value } : undefined;
    },
    update: (place, id, inputs) => put(place, id, String(inputs[property])),
    async delete(place, id) {
      const sqs = await place.client(sqsClient);
      await unless(sqs.setQueueAttributes({ QueueUrl: id, Attributes: { [attribute]: "" } }), ...gone);
    },
  });
}

export const sqs: ResourceTypes = {
  "aws:sqs/queue:Queue": queue,
  "aws:sqs/queuePolicy:QueuePolicy": queueAttribute("policy", "Policy"),
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": queueAttribute("redriveAllowPolicy", "RedriveAllowPolicy"),
  "aws:sqs/redrivePolicy:RedrivePolicy": queueAttribute("redrivePolicy", "RedrivePolicy"),
};
