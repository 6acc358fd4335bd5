import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** Days for which notes of what was told are kept after the last one: as long as incidents that changed nothing. */
export const KEPT_DAYS = 400;
const DAY = 24 * 60 * 60;

export type Item = Record<string, AttributeValue>;

/** The keys of an item, as all items of the table of incidents have them. */
export const keyOf = (pk: string, sk: string): Item => ({ pk: { S: pk }, sk: { S: sk } });

/** The table's time-to-live attribute: seconds since 1970. */
export const expiresAfter = (now: Date, days: number): AttributeValue => ({
  N: String(Math.floor(now.getTime() / 1000) + days * DAY),
});
