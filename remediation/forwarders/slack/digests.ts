import type { Incident } from "../incident.ts";
import { digest } from "./message.ts";
import { held, once, type Teller, without } from "./told.ts";

/** Incidents that wait for a digest, by channel and period. */
export interface DigestStore {
  /** Keeps an incident for a digest; of one that is there, the greater version stays. */
  add(digest: string, incident: Incident): Promise<void>;
  /** Those of a digest, in an order that stays the same. */
  list(digest: string): Promise<readonly Incident[]>;
  /** Digests that have incidents, oldest first. */
  open(): Promise<readonly string[]>;
  /** It was told: it is not open any more. Its incidents stay to be listed for as long as a queue may keep a message (14 days). */
  close(digest: string): Promise<void>;
}

export interface DigestTeller extends Teller {
  readonly digests: DigestStore;
  /** Length of a period, in milliseconds. */
  readonly period: number;
}

/** A Lambda that was asked to add an incident ends within this after the period; then the digest is complete. Milliseconds. */
const GRACE = 15 * 60_000;

/** The digest of the period of a moment. */
const digestAt = (at: string, channel: string, period: number): string =>
  `${channel}:${Math.floor(Date.parse(at) / period)}`;

/**
 * Keeps an incident for the next digest of a channel, each version once: an attempt before this one may have put it into an earlier digest, which
 * may have been sent since. Throws `SlackError` where another process is at it.
 */
export async function collect(incident: Incident, channel: string, teller: DigestTeller): Promise<void> {
  const { digests, now, period } = teller;
  await held(incident.id, channel, teller, async (holding) => {
    if (holding.told.shown >= incident.version) return;
    const key = `${incident.id}:digest:${incident.version}`;
    const begun = holding.told.pending.find((one) => one.key === key);
    if (begun !== undefined) {
      const before = await digests.list(digestAt(begun.at, holding.told.channel, period));
      if (before.some(({ id, version }) => id === incident.id && version >= incident.version)) {
        return await holding.save({ shown: incident.version, pending: without(holding, key) });
      }
    }
    const at = now().toISOString();
    await holding.save({ pending: [...without(holding, key), { key, at }] });
    await digests.add(digestAt(at, holding.told.channel, period), incident);
    await holding.save({ shown: incident.version, pending: without(holding, key) });
  });
}

/**
 * Tells the digests whose period is over, as many messages for each as it takes, each once. To be called by a schedule. One that fails does not
 * keep the others; throws what failed together.
 */
export async function sendDigests(teller: DigestTeller): Promise<void> {
  const { digests, now, period } = teller;
  const failures: unknown[] = [];
  for (const name of await digests.open()) {
    const [, ordinal = ""] = name.split(":");
    if (now().getTime() < (Number(ordinal) + 1) * period + GRACE) continue;
    await send(name, teller).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw new AggregateError(failures, `sending digests: ${failures.map(String).join("; ")}`);
}

async function send(name: string, teller: DigestTeller): Promise<void> {
  const { client, digests } = teller;
  const [channel = ""] = name.split(":");
  await held(`digest:${name}`, channel, teller, async (holding) => {
    const all = await digests.list(name);
    while (holding.told.shown < all.length) {
      const from = holding.told.shown;
      const { holds, text, blocks } = digest(all.slice(from));
      const key = `digest:${name}:${from}`;
      await once(key, { channel }, holding, teller, () => client.post(channel, { text, blocks }, { key }));
      await holding.save({ shown: from + holds, pending: without(holding, key) });
    }
    await digests.close(name);
  });
}
