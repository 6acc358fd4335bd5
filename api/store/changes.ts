import { type Selectable, sql } from "kysely";
import type { ResourceStep } from "../../stacks/run.ts";
import type { ChangeStatus } from "../changes/change.ts";
import type { Binding } from "../guard/binding.ts";
import type { GuardReason } from "../guard/decide.ts";
import type { Changes } from "../operations/operation.ts";
import { writeAudit } from "./audit.ts";
import { type Db, json } from "./connection.ts";
import type { ChangesTable } from "./schema.ts";

export type ChangeRow = Selectable<ChangesTable>;

export interface NewChange {
  readonly id: string;
  readonly operationId: string;
  readonly stack: string;
  readonly accountId: string | null;
  readonly reasons: readonly GuardReason[];
  readonly counts: Changes;
  readonly steps: readonly ResourceStep[];
  readonly binding: Binding;
  readonly requestedBy: string;
  /** Days from now, by the database's clock. */
  readonly expiresAfterDays: number;
}

export async function insertChange(db: Db, change: NewChange): Promise<void> {
  const { reasons, counts, steps, binding, expiresAfterDays, ...plain } = change;
  await db
    .insertInto("changes")
    .values({
      ...plain,
      status: "pending",
      reasons: json(reasons),
      counts: json(counts),
      steps: json(steps),
      diffHash: binding.diff,
      inputsHash: binding.inputs,
      baseHash: binding.base,
      programVersion: binding.program,
      expiresAt: sql<Date>`clock_timestamp() + ${expiresAfterDays}::float8 * interval '1 day'`,
    })
    .execute();
  const { id, operationId, stack, requestedBy: actor } = change;
  const why = reasons.map(({ message }) => message);
  await writeAudit(db, { actor, action: "change.created", target: id, detail: { operationId, stack, why, binding } });
}

export function bindingOf(change: ChangeRow): Binding {
  const { diffHash: diff, inputsHash: inputs, baseHash: base, programVersion: program } = change;
  return { diff, inputs, base, program };
}

export function findChange(db: Db, id: string): Promise<ChangeRow | undefined> {
  return db.selectFrom("changes").selectAll().where("id", "=", id).executeTakeFirst();
}

/** A change, and whether its time is over by the database's clock. */
export type HeldChange = ChangeRow & { readonly overdue: boolean };

/** A change that is held until the end of the transaction. Take the row of its operation first. */
export function lockChange(db: Db, id: string): Promise<HeldChange | undefined> {
  return db
    .selectFrom("changes")
    .selectAll()
    .select(sql<boolean>`expires_at <= clock_timestamp()`.as("overdue"))
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
}

/** The change of an operation that waits for a decision, or has it and is not applied yet. */
export function findOpenChange(db: Db, operationId: string): Promise<ChangeRow | undefined> {
  return db
    .selectFrom("changes")
    .selectAll()
    .where("operationId", "=", operationId)
    .where("status", "in", ["pending", "approved"])
    .executeTakeFirst();
}

export interface ChangeFilter {
  readonly status?: ChangeStatus | undefined;
  readonly accountId?: string | undefined;
  /** Only of these accounts. */
  readonly among?: readonly string[] | undefined;
  /** Only changes that are older than this one. */
  readonly before?: string | undefined;
  readonly limit: number;
}

/** What a list shows of a change: all but its steps, which may be many and are not read either. */
const listed = [
  ...["id", "operationId", "stack", "accountId", "status", "reasons", "counts", "diffHash", "inputsHash", "baseHash"],
  ...["programVersion", "requestedBy", "decidedBy", "decidedAt", "comment", "outcome", "applyBegunAt", "expiresAt"],
  "createdAt",
] as const satisfies readonly (keyof ChangeRow)[];

/** Changes, the newest first, without their steps. Ids sort by time. */
export function listChanges(db: Db, filter: ChangeFilter): Promise<ChangeRow[]> {
  let query = db
    .selectFrom("changes")
    .select(listed)
    .select(sql<ResourceStep[]>`'[]'::jsonb`.as("steps"))
    .orderBy("id", "desc")
    .limit(filter.limit);
  if (filter.status !== undefined) query = query.where("status", "=", filter.status);
  if (filter.accountId !== undefined) query = query.where("accountId", "=", filter.accountId);
  if (filter.among !== undefined) query = query.where("accountId", "in", filter.among);
  if (filter.before !== undefined) query = query.where("id", "<", filter.before);
  return query.execute();
}

/** Pending changes of a stack, but for those of one operation. */
export function listPendingChanges(db: Db, stack: string, exceptOperationId: string): Promise<ChangeRow[]> {
  return db
    .selectFrom("changes")
    .selectAll()
    .where("stack", "=", stack)
    .where("status", "=", "pending")
    .where("operationId", "<>", exceptOperationId)
    .orderBy("id")
    .execute();
}

/** Pending changes whose time is over. */
export function listExpiredChanges(db: Db, limit: number): Promise<Pick<ChangeRow, "id" | "operationId">[]> {
  return db
    .selectFrom("changes")
    .select(["id", "operationId"])
    .where("status", "=", "pending")
    .where("expiresAt", "<=", sql<Date>`clock_timestamp()`)
    .orderBy("expiresAt")
    .limit(limit)
    .execute();
}

/** Notes that from now on AWS may have been changed by it. */
export async function beginApplying(db: Db, id: string): Promise<void> {
  await db
    .updateTable("changes")
    .set({ applyBegunAt: sql<Date>`coalesce(apply_begun_at, clock_timestamp())` })
    .where("id", "=", id)
    .execute();
}

export interface Decision {
  readonly by: string;
  readonly comment?: string | undefined;
}

export interface Turn {
  readonly status: Exclude<ChangeStatus, "pending">;
  /** Who made it so, for the audit. */
  readonly actor: string;
  readonly requestId?: string | undefined;
  readonly decision?: Decision;
  readonly outcome?: string;
}

/** Turns a change from one of the states in which it is open to another, with its audit entry. Returns false where it is closed. */
export async function turnChange(
  db: Db,
  change: Pick<ChangeRow, "id" | "operationId" | "stack">,
  turn: Turn,
): Promise<boolean> {
  const { status, actor, requestId, decision, outcome } = turn;
  const result = await db
    .updateTable("changes")
    .set({
      status,
      ...(decision === undefined
        ? {}
        : { decidedBy: decision.by, decidedAt: sql<Date>`clock_timestamp()`, comment: decision.comment ?? null }),
      ...(outcome === undefined ? {} : { outcome }),
    })
    .where("id", "=", change.id)
    .where("status", "in", ["pending", "approved"])
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) return false;
  const { id: target, operationId, stack } = change;
  const detail = { operationId, stack, comment: decision?.comment, outcome };
  await writeAudit(db, { actor, action: `change.${status}`, target, requestId, detail });
  return true;
}
