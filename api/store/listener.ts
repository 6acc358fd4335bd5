import pg from "pg";
import { connectionOptions, type DatabaseAddress } from "./connection.ts";

/** Channels of PostgreSQL's NOTIFY; the payload is an operation id. */
export const channels = { events: "bulwark_events", cancel: "bulwark_cancel" } as const;
export type Channel = (typeof channels)[keyof typeof channels];

/** Hears notifications of all processes. One connection for all subscribers. */
export interface Listener {
  /**
   * Calls `hear` with each payload, and with `undefined` after a lost connection came back: something may have been
   * missed, so look. Returns the function that ends the subscription.
   */
  subscribe(channel: Channel, hear: (payload: string | undefined) => void): () => void;
  close(): Promise<void>;
}

const longestPauseMs = 5_000;

/** Opens the connection; reconnects with growing pauses until closed. */
export async function openListener(address: DatabaseAddress, onError: (error: Error) => void): Promise<Listener> {
  const subscribers = new Map<Channel, Set<(payload: string | undefined) => void>>(
    Object.values(channels).map((channel) => [channel, new Set()]),
  );
  let closed = false;
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const next = new pg.Client(connectionOptions(address));
    next.on("error", onError);
    next.on("notification", ({ channel, payload }) => {
      for (const hear of subscribers.get(channel as Channel) ?? []) hear(payload ?? "");
    });
    next.once("end", () => {
      if (!closed && client === next) reconnect(100);
    });
    try {
      await next.connect();
      for (const channel of subscribers.keys()) await next.query(`listen ${channel}`);
    } catch (error) {
      await next.end().catch(() => undefined);
      throw error;
    }
    client = next;
  }

  function reconnect(pauseMs: number): void {
    client = undefined;
    retry = setTimeout(async () => {
      try {
        await connect();
        if (closed) await closeClient();
        for (const hearers of subscribers.values()) for (const hear of hearers) hear(undefined);
      } catch (error) {
        onError(error as Error);
        if (!closed) reconnect(Math.min(pauseMs * 2, longestPauseMs));
      }
    }, pauseMs);
  }

  async function closeClient(): Promise<void> {
    await client?.end().catch(() => undefined);
  }

  await connect();
  return {
    subscribe(channel, hear) {
      subscribers.get(channel)?.add(hear);
      return () => subscribers.get(channel)?.delete(hear);
    },
    async close() {
      closed = true;
      clearTimeout(retry);
      await closeClient();
    },
  };
}
