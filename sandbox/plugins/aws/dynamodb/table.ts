import { isDeepStrictEqual } from "node:util";
import {
  type BillingMode,
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDB,
  DynamoDBClient,
  type GlobalSecondaryIndexUpdate,
  type KeySchemaElement,
  type KeyType,
  ListTagsOfResourceCommand,
  type ProjectionType,
  type ScalarAttributeType,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { clientMaker } from "../../provider/client.ts";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { block, boolean, type InputsOf, list, number, output, set, string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asPairs, fromPairs, tagChanges, tagFields } from "../../provider/tags.ts";
import { waitFor } from "../../provider/waiting.ts";

const dynamoDbClient = clientMaker<DynamoDB>()(DynamoDBClient, {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateContinuousBackupsCommand,
  UpdateTableCommand,
  UpdateTimeToLiveCommand,
});

const GONE = "ResourceNotFoundException";

const properties = {
  name: string({ replaces: true, naming: { length: 255 } }),
  attributes: set(block({ name: string({ required: true }), type: string({ required: true }) }), { computed: true }),
  hashKey: string({ computed: true, replaces: true }),
  rangeKey: string({ replaces: true }),
  /** In the form without `hashKey` and `rangeKey`, which the provider deprecates. */
  globalSecondaryIndexes: set(
    block({
      name: string({ required: true }),
      keySchemas: list(block({ attributeName: string({ required: true }), keyType: string({ required: true }) })),
      projectionType: string({ required: true }),
      nonKeyAttributes: set(string()),
    }),
  ),
  billingMode: string({ default: "PROVISIONED" }),
  readCapacity: number({ computed: true }),
  writeCapacity: number({ computed: true }),
  deletionProtectionEnabled: boolean({ default: false }),
  pointInTimeRecovery: block(
    { enabled: boolean({ required: true }), recoveryPeriodInDays: number({ computed: true }) },
    { computed: true },
  ),
  /** Without it DynamoDB encrypts by a key of its own. */
  serverSideEncryption: block(
    { enabled: boolean({ required: true }), kmsKeyArn: string({ computed: true }) },
    { computed: true },
  ),
  ttl: block({ attributeName: string(), enabled: boolean({ default: false }) }, { computed: true }),
  ...tagFields,
  arn: output(string()),
};

type Inputs = InputsOf<typeof properties>;

const find = async (place: Place, name: string) =>
  (await unless((await place.client(dynamoDbClient)).describeTable({ TableName: name }), GONE))?.Table;

/** A table takes one change at a time (Amazon DynamoDB API reference, UpdateTable). */
async function settled(place: Place, name: string): Promise<void> {
  await waitFor({ within: 1_800_000, signal: place.cancelled }, async () =>
    /^(CREATING|UPDATING)$/.test((await find(place, name))?.TableStatus ?? "") ? undefined : true,
  );
}

function keysOf({ hashKey, rangeKey }: Inputs): KeySchemaElement[] {
  const hash = { AttributeName: hashKey, KeyType: "HASH" as const };
  return rangeKey === undefined ? [hash] : [hash, { AttributeName: rangeKey, KeyType: "RANGE" }];
}

type Index = NonNullable<Inputs["globalSecondaryIndexes"]>[number];

const indexOf = ({ name, keySchemas, projectionType, nonKeyAttributes }: Index) => ({
  IndexName: name,
  KeySchema: (keySchemas ?? []).map(({ attributeName, keyType }) => ({
    AttributeName: attributeName,
    KeyType: keyType as KeyType,
  })),
  Projection: {
    ProjectionType: projectionType as ProjectionType,
    ...(nonKeyAttributes?.length ? { NonKeyAttributes: [...nonKeyAttributes] } : {}),
  },
});

const attributesOf = ({ attributes }: Inputs) =>
  (attributes ?? []).map(({ name, type }) => ({
    AttributeName: name,
    AttributeType: type as ScalarAttributeType,
  }));

/** An index is made or deleted, one in a call; one that differs is made anew (Amazon DynamoDB API reference, UpdateTable). */
async function setIndexes(place: Place, name: string, inputs: Inputs, prior: readonly Index[]): Promise<void> {
  const dynamoDb = await place.client(dynamoDbClient);
  const wanted = inputs.globalSecondaryIndexes ?? [];
  const same = (one: Index) => (other: Index) => isDeepStrictEqual(indexOf(one), indexOf(other));
  const changes: GlobalSecondaryIndexUpdate[] = [
    ...prior.filter((one) => !wanted.some(same(one))).map((one) => ({ Delete: { IndexName: one.name } })),
    ...wanted.filter((one) => !prior.some(same(one))).map((one) => ({ Create: indexOf(one) })),
  ];
  for (const change of changes) {
    await during(`updating DynamoDB Table (${name}) globalSecondaryIndexes`, () =>
      dynamoDb.updateTable({
        TableName: name,
        AttributeDefinitions: attributesOf(inputs),
        GlobalSecondaryIndexUpdates: [change],
      }),
    );
    await settled(place, name);
  }
}

function encryptionOf({ serverSideEncryption: sse }: Inputs) {
  if (sse === undefined) return {};
  const key = sse.kmsKeyArn === undefined ? {} : { KMSMasterKeyId: sse.kmsKeyArn };
  return { SSESpecification: sse.enabled ? { Enabled: true, SSEType: "KMS" as const, ...key } : { Enabled: false } };
}

function throughputOf({ billingMode, readCapacity, writeCapacity }: Inputs) {
  if (billingMode !== "PROVISIONED") return {};
  return { ProvisionedThroughput: { ReadCapacityUnits: readCapacity ?? 1, WriteCapacityUnits: writeCapacity ?? 1 } };
}

async function setRecovery(place: Place, name: string, { pointInTimeRecovery: wanted }: Inputs): Promise<void> {
  const dynamoDb = await place.client(dynamoDbClient);
  const RecoveryPeriodInDays = wanted?.enabled ? wanted.recoveryPeriodInDays : undefined;
  await during(`updating DynamoDB Table (${name}) point in time recovery`, () =>
    dynamoDb.updateContinuousBackups({
      TableName: name,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: wanted?.enabled === true, RecoveryPeriodInDays },
    }),
  );
}

