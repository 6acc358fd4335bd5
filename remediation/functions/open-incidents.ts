import type { Incident } from "../forwarders/incident.ts";
import type { Ledger, Listed } from "../response/ledger.ts";
import { readIncident, type Source } from "../response/telling.ts";

/** Incidents in one page, and incidents that are read at once. */
const PAGE = 200;
const AT_ONCE = 10;

/** Where incidents are read. */
export interface IncidentSource extends Omit<Source, "link" | "ledger"> {
  readonly ledger: Pick<Ledger, "list" | "get" | "about" | "history">;
  /** Of the page of Bulwark, where the policy names it. */
  readonly link: () => Promise<string | undefined>;
}

/** The open incidents as a list has them, the newest first. */
export async function openList({ ledger }: Pick<IncidentSource, "ledger">): Promise<readonly Listed[]> {
  const all: Listed[] = [];
  let next: string | undefined;
  do {
    const page = await ledger.list({ shelf: "open", limit: PAGE, next });
    all.push(...page.items);
    next = page.next;
  } while (next !== undefined);
  return all;
}

/** Listed incidents with all that is known of them, as they are published; those of which people were told nothing are left out. */
export async function whole(
  listed: readonly Pick<Listed, "id">[],
  { link, ...from }: IncidentSource,
): Promise<readonly Incident[]> {
  const source = { ...from, link: await link() };
  const incidents: Incident[] = [];
  for (let at = 0; at < listed.length; at += AT_ONCE) {
    const some = await Promise.all(listed.slice(at, at + AT_ONCE).map(({ id }) => readIncident(source, id)));
    incidents.push(...some.filter((one) => one !== undefined));
  }
  return incidents;
}
