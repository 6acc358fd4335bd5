import {
  BatchGetItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  QueryCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import type { Caps } from "./decision.ts";
import { isPassing } from "./dynamodb-errors.ts";
import { type About, type Entry, type Ledger, LostError, type Shelf, type Step } from "./ledger.ts";
import {
  aboutKey,
  CAPS,
  counterKey,
  entryOf,
  HISTORY,
  type Item,
  lineItem,
  lineOf,
  linesPrefix,
  listedOf,
  mainKey,
  N,
  S,
  stateOf,
  stepOf,
  withMost,
} from "./ledger-items.ts";
import { advance, next, put } from "./ledger-writes.ts";
import { PATIENT, type Patience, patiently } from "./patience.ts";

/** Days for which an incident is kept that changed nothing. The table's time-to-live attribute is `expires`, in seconds. */
const KEPT_DAYS = 400;
const DAY = 24 * 60 * 60;
/** Milliseconds: together the tries wait some three seconds at most. */
const FIRST_WAIT = 50;
const seconds = (at: string | Date) => Math.floor(new Date(at).getTime() / 1000);

/**
 * The ledger in a table with the keys `pk` and `sk` (texts): an incident's own item, its history, what it is about and what is known of its
 * targets, all by its id; and counters by hour. An item has at most 400 KB (DynamoDB Developer Guide, "Quotas"): a change that is larger is
 * refused before it is made. What is throttled or meets another write is tried again, and rejects if that goes on.
 */
export function dynamodbLedger(client: DynamoDBClient, table: string, patience: Patience = PATIENT): Ledger {
  return {
    async claim({ id, key, cause }, foundAt, now, leaseSeconds) {
      const claiming = {
        TableName: table,
        Key: mainKey(id),
        UpdateExpression:
          "SET #state = if_not_exists(#state, :seen), incidentKey = :key, cause = :cause, foundAt = :found, leaseEnds = :lease, " +
          "dealt = if_not_exists(dealt, :never), expires = if_not_exists(expires, :expires) ADD version :one",
        ConditionExpression: "attribute_not_exists(pk) OR (dealt < :found AND leaseEnds <= :now)",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ...{ ":seen": S("seen"), ":key": S(key), ":cause": S(cause), ":found": S(foundAt), ":never": S("") },
          ":lease": N(now.getTime() + leaseSeconds * 1000),
          ":now": N(now.getTime()),
          ":one": N(1),
          ":expires": N(seconds(now) + KEPT_DAYS * DAY),
        },
        ReturnValues: "ALL_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      } as const;
      try {
        const { Attributes = {} } = await patient(() => client.send(new UpdateItemCommand(claiming)));
        return { kind: "claimed", entry: entryOf(id, Attributes) };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const { Item: old = {} } = error;
        if ((old.dealt?.S ?? "") >= foundAt) return { kind: "duplicate", state: stateOf(old) };
        return { kind: "busy" };
      }
    },

    async get(id) {
      const found = await getItem(mainKey(id));
      return found === undefined ? undefined : entryOf(id, found);
    },

    async take(entry, step, now, leaseSeconds) {
      const moved = { ...step, version: entry.version + 1 };
      const values = { ":lease": N(now.getTime() + leaseSeconds * 1000), ":now": N(now.getTime()) };
      await orLost(
        entry,
        transact(advance(table, entry, moved, "SET leaseEnds = :lease", values, " AND leaseEnds <= :now")),
      );
      return { ...entry, state: step.state, version: moved.version, since: step.at };
    },

    async used(counted, now) {
      const keys = CAPS.map((cap) => counterKey(cap, counted, now));
      const { Responses = {}, UnprocessedKeys = {} } = await patient(() =>
        client.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys, ConsistentRead: true } } })),
      );
      // A counter that was not read is not one that is zero.
      if (Object.keys(UnprocessedKeys).length > 0) throw new Error("reading the counters of changes: try again");
      const items = Responses[table] ?? [];
      const count = (cap: keyof Caps) => {
        const wanted = counterKey(cap, counted, now).pk?.S;
        return Number(items.find(({ pk }) => pk?.S === wanted)?.n?.N ?? 0);
      };
      return { account: count("account"), control: count("control"), action: count("action") };
    },

    async start(entry, step, { remediation, attempts }, counted) {
      const counters = CAPS.map(
        (cap): TransactWriteItem => ({
          Update: {
            TableName: table,
            Key: counterKey(cap, counted, new Date(step.at)),
            UpdateExpression: "SET expires = :expires ADD n :one",
            ...withMost(counted[cap].most, { ":one": N(1), ":expires": N(seconds(step.at) + 2 * DAY) }),
          },
        }),
      );
      const begun = { state: "started", attempts, epoch: entry.epoch + 1, remediation, began: step.at } as const;
      const started: Step = { ...step, state: begun.state, version: entry.version + 1 };
      const sets =
        "SET attempts = :attempts, epoch = :epoch, remediation = :remediation, began = :since, undoneAt = :none";
      const values = {
        ":attempts": N(attempts),
        ":epoch": N(begun.epoch),
        ":remediation": S(remediation),
        ":none": S(""),
      };
      try {
        await transact([...advance(table, entry, started, sets, values), ...counters]);
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const failed = (error.CancellationReasons ?? []).map(({ Code }) => Code === "ConditionalCheckFailed");
        if (failed[0] === true) throw lost(entry);
        const full = CAPS.find((_cap, index) => failed[index + 2] === true);
        if (full === undefined) throw error;
        return full;
      }
      return { ...entry, ...begun, version: started.version, since: step.at, undoneAt: "" };
    },

    async move(entry, step, hold, facts = {}) {
      const moved = { ...entry, ...facts, state: step.state, version: entry.version + 1, since: step.at };
      const values = { ":attempts": N(moved.attempts), ":verified": N(moved.verified), ":undone": S(moved.undoneAt) };
      const sets = "SET attempts = :attempts, verified = :verified, undoneAt = :undone";
      const released = hold === "hold" ? "" : `, leaseEnds = :zero${hold === "done" ? ", dealt = foundAt" : ""}`;
      const zero = hold === "hold" ? {} : { ":zero": N(0) };
      await orLost(
        entry,
        transact(advance(table, entry, { ...step, version: moved.version }, sets + released, { ...values, ...zero })),
      );
      return moved;
    },

    async keep(entry, line) {
      const isDryRun = line.epoch === 0;
      // What can be undone has no end: attribute `expires` set to no number is none for the time-to-live.
      const update = isDryRun || line.change === null ? undefined : { set: ", expires = :never", ":never": S("never") };
      const end: Item = isDryRun ? { expires: N(seconds(entry.foundAt) + KEPT_DAYS * DAY) } : {};
      await orLost(entry, transact([next(table, entry, update), put(table, { ...lineItem(entry.id, line), ...end })]));
      return { ...entry, version: entry.version + 1 };
    },

    async lines(id, epoch) {
      return (await query(id, linesPrefix(epoch))).map(lineOf);
    },

    async remember(entry, about) {
      await orLost(
        entry,
        transact([next(table, entry), put(table, { ...aboutKey(entry.id), about: S(JSON.stringify(about)) })]),
      );
      return { ...entry, version: entry.version + 1 };
    },

    async about(id) {
      const found = await getItem(aboutKey(id));
      return found?.about?.S === undefined ? undefined : (JSON.parse(found.about.S) as About);
    },

    async list(shelf, limit, next) {
      const asked = {
        TableName: table,
        IndexName: "by-shelf",
        KeyConditionExpression: "shelf = :shelf",
        ExpressionAttributeValues: { ":shelf": S(shelf) },
        ScanIndexForward: false,
        Limit: limit,
        ...(next === undefined ? {} : { ExclusiveStartKey: startOf(next, shelf) }),
      };
      const { Items = [], LastEvaluatedKey: last } = await patient(() => client.send(new QueryCommand(asked)));
      return {
        items: Items.map(listedOf),
        next: last === undefined ? undefined : JSON.stringify([last.pk?.S, last.since?.S]),
      };
    },

    async untold(limit) {
      const asked = {
        TableName: table,
        IndexName: "untold",
        KeyConditionExpression: "untold = :untold",
        ExpressionAttributeValues: { ":untold": S("1") },
        Limit: limit,
      };
      const { Items = [] } = await patient(() => client.send(new QueryCommand(asked)));
      return Items.map(listedOf);
    },

    async published(id, version) {
      const told = {
        TableName: table,
        Key: mainKey(id),
        UpdateExpression: "REMOVE untold",
        ConditionExpression: "version = :version",
        ExpressionAttributeValues: { ":version": N(version) },
      };
      try {
        await patient(() => client.send(new UpdateItemCommand(told)));
      } catch (error) {
        // There is more to tell by now.
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },

    async history(id) {
      return (await query(id, HISTORY)).map(stepOf);
    },
  };

  function patient<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    return patiently(patience, FIRST_WAIT, isPassing, call);
  }

  async function getItem(Key: Item): Promise<Item | undefined> {
    const get = new GetItemCommand({ TableName: table, Key, ConsistentRead: true });
    return (await patient(() => client.send(get))).Item;
  }

  async function query(id: string, prefix: string): Promise<Item[]> {
    const values = { ":id": S(id), ":prefix": S(prefix) };
    const asked = {
      TableName: table,
      ConsistentRead: true,
      KeyConditionExpression: "pk = :id AND begins_with(sk, :prefix)",
      ExpressionAttributeValues: values,
    };
    return await patient(async () => {
      const items: Item[] = [];
      for await (const { Items = [] } of paginateQuery({ client }, asked)) items.push(...Items);
      return items;
    });
  }

  async function transact(items: TransactWriteItem[]): Promise<void> {
    await patient(() => client.send(new TransactWriteItemsCommand({ TransactItems: items })));
  }
}

/** Where a list goes on, as its page before said. */
function startOf(next: string, shelf: Shelf): Item {
  const [id, since] = JSON.parse(next) as unknown[];
  if (typeof id !== "string" || typeof since !== "string") throw new Error("listing incidents: next is of no page");
  return { ...mainKey(id), shelf: S(shelf), since: S(since) };
}

const lost = ({ id }: Entry) => new LostError(`going on with incident ${id}: somebody else has taken it over`);

async function orLost(entry: Entry, write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    const isLost =
      error instanceof TransactionCanceledException &&
      error.CancellationReasons?.[0]?.Code === "ConditionalCheckFailed";
    throw isLost ? lost(entry) : error;
  }
}
