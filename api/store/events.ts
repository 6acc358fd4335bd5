import { type Selectable, sql } from "kysely";
import type { StepEvent } from "../operations/record.ts";
import { type Db, json } from "./connection.ts";
import { channels } from "./listener.ts";
import type { OperationEventsTable } from "./schema.ts";

export type EventRow = Selectable<OperationEventsTable>;

export interface NewEvent {
  readonly type: "status" | "step" | "diagnostic" | "progress";
  readonly data: Record<string, unknown>;
}

/**
 * Appends events and tells the listeners of all processes.
 *
 * Ids come from the operation's row, which stays locked until the transaction ends: they become visible in order and
 * without gaps, so that a reader who asks for what follows id n never misses one. With a fencing token, events of an
 * attempt that another has taken over, or that come after the end, are dropped.
 */
export async function appendEvents(
  db: Db,
  operationId: string,
  events: readonly NewEvent[],
  fencingToken?: number,
): Promise<void> {
  if (events.length === 0) return;
  const fence = fencingToken === undefined ? sql`true` : sql`(fencing_token = ${fencingToken} and finished_at is null)`;
  const document = json(events.map(({ type, data }) => ({ type, data })));
  await sql`
    with counter as (
      update operations set last_event_id = last_event_id + ${events.length}
      where id = ${operationId} and ${fence} returning last_event_id
    ), added as (
      insert into operation_events (operation_id, id, type, data)
      select ${operationId}, counter.last_event_id - ${events.length} + e.position, e.event->>'type', e.event->'data'
      from counter, jsonb_array_elements(${document}::jsonb) with ordinality as e(event, position)
      returning 1
    )
    select pg_notify(${channels.events}, ${operationId}) from (select count(*) from added) as done`.execute(db);
}

/** Events of an operation after `afterId`, oldest first. */
export function listEvents(db: Db, operationId: string, afterId: number, limit: number): Promise<EventRow[]> {
  return db
    .selectFrom("operationEvents")
    .selectAll()
    .where("operationId", "=", operationId)
    .where("id", ">", afterId)
    .orderBy("id")
    .limit(limit)
    .execute();
}

/**
 * The steps that an operation's runs told of, in their order; where an event is named, those up to it, and what a recovery found later of
 * the runs before it.
 */
export async function listSteps(db: Db, operationId: string, upTo?: number): Promise<StepEvent[]> {
  let query = db
    .selectFrom("operationEvents")
    .select("data")
    .where("operationId", "=", operationId)
    .where("type", "=", "step")
    .orderBy("id");
  if (upTo !== undefined) {
    query = query.where((or) => or.or([or("id", "<=", upTo), sql<boolean>`(data->>'recovered')::boolean`]));
  }
  return (await query.execute()).map(({ data }) => data as unknown as StepEvent);
}
