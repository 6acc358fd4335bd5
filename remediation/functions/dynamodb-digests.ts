import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
} from "@aws-sdk/client-dynamodb";
import type { Incident } from "../forwarders/incident.ts";
import type { DigestStore } from "../forwarders/slack/digests.ts";

/** Days for which a digest's incidents can be listed: a queue may keep a message for fourteen. */
const KEPT_DAYS = 30;
const DAY = 24 * 60 * 60;

/**
 * Digests in the table of the ledger: the incidents of each, under its name, and the names of those that are open under one key. A digest is open from
 * its first incident on; one that is added while it is closed opens it again.
 */
export function dynamodbDigests(client: DynamoDBClient, TableName: string, now: () => Date): DigestStore {
  const of = (digest: string) => ({ S: `digest#${digest}` });
  const OPEN = { S: "digest#" };
  const query = async (pk: { S: string }) => {
    const found = [];
    const asked = {
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": pk },
    };
    for await (const { Items = [] } of paginateQuery({ client }, asked)) found.push(...Items);
    return found;
  };
  return {
    async add(digest, incident) {
      const expires = { N: String(Math.floor(now().getTime() / 1000) + KEPT_DAYS * DAY) };
      // First that there is a digest: one that is open without incidents tells nothing, and one that is not would never be told.
      await client.send(new PutItemCommand({ TableName, Item: { pk: OPEN, sk: { S: digest }, expires } }));
      try {
        await client.send(
          new PutItemCommand({
            TableName,
            Item: {
              ...{ pk: of(digest), sk: { S: incident.id }, expires },
              ...{ version: { N: String(incident.version) }, incident: { S: JSON.stringify(incident) } },
            },
            ConditionExpression: "attribute_not_exists(pk) OR version < :version",
            ExpressionAttributeValues: { ":version": { N: String(incident.version) } },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
    async list(digest) {
      return (await query(of(digest))).flatMap(({ incident }) =>
        incident?.S === undefined ? [] : (JSON.parse(incident.S) as Incident),
      );
    },
    async open() {
      const names = (await query(OPEN)).flatMap(({ sk }) => sk?.S ?? []);
      // A name ends with the number of its period.
      const period = (name: string) => Number(name.slice(name.lastIndexOf(":") + 1));
      return names.sort((one, other) => period(one) - period(other));
    },
    async close(digest) {
      await client.send(new DeleteItemCommand({ TableName, Key: { pk: OPEN, sk: { S: digest } } }));
    },
  };
}
