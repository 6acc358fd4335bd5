import { sql } from "kysely";
import type { Db } from "./connection.ts";

/** Hours after which the service starts another deployment for what has expired, where the last one did not end it. */
const AGAIN_HOURS = 1;

/**
 * Accounts whose last deployment brought an entry that has expired since, or began to undo one and did not come to its end, and on which
 * nothing is under way that would. What somebody else's operation waits for holds nothing up: a newer deployment supersedes it.
 */
export async function listOverdueAccounts(db: Db, now: Date): Promise<string[]> {
  const { rows } = await sql<{ accountId: string }>`
    select a.account_id as "accountId"
    from accounts a join stacks s on s.account_id = a.account_id
    where a.status in ('active', 'failed') and s.deployed_at is not null
      and exists (
        select 1 from jsonb_array_elements(
          coalesce(s.inputs -> 'extensions', '[]')
            || case when s.deployed_hash is null then coalesce(s.inputs -> 'endedExtensions', '[]') else '[]' end
        ) as entry
        where (entry ->> 'expires')::timestamptz <= ${now}
      )
      and not exists (
        select 1 from operations o
        where o.stack = s.name and (
          (o.finished_at is null and (o.status <> 'awaiting_approval' or o.origin = 'schedule'))
          or (o.origin = 'schedule' and o.created_at > clock_timestamp() - make_interval(hours => ${AGAIN_HOURS}))
        )
      )
    order by a.account_id
  `.execute(db);
  return rows.map(({ accountId }) => accountId);
}
