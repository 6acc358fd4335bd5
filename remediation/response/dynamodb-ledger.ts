import {
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  paginateQuery,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import type { Caps } from "./decision.ts";
import { isPassing } from "./dynamodb-errors.ts";
import type { About, Entry, Ledger } from "./ledger.ts";
import { endOfKeeping, ledgerClaims, lost } from "./ledger-claims.ts";
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
  mainKey,
  N,
  S,
  stepOf,
  withMost,
} from "./ledger-items.ts";
import { ledgerListing } from "./ledger-listing.ts";
import type { LedgerTable } from "./ledger-table.ts";
import { advance, annotate, next, put, putAbout, stepped } from "./ledger-writes.ts";
import { PATIENT, type Patience, patiently } from "./patience.ts";

/** Milliseconds: together the tries wait some three seconds at most. */
const FIRST_WAIT = 50;
/** Seconds for which an hour's counter is kept. */
const COUNTED = 2 * 24 * 60 * 60;

/**
 * The ledger in a table with the keys `pk` and `sk` (texts): an incident's own item, its history, what it is about and what is known of its
 * targets, all by its id; and counters by hour. An item has at most 400 KB (DynamoDB Developer Guide, "Quotas"): a change that is larger is
 * refused before it is made. What is throttled or meets another write is tried again, and rejects if that goes on.
 */
export function dynamodbLedger(client: DynamoDBClient, table: string, patience: Patience = PATIENT): Ledger {
  const place: LedgerTable = { client, table, patient };
  return {
    ...ledgerClaims(place),
    ...ledgerListing(place),

    async get(id) {
      const found = await getItem(mainKey(id));
      return found === undefined ? undefined : entryOf(id, found);
    },

    async take(entry, step, now, leaseSeconds) {
      const values = { ":lease": N(now.getTime() + leaseSeconds * 1000), ":now": N(now.getTime()) };
      const taking = advance(table, entry, step, "SET leaseEnds = :lease", values, " AND leaseEnds <= :now");
      await orLost(entry, transact(taking));
      return stepped(entry, step);
    },

    async note(entry, step, now, acknowledged) {
      await orLost(entry, transact(annotate(table, entry, step, now, acknowledged)));
      return { ...entry, version: entry.version + 1, acknowledged: acknowledged ?? entry.acknowledged };
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

    async start(entry, step, { remediation, attempts }, counted, about) {
      const counters = CAPS.map(
        (cap): TransactWriteItem => ({
          Update: {
            TableName: table,
            Key: counterKey(cap, counted, new Date(step.at)),
            UpdateExpression: "SET expires = :expires ADD n :one",
            ...withMost(counted[cap].most, {
              ":one": N(1),
              ":expires": N(Math.floor(Date.parse(step.at) / 1000) + COUNTED),
            }),
          },
        }),
      );
      const begun = { state: "started", attempts, epoch: entry.epoch + 1, remediation, began: step.at } as const;
      const started = { ...step, state: begun.state };
      const sets =
        "SET attempts = :attempts, epoch = :epoch, remediation = :remediation, began = :since, undoneAt = :none";
      const values = {
        ":attempts": N(attempts),
        ":epoch": N(begun.epoch),
        ":remediation": S(remediation),
        ":none": S(""),
      };
      try {
        await transact([
          ...advance(table, entry, started, sets, values),
          ...counters,
          ...putAbout(table, entry, about),
        ]);
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const failed = (error.CancellationReasons ?? []).map(({ Code }) => Code === "ConditionalCheckFailed");
        if (failed[0] === true) throw lost(entry.id);
        const full = CAPS.find((_cap, index) => failed[index + 2] === true);
        if (full === undefined) throw error;
        return full;
      }
      return { ...stepped(entry, started), ...begun, undoneAt: "" };
    },

    async move(entry, step, hold, facts = {}, about) {
      const moved = stepped({ ...entry, ...facts }, step);
      const values = { ":attempts": N(moved.attempts), ":verified": N(moved.verified), ":undone": S(moved.undoneAt) };
      const sets = "SET attempts = :attempts, verified = :verified, undoneAt = :undone";
      const dealt = hold === "done" ? ", foundAt = :found, dealt = :found, findings = :findings" : "";
      const released = hold === "hold" ? "" : `, leaseEnds = :zero${dealt}`;
      const zero = hold === "hold" ? {} : { ":zero": N(0) };
      const count = hold === "done" ? { ":findings": N(entry.findings), ":found": S(moved.foundAt) } : {};
      const moving = advance(table, entry, step, sets + released, { ...values, ...zero, ...count });
      await orLost(entry, transact([...moving, ...putAbout(table, entry, about)]));
      return moved;
    },

    async keep(entry, line) {
      const end: Item = line.epoch === 0 ? { expires: N(endOfKeeping(entry.foundAt)) } : {};
      await orLost(entry, transact([next(table, entry), put(table, { ...lineItem(entry.id, line), ...end })]));
      return { ...entry, version: entry.version + 1 };
    },

    async lines(id, epoch) {
      return (await query(id, linesPrefix(epoch))).map(lineOf);
    },

    async about(id) {
      const found = await getItem(aboutKey(id));
      return found?.about?.S === undefined ? undefined : (JSON.parse(found.about.S) as About);
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

async function orLost(entry: Entry, write: Promise<void>): Promise<void> {
  try {
    await write;
  } catch (error) {
    const isLost =
      error instanceof TransactionCanceledException &&
      error.CancellationReasons?.[0]?.Code === "ConditionalCheckFailed";
    throw isLost ? lost(entry.id) : error;
  }
}
