import { randomUUID } from "node:crypto";
import type { Request } from "express";
import { invalidField, Problem } from "../problem.ts";
import type { Db } from "../store/connection.ts";
import {
  claimKey,
  fingerprintOf,
  type IdempotentRequest,
  type KeptAnswer,
  keepAnswer,
  releaseKey,
} from "../store/idempotency.ts";
import type { Answer } from "./route.ts";

/** Runs a change in one transaction and answers what it answers. */
export type Write = (change: (transaction: Db) => Promise<Answer>) => Promise<Answer>;

/** An answer ready to be sent. */
export interface Sent extends KeptAnswer {
  /** What a repeated request is told instead of a body that must not be kept. */
  readonly once?: string | undefined;
}

/** The part of the answer that a repeated request gets in place of one that holds a secret. */
const shownOnce = 409;

/**
 * Answers a write at most once per key (draft-ietf-httpapi-idempotency-key-header-07, section 2.6): a repeated request gets the first
 * answer, one with another fingerprint 422, one that comes while the first is being answered 409. What the handler writes and the
 * answer are kept together or not at all, so that a crash in between leads to neither two operations nor none with an answer.
 *
 * A request that fails gives its key back, because nothing was done: the same key can be used once the cause is mended.
 */
export async function answerOnce(
  db: Db,
  request: IdempotentRequest,
  handle: (write: Write) => Promise<Answer>,
  send: (answer: Answer) => Sent,
): Promise<Sent> {
  const claiming = await claimKey(db, request, randomUUID());
  if ("refused" in claiming) throw refusals[claiming.refused]();
  if ("answered" in claiming) return repeat(claiming.answered);
  const { claim } = claiming;

  const keep = async (transaction: Db, answer: Answer) => {
    if (await keepAnswer(transaction, request, claim, kept(send(answer)))) return;
    throw refusals["in-flight"]();
  };
  let written: Answer | undefined;
  try {
    const answer = await handle(async (change) => {
      const done = await db.transaction().execute(async (transaction) => {
        const answer = await change(transaction);
        await keep(transaction, answer);
        return answer;
      });
      written = done;
      return done;
    });
    if (written === undefined) await keep(db, answer);
    return send(written ?? answer);
  } catch (error) {
    // Does nothing where the answer was kept although its transaction seemed to fail: the next try then gets it.
    await releaseKey(db, request, claim).catch(() => undefined);
    throw error;
  }
}

/** What is stored of an answer: of one that holds a secret, only what became of it. */
function kept({ status, headers, body, once }: Sent): KeptAnswer {
  return once === undefined ? { status, headers, body } : { status: shownOnce, headers: {}, body: once };
}

function repeat({ status, headers, body }: KeptAnswer): Sent {
  if (status === shownOnce) throw new Problem("shown-once", body ?? "");
  return { status, headers: { ...headers, "Idempotency-Replayed": "true" }, body };
}

const refusals = {
  "another-request": () =>
    new Problem(
      "idempotency-mismatch",
      "The Idempotency-Key was used for another request. Use a new key for a new request, or send the first one unchanged.",
    ),
  "in-flight": () =>
    new Problem(
      "idempotency-in-flight",
      "The first request with this Idempotency-Key is being answered. Send it again in a second.",
      {
        headers: { "Retry-After": "1" },
      },
    ),
};

const allowed = "1 to 255 printable ASCII characters without spaces, in quotes or without";

/**
 * The request's key, where it has one. The draft writes it as a string of Structured Fields, in quotes; most clients send it bare.
 *
 * @throws Problem 400 that names the header
 */
export function idempotencyKeyOf(request: Request): string | undefined {
  const header = request.get("idempotency-key");
  if (header === undefined) return undefined;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (/^[!-~]{1,255}$/.test(key)) return key;
  throw invalidField("Idempotency-Key", "is not a key", allowed);
}

export function idempotentRequest(request: Request, principal: string, body: unknown): IdempotentRequest | undefined {
  const key = idempotencyKeyOf(request);
  if (key === undefined) return undefined;
  return { principal, key, fingerprint: fingerprintOf(request.method, request.originalUrl, body) };
}
