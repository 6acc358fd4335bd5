import type { Listed, ListPage, ListQuery } from "../../remediation/response/ledger.ts";
import { nextAfter } from "../../remediation/response/ledger-listing.ts";
import type { LedgerReading } from "./response-aws.ts";

/** Incidents that one request reads: some five calls. */
const MOST_READ = 5_000;
/** In one call, of which a filter may leave nothing. */
const AT_ONCE = 1_000;

/**
 * One page of those incidents that are wanted, the newest first. Where few of many are, a page can be shorter, and `next` goes on where it stopped
 * looking.
 */
export async function wantedIncidents(
  ledger: Pick<LedgerReading, "list">,
  query: ListQuery,
  wanted?: (incident: Listed) => boolean,
): Promise<ListPage> {
  if (wanted === undefined) return ledger.list(query);
  const items: Listed[] = [];
  let { next } = query;
  for (let read = 0; ; ) {
    const page = await ledger.list({ ...query, limit: AT_ONCE, next });
    for (const [index, incident] of page.items.entries()) {
      if (!wanted(incident)) continue;
      items.push(incident);
      if (items.length < query.limit) continue;
      const isLast = index === page.items.length - 1 && page.next === undefined;
      return isLast ? { items } : { items, next: nextAfter(incident) };
    }
    read += page.items.length;
    next = page.next;
    if (next === undefined) return { items };
    if (read >= MOST_READ) return { items, next };
  }
}

/** All incidents of a shelf that are wanted, the newest first, unless there are too many: then those of the newest. */
export async function allIncidents(
  ledger: Pick<LedgerReading, "list">,
  query: Omit<ListQuery, "limit" | "next">,
  wanted: (incident: Listed) => boolean,
  most: number,
): Promise<{ readonly items: readonly Listed[]; readonly complete: boolean }> {
  const items: Listed[] = [];
  let next: string | undefined;
  do {
    const page = await ledger.list({ ...query, limit: AT_ONCE, next });
    items.push(...page.items.filter(wanted));
    next = page.next;
  } while (next !== undefined && items.length < most);
  return { items: items.slice(0, most), complete: next === undefined && items.length <= most };
}
