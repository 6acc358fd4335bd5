import type { Installation } from "../installation.ts";
import type { Observer } from "../observer.ts";
import type { Accepted } from "../workload.ts";

const FINAL = ["succeeded", "failed", "cancelled"];

/**
 * Every operation that was accepted has ended, once: one final status, one final event, which is the last, and ids from 1 on
 * without gaps. Asked over the API, and of the database for those whose acceptance nobody heard of.
 */
export async function brokenOperations(
  { client }: Installation,
  observer: Observer,
  accepted: readonly Accepted[],
): Promise<string[]> {
  const broken: string[] = [];
  const rows = await observer.rows<{ id: string; status: string; finished: boolean }>(
    "select id, status, finished_at is not null as finished from operations order by id",
  );
  const known = new Map(rows.map((row) => [row.id, row]));
  for (const { id, kind, ended } of accepted) {
    const row = known.get(id);
    if (row === undefined) broken.push(`${kind} ${id} was accepted and is unknown to the database`);
    else if (ended !== undefined && ended.status !== row.status) {
      broken.push(`${kind} ${id} ended ${ended.status} and is ${row.status} now`);
    }
  }
  for (const { id, status, finished } of rows) {
    if (!finished || !FINAL.includes(status)) {
      broken.push(`operation ${id} has not ended: it is ${status}`);
      continue;
    }
    const events = await client.events(id);
    const gap = events.findIndex((event, index) => event.id !== index + 1);
    if (gap !== -1) broken.push(`operation ${id}: event ${gap + 1} has the id ${events[gap]?.id}`);
    const finals = events.filter(({ type, data }) => type === "status" && FINAL.includes(data.status));
    if (finals.length !== 1) broken.push(`operation ${id} has ${finals.length} final events`);
    if (finals[0] !== events.at(-1)) broken.push(`operation ${id}: its final event is not the last`);
    if (finals[0]?.data.status !== status) {
      broken.push(`operation ${id} is ${status}, its event says ${finals[0]?.data.status}`);
    }
  }
  return broken;
}
