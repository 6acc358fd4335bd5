import { type AwsCallPlace, callAws } from "../aws/call-error.ts";
import type { SessionCredentials } from "../aws/session.ts";

/** Where an inventory is read, and with what. */
export interface Reading {
  readonly accountId: string;
  readonly credentials: SessionCredentials;
  readonly endpoint?: string;
}

/** AWS SDK settings of a reader's client. The inventory only reads, so that every call may be tried again. */
export function clientSettings(reading: Reading, region: string) {
  const { expiration: _, ...credentials } = reading.credentials;
  return {
    region,
    credentials,
    retryMode: "adaptive",
    maxAttempts: 5,
    ...(reading.endpoint === undefined ? {} : { endpoint: reading.endpoint }),
  };
}

/** Calls AWS as part of an inventory: an error names the account, the region and the call. */
export function reader(reading: Reading, region: string, what: string) {
  const place = (call: string): AwsCallPlace => ({
    activity: `reading ${what} of account ${reading.accountId}`,
    accountId: reading.accountId,
    region,
    call,
  });
  return {
    need: <T>(call: string, send: () => Promise<T>): Promise<T> => callAws(place(call), send),
    /** Undefined when AWS answers one of the codes by which it says "there is none". */
    find: <T>(call: string, send: () => Promise<T>, absent: readonly string[]): Promise<T | undefined> =>
      callAws(place(call), send, absent),
  };
}

/** Copies an object without the members that are undefined, as exact optional properties want it. */
export function defined<T extends object>(object: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

/** Tags as an inventory has them: undefined where there are none, without those that AWS itself sets. */
export function tagged(tags: Readonly<Record<string, string>> | undefined): Record<string, string> | undefined {
  const own = Object.entries(tags ?? {}).filter(([name]) => !name.startsWith("aws:"));
  return own.length === 0 ? undefined : Object.fromEntries(own);
}
