import { type Selectable, sql } from "kysely";
import type { StackInputs } from "../../programs/inputs.ts";
import type { DeadRun, RunIdentity, Verb } from "../../stacks/run.ts";
import type { RunRole } from "../aws.ts";
import { type Db, json } from "./connection.ts";
import type { RunsTable } from "./schema.ts";

export type RunRow = Selectable<RunsTable>;

export interface NewRun {
  readonly operationId: string;
  readonly stack: string;
  readonly fencingToken: number;
  readonly verb: Verb;
  readonly role: RunRole;
  readonly inputs: StackInputs;
  readonly identity: RunIdentity;
}

/**
 * Stores whose processes a run is, before it begins. What is known of earlier runs of the stack goes, where it is of no use
 * any more.
 *
 * @returns the run's id
 */
export async function beginRun(db: Db, run: NewRun): Promise<number> {
  const { identity, inputs, ...plain } = run;
  const { host, bootId, session, startedAt: sessionStarted, folder } = identity;
  await db
    .deleteFrom("runs")
    .where("stack", "=", run.stack)
    .where("operationId", "<>", run.operationId)
    .where((or) => or.or([or("clean", "=", true), or("recoveredAt", "is not", null)]))
    .execute();
  const { id } = await db
    .insertInto("runs")
    // By this host's clock, with which the engine will sign its lock: recovery compares the two.
    .values({
      ...plain,
      inputs: json(inputs),
      ...{ host, bootId, session, sessionStarted, folder },
      begunAt: new Date(),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/**
 * Adds an engine that a run has started.
 *
 * @returns false where the run's lease is another's by now: then the engine must not begin
 */
export async function addEngine(db: Db, runId: number, pid: number): Promise<boolean> {
  const { rows } = await sql`
    update runs set engines = array_append(engines, ${pid}::integer)
    where id = ${runId} and fencing_token = (select token from stack_leases where stack_leases.stack = runs.stack)
    returning 1`.execute(db);
  return rows.length === 1;
}

/** What is left of a run that has settled. */
export interface RunEnd {
  readonly clean: boolean;
  readonly suspects: readonly string[];
}

/**
 * A run has settled, nothing of it lives. Does nothing where its stack has been taken by another attempt, which recovers
 * from the run.
 */
export async function endRun(db: Db, runId: number, { clean, suspects }: RunEnd): Promise<void> {
  await sql`
    update runs set ended_at = clock_timestamp(), clean = ${clean}, suspects = ${suspects}::text[],
      inputs = case when ${clean} then null else inputs end
    where id = ${runId} and recovered_at is null
      and fencing_token = (select token from stack_leases where stack_leases.stack = runs.stack)`.execute(db);
}

/** Runs of a stack that died, or ended without cleaning up, under leases before this one; the oldest first. */
export function listUnrecoveredRuns(db: Db, stack: string): Promise<RunRow[]> {
  return db
    .selectFrom("runs")
    .selectAll()
    .where("stack", "=", stack)
    .where("recoveredAt", "is", null)
    .where(sql<boolean>`clean is not true`)
    .orderBy("id")
    .execute();
}

/** True where a run of the operation was left as no run should be. */
export async function hasUnrecoveredRun(db: Db, operationId: string): Promise<boolean> {
  const found = await db
    .selectFrom("runs")
    .select("id")
    .where("operationId", "=", operationId)
    .where("recoveredAt", "is", null)
    .where(sql<boolean>`clean is not true`)
    .executeTakeFirst();
  return found !== undefined;
}

/** Notes that nothing of these runs is left. */
export async function markRecovered(db: Db, runIds: readonly number[]): Promise<void> {
  await db
    .updateTable("runs")
    .set({ recoveredAt: sql<Date>`clock_timestamp()`, inputs: null })
    .where("id", "in", [...runIds])
    .execute();
}

/** A run as `Runner.recover` wants it. */
export function asDeadRun({ host, bootId, session, sessionStarted, folder, engines, begunAt }: RunRow): DeadRun {
  return { host, bootId, session, startedAt: sessionStarted, folder, engines, begunAt: begunAt.toISOString() };
}

/**
 * URNs of resources of which the runs of these operations told that their creation started and never how it ended, and of
 * those whose creation failed because a process died.
 */
export async function listSuspects(db: Db, runs: readonly RunRow[]): Promise<string[]> {
  const operationIds = [...new Set(runs.map(({ operationId }) => operationId))];
  const open = await sql<{ urn: string }>`
    select urn from (
      select distinct on (operation_id, data->>'urn') data->>'urn' as urn, data->>'status' as status
      from operation_events
      where operation_id = any(${operationIds}::text[]) and type = 'step'
        and data->>'op' in ('create', 'create-replacement')
      order by operation_id, data->>'urn', id desc
    ) as last where status = 'started'`.execute(db);
  return [...new Set([...open.rows.map(({ urn }) => urn), ...runs.flatMap(({ suspects }) => suspects)])];
}
