import { ConditionalCheckFailedException, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { Ledger } from "./ledger.ts";
import { LostError } from "./ledger.ts";
import { entryOf, headlineSets, headlineValues, mainKey, N, S, stateOf } from "./ledger-items.ts";
import type { LedgerTable } from "./ledger-table.ts";

/** Days for which an incident is kept that was only seen. The table's time-to-live attribute is `expires`, in seconds. */
const KEPT_DAYS = 400;
const DAY = 24 * 60 * 60;

/** Seconds at which what was seen at a time is forgotten. */
export const endOfKeeping = (seenAt: string | Date) => Math.floor(new Date(seenAt).getTime() / 1000) + KEPT_DAYS * DAY;

/** How an incident is taken to work on for a finding and let go of without a step: each is one write. */
export function ledgerClaims({
  client,
  table,
  patient,
}: LedgerTable): Pick<Ledger, "claim" | "sight" | "pass" | "hold"> {
  return {
    async claim(incident, foundAt, now, leaseSeconds) {
      const claiming = {
        TableName: table,
        Key: mainKey(incident.id),
        UpdateExpression:
          `SET ${FIRST}, ${headlineSets("last")}, foundAt = :found, leaseEnds = :lease, ` +
          "dealt = if_not_exists(dealt, :never) ADD version :one",
        ConditionExpression: NEWER,
        ExpressionAttributeNames: { "#state": "state", "#region": "region" },
        ExpressionAttributeValues: {
          ...firstValues(foundAt, now),
          ...headlineValues(incident),
          ...{ ":lease": N(now.getTime() + leaseSeconds * 1000), ":never": S("") },
        },
        ReturnValues: "ALL_NEW",
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      } as const;
      try {
        const { Attributes = {} } = await patient(() => client.send(new UpdateItemCommand(claiming)));
        return { kind: "claimed", entry: entryOf(incident.id, Attributes) };
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const { Item: old = {} } = error;
        if ((old.dealt?.S ?? "") >= foundAt) return { kind: "duplicate", state: stateOf(old) };
        return { kind: "busy" };
      }
    },

    async sight(incident, foundAt, now) {
      const seeing = {
        TableName: table,
        Key: mainKey(incident.id),
        // What an incident is about stays what it was acted on for.
        UpdateExpression:
          `SET ${FIRST}, ${headlineSets("first")}, foundAt = :found, dealt = :found, ` +
          "leaseEnds = if_not_exists(leaseEnds, :zero) ADD version :one, findings :one",
        ConditionExpression: NEWER,
        ExpressionAttributeNames: { "#state": "state", "#region": "region" },
        ExpressionAttributeValues: { ...firstValues(foundAt, now), ...headlineValues(incident), ":zero": N(0) },
      };
      await ifHolds(patient(() => client.send(new UpdateItemCommand(seeing))));
    },

    async pass({ id, version, findings }) {
      const passing = {
        TableName: table,
        Key: mainKey(id),
        UpdateExpression: "SET dealt = foundAt, leaseEnds = :zero, version = :version, findings = :findings",
        ConditionExpression: "version = :held",
        ExpressionAttributeValues: {
          ...{ ":zero": N(0), ":version": N(version + 1), ":held": N(version), ":findings": N(findings) },
        },
      };
      if (!(await ifHolds(patient(() => client.send(new UpdateItemCommand(passing)))))) throw lost(id);
    },

    async hold(entry, now, leaseSeconds) {
      const holding = {
        TableName: table,
        Key: mainKey(entry.id),
        UpdateExpression: "SET leaseEnds = :lease, version = :version",
        ConditionExpression: "version = :held AND leaseEnds <= :now",
        ExpressionAttributeValues: {
          ...{ ":lease": N(now.getTime() + leaseSeconds * 1000), ":now": N(now.getTime()) },
          ...{ ":version": N(entry.version + 1), ":held": N(entry.version) },
        },
      };
      if (!(await ifHolds(patient(() => client.send(new UpdateItemCommand(holding)))))) throw lost(entry.id);
      return { ...entry, version: entry.version + 1 };
    },
  };
}

const FIRST =
  "#state = if_not_exists(#state, :seen), expires = if_not_exists(expires, :expires), " +
  "firstFoundAt = if_not_exists(firstFoundAt, :found), openedAt = if_not_exists(openedAt, :found)";
const NEWER = "attribute_not_exists(pk) OR (dealt < :found AND leaseEnds <= :now)";

const firstValues = (foundAt: string, now: Date) => ({
  ...{ ":seen": S("seen"), ":expires": N(endOfKeeping(now)), ":found": S(foundAt) },
  ...{ ":now": N(now.getTime()), ":one": N(1) },
});

/** Somebody else has taken it over. */
export const lost = (id: string) => new LostError(`going on with incident ${id}: somebody else has taken it over`);

/** Whether a conditional write was made. */
async function ifHolds(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
