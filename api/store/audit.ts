import { type Db, json } from "./connection.ts";

/** One thing that somebody did. */
export interface AuditEntry {
  readonly actor: string;
  /** `account.onboard`, `operation.cancel`, `token.create` ... */
  readonly action: string;
  readonly target: string;
  readonly requestId?: string | null | undefined;
  readonly detail?: Record<string, unknown>;
}

/** Writes the entry in the transaction of what it tells about. */
export async function writeAudit(db: Db, entry: AuditEntry): Promise<void> {
  const { actor, action, target, requestId, detail } = entry;
  await db
    .insertInto("audit")
    .values({ actor, action, target, requestId: requestId ?? null, detail: json(detail ?? {}) })
    .execute();
}
