import {
  ConditionalCheckFailedException,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { type Entry, type Ledger, type ListQuery, PageError } from "./ledger.ts";
import { type Item, listedOf, mainKey, N, S } from "./ledger-items.ts";
import { BY_SHELF, type LedgerTable, UNTOLD } from "./ledger-table.ts";
import { waitingOf } from "./shelf.ts";

const Cursor = z.tuple([z.iso.datetime(), z.string().min(1).max(128)]);
const MOST = 1000;
/** The first and the last moment that has four digits of a year. */
const [BEGINNING, END] = ["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"];

/** Lists and the outbox: both from indexes, which may be a moment behind the table. */
export function ledgerListing({
  client,
  table,
  patient,
}: LedgerTable): Pick<Ledger, "list" | "listed" | "untold" | "waiting" | "published"> {
  return {
    async list(query) {
      const wanted = Math.min(Math.max(1, Math.trunc(query.limit)), MOST);
      const [from, to] = rangeOf(query);
      let start = startOf(query, from, to);
      const items: Item[] = [];
      if (from > to) return { items: [] };
      do {
        const asked = {
          TableName: table,
          IndexName: BY_SHELF,
          KeyConditionExpression: "shelf = :shelf AND since BETWEEN :from AND :to",
          ExpressionAttributeValues: { ":shelf": S(query.shelf), ":from": S(from), ":to": S(to) },
          ScanIndexForward: false,
          Limit: wanted - items.length,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        };
        const { Items = [], LastEvaluatedKey } = await patient(() => client.send(new QueryCommand(asked)));
        items.push(...Items);
        start = LastEvaluatedKey;
      } while (start !== undefined && items.length < wanted);
      const listed = items.map(listedOf);
      const last = listed.at(-1);
      if (start === undefined || last === undefined) return { items: listed };
      return { items: listed, next: nextAfter(last) };
    },

    async listed(id) {
      const get = new GetItemCommand({ TableName: table, Key: mainKey(id), ConsistentRead: true });
      const { Item } = await patient(() => client.send(get));
      return Item === undefined ? undefined : listedOf(Item);
    },

    untold: (limit) => ids("1", END, limit),

    waiting: (state, before, limit) => ids(state, before.toISOString(), limit),

    async published(id, version, state) {
      const waits = waitingOf(state);
      const condition = `untoldVersion <= :version${waits === undefined ? "" : " AND #state = :state"}`;
      const telling = {
        TableName: table,
        Key: mainKey(id),
        // What waits stays in the index, under its state: that is how it is found when its time is over.
        UpdateExpression: waits === undefined ? "REMOVE untold" : "SET untold = :state",
        ConditionExpression: condition,
        ...(waits === undefined ? {} : { ExpressionAttributeNames: { "#state": "state" } }),
        ExpressionAttributeValues: { ":version": N(version), ...(waits === undefined ? {} : { ":state": S(waits) }) },
      };
      try {
        await patient(() => client.send(new UpdateItemCommand(telling)));
      } catch (error) {
        // A later step is to be told.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };

  async function ids(untold: string, before: string, limit: number): Promise<readonly string[]> {
    const asked = {
      TableName: table,
      IndexName: UNTOLD,
      KeyConditionExpression: "untold = :untold AND since < :before",
      ExpressionAttributeValues: { ":untold": S(untold), ":before": S(before) },
      Limit: Math.min(Math.max(1, Math.trunc(limit)), MOST),
    };
    const { Items = [] } = await patient(() => client.send(new QueryCommand(asked)));
    return Items.flatMap(({ pk }) => pk?.S ?? []);
  }
}

/** The `next` of a page that would end with an incident: for who shows less of a page than was read. Pure. */
export function nextAfter({ since, id }: Pick<Entry, "since" | "id">): string {
  return Buffer.from(JSON.stringify([since, id])).toString("base64url");
}

/** From and to which time, both included: times are kept with three digits of a second. */
function rangeOf({ before, after }: ListQuery): readonly [string, string] {
  const moved = (time: string, by: number) => new Date(Date.parse(time) + by).toISOString();
  return [after === undefined ? BEGINNING : moved(after, 1), before === undefined ? END : moved(before, -1)];
}

function startOf({ shelf, next }: ListQuery, from: string, to: string): Item | undefined {
  if (next === undefined) return undefined;
  let given: unknown;
  try {
    given = JSON.parse(Buffer.from(next, "base64url").toString());
  } catch {
    given = undefined;
  }
  const cursor = Cursor.safeParse(given);
  // DynamoDB refuses a start outside of the range.
  if (!cursor.success || cursor.data[0] < from || cursor.data[0] > to) {
    throw new PageError(`listing incidents that are ${shelf}: "next" is none of a page of this list; begin without it`);
  }
  const [since, id] = cursor.data;
  return { ...mainKey(id), shelf: S(shelf), since: S(since) };
}
