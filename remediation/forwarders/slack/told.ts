import type { SlackClient } from "./client.ts";
import { ofScope, SlackError } from "./slack-error.ts";

/** What was told of one thing (an incident, a digest), and where. JSON, for a store. */
export type Told = {
  readonly channel: string;
  /** Of its message; null where there is none (yet). */
  readonly ts: string | null;
  /** Version that the message shows; the last that the thread has. */
  readonly shown: number;
  readonly thread: number;
  /** Levels of the escalation that were told since the time. */
  readonly escalated: { readonly since: string; readonly levels: readonly number[] };
  /** Messages that were begun, and of which nobody knows whether Slack has them. */
  readonly pending: readonly { readonly key: string; readonly at: string }[];
  /** Until then somebody works on it. */
  readonly busyUntil: string | null;
  /** Grows with each write. */
  readonly revision: number;
};

/** Where it is kept. Reads are consistent; `write` is conditional on the revision of before (0: none), and tells whether it wrote. */
export interface ToldStore {
  read(id: string): Promise<Told | undefined>;
  write(id: string, told: Told, before: number): Promise<boolean>;
}

/** What was told of one thing, held by one process at a time. */
export interface Held {
  readonly told: Told;
  save(changes: Partial<Omit<Told, "revision">>): Promise<void>;
}

export interface Teller {
  readonly client: SlackClient;
  readonly store: ToldStore;
  readonly now: () => Date;
  /** When this process has ended for certain: what it held is taken over from then on. */
  readonly until: Date;
}

/** Does something to what was told of one thing, alone. Throws a passing `SlackError` where another does at the time. */
export async function held<Answer>(
  id: string,
  channel: string,
  { store, now, until }: Teller,
  act: (held: Held) => Promise<Answer>,
): Promise<Answer> {
  const busy = () => new SlackError("passing", "busy", `telling of ${id}: another process is at it`);
  let told: Told = (await store.read(id)) ?? {
    channel,
    ts: null,
    shown: 0,
    thread: 0,
    escalated: { since: "", levels: [] },
    pending: [],
    busyUntil: null,
    revision: 0,
  };
  if (told.busyUntil !== null && Date.parse(told.busyUntil) > now().getTime()) throw busy();
  const holding: Held = {
    get told() {
      return told;
    },
    async save(changes) {
      const next = { ...told, ...changes, revision: told.revision + 1 };
      if (!(await store.write(id, next, told.revision))) throw busy();
      told = next;
    },
  };
  await holding.save({ busyUntil: until.toISOString() });
  let answer: Answer;
  try {
    answer = await act(holding);
  } catch (error) {
    // What failed is what counts; a hold that can't be let go ends by itself.
    await holding.save({ busyUntil: null }).catch(() => undefined);
    throw error;
  }
  await holding.save({ busyUntil: null });
  return answer;
}

/**
 * Posts a message once: that it is begun is noted before, so that after an answer that was lost, or a crash, the message is looked for instead of
 * posted again. Whoever calls saves what is done with `without(...)`. Where the app may not read the channel, it rather tells twice than not at
 * all.
 */
export async function once(
  key: string,
  { channel, thread }: { readonly channel: string; readonly thread?: string },
  holding: Held,
  { client, now }: Teller,
  post: () => Promise<string>,
): Promise<{ readonly ts: string; readonly found: boolean }> {
  const begun = holding.told.pending.find((one) => one.key === key);
  if (begun !== undefined) {
    const found = await client.find(channel, key, new Date(begun.at), thread).catch((error: unknown) => {
      if (ofScope(error)) return undefined;
      throw error;
    });
    if (found !== undefined) return { ts: found, found: true };
  } else {
    await holding.save({ pending: [...holding.told.pending, { key, at: now().toISOString() }] });
  }
  try {
    return { ts: await post(), found: false };
  } catch (error) {
    if (begun === undefined && error instanceof SlackError && !error.unsure)
      await holding.save({ pending: without(holding, key) });
    throw error;
  }
}

/** What is pending but this. */
export function without({ told }: Held, key: string): Told["pending"] {
  return told.pending.filter((one) => one.key !== key);
}
