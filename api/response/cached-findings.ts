import { setTimeout as sleep } from "node:timers/promises";
import { LRUCache } from "lru-cache";
import { AwsCallError } from "../../stacks/aws/call-error.ts";
import { Problem } from "../problem.ts";
import type { FindingsQuestion } from "./finding.ts";
import { type Pace, takeTurn } from "./pace.ts";
import type { FindingsPage, ResponseAws } from "./response-aws.ts";

/** Three calls of GetFindings in any second; those who wait longer than five seconds are sent away. */
const PACE: Pace = { everyMs: 334, waiting: 15 };
/** Milliseconds for which an answer counts. */
const KEPT_MS = 60_000;
/** Answers, and characters of all of them together: one of a hundred findings has some 200,000. */
const MOST = { answers: 500, characters: 32_000_000 };
/** Seconds after which a call that AWS limited is worth to be made again. */
const THROTTLED_SECONDS = 2;

/** A page of findings, and when AWS said so, ISO 8601. */
export interface FindingsRead extends FindingsPage {
  readonly asOf: string;
}

export interface CachedFindingsOptions {
  readonly read: ResponseAws["findings"];
  readonly now: () => Date;
  /** Milliseconds of a clock that nobody sets. */
  readonly clock?: () => number;
  readonly wait?: (milliseconds: number) => Promise<unknown>;
}

/**
 * Findings without asking too much of AWS, whose limit is for all callers of an account and region together (Security Hub User Guide, "Security Hub
 * CSPM quotas"): the same question within a minute is answered from memory, and several who ask it at once share one call. It counts in this
 * process alone; where others take the account's calls, AWS says so, and whoever asks is told to come again.
 *
 * @throws Problem 503 with `Retry-After` where too many wait, `AwsCallError`
 */
export function cachedFindings({
  read,
  now,
  clock = () => performance.now(),
  wait = sleep,
}: CachedFindingsOptions): (question: FindingsQuestion) => Promise<FindingsRead> {
  let nextAt = 0;
  const answers = new LRUCache<string, FindingsRead, FindingsQuestion>({
    ...{ max: MOST.answers, maxSize: MOST.characters, ttl: KEPT_MS, ttlResolution: 0, perf: { now: clock } },
    sizeCalculation: (answer) => JSON.stringify(answer).length,
    // Whoever asked gets the answer, also where there is no room to keep it.
    ignoreFetchAbort: true,
    async fetchMethod(_key, _stale, { context }) {
      const turn = takeTurn(nextAt, clock(), PACE);
      if (turn.kind === "refused") throw tooBusy(turn.afterMs);
      nextAt = turn.nextAt;
      if (turn.afterMs > 0) await wait(turn.afterMs);
      const page = await read(context).catch((error: unknown) => {
        const isThrottled = error instanceof AwsCallError && error.failure === "throttled";
        throw isThrottled ? tooBusy(THROTTLED_SECONDS * 1000, error) : error;
      });
      return { ...page, asOf: now().toISOString() };
    },
  });
  return (question) => answers.forceFetch(JSON.stringify(question), { context: question });
}

function tooBusy(afterMs: number, cause?: unknown): Problem {
  const seconds = Math.max(1, Math.ceil(afterMs / 1000));
  return new Problem(
    "unavailable",
    `AWS lets an account ask for findings three times in a second, and too many wait already. Nothing is wrong with the question: ask it again in ${seconds} s, or ask for larger pages.`,
    { headers: { "Retry-After": String(seconds) }, cause },
  );
}
