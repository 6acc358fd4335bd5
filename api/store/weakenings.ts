import { sql } from "kysely";
import type { Db } from "./connection.ts";

/** Hours after which the service starts another deployment for what has expired, where the last one did not end it. */
const AGAIN_HOURS = 1;

/**
 * Active accounts whose last deployment brought an entry that has expired since, and on which nothing is under way or waits that would
 * end it.
 */
export async function listOverdueAccounts(db: Db, now: Date): Promise<string[]> {
  const { rows } = await sql<{ accountId: string }>`
    select a.account_id as "accountId"
    from accounts a join stacks s on s.account_id = a.account_id
    where a.status = 'active' and s.deployed_at is not null
      and exists (
        select 1 from jsonb_array_elements(coalesce(s.inputs -> 'extensions', '[]')) as entry
        where (entry ->> 'expires')::timestamptz <= ${now}
      )
      and not exists (
        select 1 from operations o
        where o.stack = s.name and (
          o.finished_at is null
          or (o.origin = 'schedule' and o.created_at > clock_timestamp() - make_interval(hours => ${AGAIN_HOURS}))
        )
      )
    order by a.account_id
  `.execute(db);
  return rows.map(({ accountId }) => accountId);
}
