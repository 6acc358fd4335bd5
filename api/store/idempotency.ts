import { createHash, timingSafeEqual } from "node:crypto";
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

export interface StoredAnswer {
  readonly operationId: string;
  readonly answer: Record<string, unknown>;
  /** False where the key was used for another request. */
  readonly sameRequest: boolean;
}

export async function findAnswer(db: Db, request: IdempotentRequest): Promise<StoredAnswer | undefined> {
  const row = await db
    .selectFrom("idempotencyKeys")
    .selectAll()
    .where("principal", "=", request.principal)
    .where("key", "=", request.key)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { operationId, answer, fingerprint } = row;
  return { operationId, answer, sameRequest: timingSafeEqual(fingerprint, request.fingerprint) };
}

/** Keeps the answer in the transaction of what was accepted. False where the same key came in at the same time. */
export async function saveAnswer(
  db: Db,
  request: IdempotentRequest,
  operationId: string,
  answer: object,
): Promise<boolean> {
  const saved = await db
    .insertInto("idempotencyKeys")
    .values({ ...request, operationId, answer: json(answer) })
    .onConflict((conflict) => conflict.doNothing())
    .returning("operationId")
    .executeTakeFirst();
  return saved !== undefined;
}
