import type { Incident } from "../forwarders/incident.ts";
import type { AnyRemediation } from "../remediation.ts";
import { incidentMessage } from "../response/incident-message.ts";
import type { Ledger, Listed } from "../response/ledger.ts";
import type { SettingsReader } from "./response-settings.ts";

/** Incidents in one page, and incidents that are read at once. */
const PAGE = 200;
const AT_ONCE = 10;

/** Where incidents are read. */
export interface IncidentSource {
  readonly ledger: Pick<Ledger, "list" | "about" | "history">;
  readonly settings: Pick<SettingsReader, "policy" | "account">;
  readonly remediations: readonly AnyRemediation[];
}

/** The open incidents as a list has them, the newest first. */
export async function openList(ledger: Pick<Ledger, "list">): Promise<readonly Listed[]> {
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
  listed: readonly Listed[],
  { ledger, settings, remediations }: IncidentSource,
): Promise<readonly Incident[]> {
  const { link } = await settings.policy();
  const incidents: Incident[] = [];
  for (let from = 0; from < listed.length; from += AT_ONCE) {
    const read = listed.slice(from, from + AT_ONCE).map(async (entry) => {
      const [about, history, account] = await Promise.all([
        ledger.about(entry.id),
        ledger.history(entry.id),
        settings.account(entry.account),
      ]);
      if (about === undefined) return undefined;
      const manifest = remediations.find((one) => one.manifest.name === about.remediation)?.manifest;
      return incidentMessage(entry, about, history, { account, manifest, link });
    });
    incidents.push(...(await Promise.all(read)).filter((one) => one !== undefined));
  }
  return incidents;
}

/**
 * So many of a list as one run has time for: with each run the next ones, and all of them again and again. Pure.
 *
 * @param run ordinal number of the run: of the minute, where one comes each minute
 */
export function partOf<One>(all: readonly One[], most: number, run: number): readonly One[] {
  if (all.length <= most) return all;
  const from = (run * most) % all.length;
  return [...all, ...all].slice(from, from + most);
}
