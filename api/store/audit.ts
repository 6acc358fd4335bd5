import { createHash } from "node:crypto";
import { type Selectable, sql } from "kysely";
import { type Db, json } from "./connection.ts";
import type { AuditTable } from "./schema.ts";

/** One thing that somebody did. */
export interface AuditEntry {
  readonly actor: string;
  /** `account.onboard`, `operation.cancel`, `token.create` ... */
  readonly action: string;
  readonly target: string;
  readonly requestId?: string | null | undefined;
  readonly detail?: Record<string, unknown>;
}

export type AuditRow = Selectable<AuditTable>;

/**
 * Writes the entry in the transaction of what it tells about. The database gives it its place in the hash chain when that transaction
 * commits, and refuses to change or remove it afterwards.
 */
export async function writeAudit(db: Db, entry: AuditEntry): Promise<void> {
  const { actor, action, target, requestId, detail } = entry;
  await db
    .insertInto("audit")
    .values({ actor, action, target, requestId: requestId ?? null, detail: json(detail ?? {}) })
    .execute();
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  /** Only entries before this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** Entries, the newest first. */
export function listAudit(db: Db, filter: AuditFilter): Promise<AuditRow[]> {
  let query = db.selectFrom("audit").selectAll().orderBy("seq", "desc").limit(filter.limit);
  for (const field of ["actor", "action", "target"] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(field, "=", value);
  }
  if (filter.before !== undefined) query = query.where("seq", "<", Number(filter.before));
  return query.where("seq", "is not", null).execute();
}

/** A state of the chain: how many entries, and the hash of the last. */
export interface AuditHead {
  readonly entries: number;
  readonly hash: Buffer;
}

export interface Verification {
  readonly ok: boolean;
  readonly head: AuditHead;
  /** The first entry that does not fit, and how. */
  readonly firstBroken?: { readonly entry: number; readonly reason: string };
}

interface Link {
  readonly seq: number;
  readonly prevHash: Buffer | null;
  readonly hash: Buffer | null;
  readonly canonical: string;
}

/** Rows that are read at once: with their detail some 500 KB. */
const batch = 1_000;
const start = Buffer.alloc(32);

/**
 * Reads the whole chain, a thousand entries at a time, and computes every hash anew. An entry that was edited, removed, added or moved
 * breaks it. That the end was cut off shows by the recorded head, and, where whoever cut it has mended that too, by a head that the caller
 * noted earlier.
 */
export async function verifyAudit(db: Db, noted?: AuditHead): Promise<Verification> {
  const recorded = await db.selectFrom("auditHead").select(["seq", "hash"]).executeTakeFirst();
  let entries = 0;
  let hash = start;
  const broken = (entry: number, reason: string): Verification => ({
    ok: false,
    head: { entries, hash },
    firstBroken: { entry, reason },
  });
  if (recorded === undefined) return broken(1, "the record of the chain's head is missing");
  const differs = () =>
    noted?.entries === entries && !noted.hash.equals(hash)
      ? broken(entries, "its hash is another than the one that was noted: the chain was written anew")
      : undefined;

  for (;;) {
    const links = await readLinks(db, entries, recorded.seq);
    for (const link of links) {
      const expected = entries + 1;
      if (link.seq !== expected) return broken(expected, "it is missing");
      if (link.prevHash === null || !link.prevHash.equals(hash))
        return broken(expected, "it does not follow the entry before");
      const computed = createHash("sha256").update(hash).update(link.canonical).digest();
      if (link.hash === null || !link.hash.equals(computed))
        return broken(expected, "it was changed: its hash is another");
      entries = expected;
      hash = computed;
      const rewritten = differs();
      if (rewritten !== undefined) return rewritten;
    }
    if (links.length < batch) break;
  }
  if (entries < recorded.seq) return broken(entries + 1, "it is missing: the end of the chain was cut off");
  if (!recorded.hash.equals(hash)) return broken(entries, "its hash is another than that of the recorded head");
  if (noted !== undefined && noted.entries > entries) {
    return broken(entries + 1, `it is missing: ${noted.entries} entries were noted, the end of the chain was cut off`);
  }
  const outside = await entriesOutside(db);
  if (outside > 0) return broken(entries + 1, `${outside} entries were added beside the chain`);
  return { ok: true, head: { entries, hash } };
}

/** The entries after `after` up to `last`: what is appended meanwhile is not waited for. */
async function readLinks(db: Db, after: number, last: number): Promise<Link[]> {
  const { rows } = await sql<Link>`
    select seq, prev_hash, hash, jsonb_build_array(seq, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
      actor, action, target, request_id, detail)::text as canonical
    from audit where seq > ${after} and seq <= ${last} order by seq limit ${batch}`.execute(db);
  return rows;
}

/** An entry gets its place when it is committed, so that one without a place was put there past the triggers. */
async function entriesOutside(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from audit where seq is null or seq < 1
      or (seq > (select seq from audit_head) )`.execute(db);
  return rows[0]?.count ?? 0;
}
