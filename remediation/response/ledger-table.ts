import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";

/** The table that the ledger is in: its name, and calls that are tried again where what they met passes by itself. */
export interface LedgerTable {
  readonly client: DynamoDBClient;
  readonly table: string;
  readonly patient: <Answer>(call: () => Promise<Answer>) => Promise<Answer>;
}

/** Incidents that have a history, by shelf (`shelf`) and the time of their state (`since`); with all attributes. */
export const BY_SHELF = "by-shelf";
/** Of these, those that have something to be told or that wait (`untold`), by the same time; with the keys alone. */
export const UNTOLD = "untold";
