import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Incident, incidentSchema } from "../incident.ts";
import { expiresAfter, type Item, keyOf } from "../kept-items.ts";
import type { DigestStore } from "./digests.ts";

/** Longer than a period, its grace and the 14 days for which a queue keeps a message, together. */
const KEPT_DAYS = 30;
/** Digests that wait stand under one key, in the order of their periods. */
const OPEN = "digest#open";

const openKey = (digest: string): Item => {
  const ordinal = digest.split(":")[1] ?? "";
  return keyOf(OPEN, `${ordinal.padStart(12, "0")}#${digest}`);
};

/** Incidents that wait for a digest, in the table of incidents. Rejects where DynamoDB does. */
export function dynamodbDigests(client: DynamoDBClient, TableName: string, now: () => Date): DigestStore {
  const put = async (item: Item, ConditionExpression: string, values?: Item): Promise<void> => {
    try {
      await client.send(
        new PutItemCommand({
          TableName,
          Item: { ...item, expires: expiresAfter(now(), KEPT_DAYS) },
          ConditionExpression,
          ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
        }),
      );
    } catch (error) {
      // What is there is as good, or newer.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  };

  const query = async (pk: string): Promise<Item[]> => {
    const items: Item[] = [];
    const asked = {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": { S: pk } },
    };
    for await (const { Items = [] } of paginateQuery({ client }, asked)) items.push(...Items);
    return items;
  };

  return {
    async add(digest, incident) {
      // Open first: one that is open and empty tells nothing, one that nobody knows of would never be told.
      await put({ ...openKey(digest), digest: { S: digest } }, "attribute_not_exists(pk)");
      const version = { N: String(incident.version) };
      await put(
        { ...keyOf(`digest#${digest}`, incident.id), incident: { S: JSON.stringify(incident) }, version },
        "attribute_not_exists(pk) OR version < :version",
        { ":version": version },
      );
    },
    async list(digest) {
      return (await query(`digest#${digest}`)).map(
        ({ incident }): Incident => incidentSchema.parse(JSON.parse(incident?.S ?? "null")),
      );
    },
    async open() {
      return (await query(OPEN)).flatMap(({ digest, closed }) =>
        closed === undefined && digest?.S !== undefined ? [digest.S] : [],
      );
    },
    async close(digest) {
      // It stays as closed: an incident that comes late does not open it again.
      await client.send(
        new UpdateItemCommand({
          TableName,
          Key: openKey(digest),
          UpdateExpression: "SET closed = :true",
          ConditionExpression: "attribute_exists(pk)",
          ExpressionAttributeValues: { ":true": { BOOL: true } },
        }),
      );
    },
  };
}
