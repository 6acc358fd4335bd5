import type { Client } from "./client.ts";
import { type Screen, table } from "./screen.ts";

/** In the sandbox a standard is READY after seconds; on AWS it takes minutes to hours. */
const READY_MS = 60_000;
const POLL_MS = 500;

interface Account {
  readonly accountId: string;
  readonly name?: string;
  readonly readiness?: {
    readonly ready: boolean;
    readonly checkedAt: string;
    readonly missing: readonly { readonly region: string; readonly what: string; readonly state: string }[];
  };
}

/** Waits until AWS says that the services of every account work, and prints a table. Answers whether they all do. */
export async function untilAccountsAreReady({
  client,
  screen,
  signal,
}: {
  readonly client: Client;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}): Promise<boolean> {
  const waiting = screen.line("standards READY, recorders recording, detectors, memberships and scans enabled");
  const deadline = Date.now() + READY_MS;
  let accounts: readonly Account[];
  for (;;) {
    ({ items: accounts } = await client.get<{ items: readonly Account[] }>("/accounts?limit=100&status=active"));
    const missing = accounts.flatMap(({ readiness }) => readiness?.missing ?? []);
    const open = accounts.filter(({ readiness }) => readiness?.ready !== true).length;
    if (open === 0 || Date.now() > deadline) break;
    waiting.update(`${open} of ${accounts.length} accounts wait, for ${missing[0]?.what ?? "a first look"}`);
    await new Promise((settle) => setTimeout(settle, POLL_MS));
    signal.throwIfAborted();
  }
  const ready = accounts.every(({ readiness }) => readiness?.ready === true);
  waiting.done(ready ? `AWS says so of all ${accounts.length} accounts` : "not everywhere yet");
  if (!ready) {
    const rows = accounts.flatMap(({ accountId, readiness }) =>
      (readiness?.missing ?? []).map(({ region, what, state }) => [accountId, region, what, state]),
    );
    screen.say(`\n${table(["account", "region", "what", "state"], rows)}\n`);
  }
  return ready;
}