async function setExpiry(place: Place, name: string, attribute: string | undefined, enabled: boolean): Promise<void> {
  const dynamoDb = await place.client(dynamoDbClient);
  await during(`updating DynamoDB Table (${name}) time to live`, () =>
    dynamoDb.updateTimeToLive({
      TableName: name,
      TimeToLiveSpecification: { AttributeName: attribute, Enabled: enabled },
    }),
  );
}

export const table = resource({
  title: "DynamoDB Table",
  properties,
  label: (inputs) => inputs.name,
  async create(place, inputs, made) {
    const dynamoDb = await place.client(dynamoDbClient);
    const name = inputs.name ?? "";
    await dynamoDb.createTable({
      TableName: name,
      AttributeDefinitions: attributesOf(inputs),
      KeySchema: keysOf(inputs),
      ...(inputs.globalSecondaryIndexes?.length
        ? { GlobalSecondaryIndexes: inputs.globalSecondaryIndexes.map(indexOf) }
        : {}),
      BillingMode: inputs.billingMode as BillingMode,
      DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
      Tags: asPairs(inputs.tagsAll),
      ...throughputOf(inputs),
      ...encryptionOf(inputs),
    });
    made(name);
    await settled(place, name);
    if (inputs.ttl?.enabled) await setExpiry(place, name, inputs.ttl.attributeName, true);
    if (inputs.pointInTimeRecovery?.enabled) await setRecovery(place, name, inputs);
    return name;
  },
  async read(place, id) {
    const found = await find(place, id);
    if (found === undefined || found.TableStatus === "DELETING") return undefined;
    const dynamoDb = await place.client(dynamoDbClient);
    const [{ ContinuousBackupsDescription: backups }, { TimeToLiveDescription: expiry }, { Tags }] = await Promise.all([
      dynamoDb.describeContinuousBackups({ TableName: id }),
      dynamoDb.describeTimeToLive({ TableName: id }),
      dynamoDb.listTagsOfResource({ ResourceArn: found.TableArn }),
    ]);
    const recovery = backups?.PointInTimeRecoveryDescription;
    const key = (type: string) => found.KeySchema?.find(({ KeyType }) => KeyType === type)?.AttributeName;
    const expires = /^ENABL/.test(expiry?.TimeToLiveStatus ?? "");
    return {
      name: found.TableName,
      attributes: (found.AttributeDefinitions ?? []).map(({ AttributeName = "", AttributeType = "" }) => ({
        name: AttributeName,
        type: AttributeType,
      })),
      hashKey: key("HASH"),
      rangeKey: key("RANGE"),
      globalSecondaryIndexes: (found.GlobalSecondaryIndexes ?? []).map((one) => ({
        name: one.IndexName ?? "",
        keySchemas: (one.KeySchema ?? []).map(({ AttributeName = "", KeyType = "" }) => ({
          attributeName: AttributeName,
          keyType: KeyType,
        })),
        projectionType: one.Projection?.ProjectionType ?? "ALL",
        nonKeyAttributes: one.Projection?.NonKeyAttributes ?? [],
      })),
      billingMode: found.BillingModeSummary?.BillingMode ?? "PROVISIONED",
      readCapacity: found.ProvisionedThroughput?.ReadCapacityUnits ?? 0,
      writeCapacity: found.ProvisionedThroughput?.WriteCapacityUnits ?? 0,
      deletionProtectionEnabled: found.DeletionProtectionEnabled === true,
      pointInTimeRecovery: {
        enabled: recovery?.PointInTimeRecoveryStatus === "ENABLED",
        recoveryPeriodInDays: recovery?.RecoveryPeriodInDays,
      },
      serverSideEncryption: {
        enabled: /^(ENABLED|ENABLING|UPDATING)$/.test(found.SSEDescription?.Status ?? ""),
        kmsKeyArn: found.SSEDescription?.KMSMasterKeyArn,
      },
      ttl: { attributeName: expires ? expiry?.AttributeName : undefined, enabled: expires },
      tagsAll: fromPairs(Tags),
      arn: found.TableArn,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const dynamoDb = await place.client(dynamoDbClient);
    // DynamoDB takes these apart from one another.
    const changes: Readonly<Record<string, object>> = {
      billingMode: { BillingMode: inputs.billingMode, ...throughputOf(inputs) },
      deletionProtectionEnabled: { DeletionProtectionEnabled: inputs.deletionProtectionEnabled },
      serverSideEncryption: encryptionOf(inputs),
    };
    for (const [name, change] of Object.entries(changes)) {
      if (!changed.has(name) || Object.keys(change).length === 0) continue;
      await during(`updating DynamoDB Table (${id}) ${name}`, () => dynamoDb.updateTable({ TableName: id, ...change }));
      await settled(place, id);
    }
    if (changed.has("globalSecondaryIndexes")) {
      await setIndexes(place, id, inputs, prior.globalSecondaryIndexes ?? []);
    }
    if (changed.has("ttl")) {
      const attribute = inputs.ttl?.enabled ? inputs.ttl.attributeName : prior.ttl?.attributeName;
      await setExpiry(place, id, attribute, inputs.ttl?.enabled === true);
    }
    if (changed.has("pointInTimeRecovery")) await setRecovery(place, id, inputs);
    const ResourceArn = String(prior.arn);
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (Object.keys(tags.set).length > 0) await dynamoDb.tagResource({ ResourceArn, Tags: asPairs(tags.set) });
    if (tags.remove.length > 0) await dynamoDb.untagResource({ ResourceArn, TagKeys: tags.remove });
  },
  async delete(place, id) {
    const dynamoDb = await place.client(dynamoDbClient);
    await unless(dynamoDb.deleteTable({ TableName: id }), GONE);
    await waitFor({ within: 1_800_000, signal: place.cancelled }, async () =>
      (await find(place, id)) === undefined ? true : undefined,
    );
  },
});
