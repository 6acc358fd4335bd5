import { createHash, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import { type Db, json } from "./connection.ts";

/** A write that its caller may send again. */
export interface IdempotentRequest {
  readonly principal: string;
  readonly key: string;
  /** Of method, path and body. */
  readonly fingerprint: Buffer;
}

export function fingerprintOf(method: string, path: string, body: unknown): Buffer {
  return createHash("sha256")
    .update(`${method} ${path}\n${JSON.stringify(body)}`)
    .digest();
}

/** An answer as it went out, to the byte. */
export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export type Claiming =
  /** The request is the first with its key: whoever holds this claim answers it. */
  | { readonly claim: string }
  | { readonly answered: KeptAnswer }
  | { readonly refused: "another-request" | "in-flight" };

/**
 * How long a claim holds without an answer. It only matters where the process dies in between; a request that takes longer loses its claim and
 * then changes nothing. AWS is asked for at most some seconds per call.
 */
const claimSeconds = 60;

/** Claims the key for this request, or tells what became of the first one. A claim of a dead process is taken over. */
export async function claimKey(db: Db, request: IdempotentRequest, claim: string): Promise<Claiming> {
  const { principal, key, fingerprint } = request;
  const claimed = await sql`
    insert into idempotency_keys as present (principal, key, fingerprint, claim, claimed_until)
    values (${principal}, ${key}, ${fingerprint}, ${claim}, clock_timestamp() + ${claimSeconds} * interval '1 second')
    on conflict (principal, key) do update set claim = excluded.claim, claimed_until = excluded.claimed_until
      where present.status is null and present.claimed_until < clock_timestamp()
        and present.fingerprint = excluded.fingerprint
    returning 1`.execute(db);
  if (claimed.rows.length > 0) return { claim };
  const row = await db
    .selectFrom("idempotencyKeys")
    .selectAll()
    .where("principal", "=", principal)
    .where("key", "=", key)
    .executeTakeFirst();
  // The first one failed just now and gave its key back: the caller's next try will have it.
  if (row === undefined) return { refused: "in-flight" };
  if (!timingSafeEqual(row.fingerprint, fingerprint)) return { refused: "another-request" };
  if (row.status === null) return { refused: "in-flight" };
  return { answered: { status: row.status, headers: row.headers ?? {}, body: row.body } };
}

/** Keeps the answer in the transaction of what it tells about. False where the claim is another's by now: then nothing may be done. */
export async function keepAnswer(
  db: Db,
  { principal, key }: IdempotentRequest,
  claim: string,
  { status, headers, body }: KeptAnswer,
): Promise<boolean> {
  const kept = await db
    .updateTable("idempotencyKeys")
    .set({ claim: null, claimedUntil: null, status, headers: json(headers), body })
    .where("principal", "=", principal)
    .where("key", "=", key)
    .where("claim", "=", claim)
    .executeTakeFirst();
  return kept.numUpdatedRows === 1n;
}

/** Gives the key back: nothing was done under it. */
export async function releaseKey(db: Db, { principal, key }: IdempotentRequest, claim: string): Promise<void> {
  await db
    .deleteFrom("idempotencyKeys")
    .where("principal", "=", principal)
    .where("key", "=", key)
    .where("claim", "=", claim)
    .execute();
}
