import type { Incident } from "../forwarders/incident.ts";
import type { Manifest } from "../manifest.ts";
import { incidentMessage } from "./incident-message.ts";
import type { About, Entry, Ledger } from "./ledger.ts";
import type { Account, Responder } from "./responder.ts";

/** What whole incidents are read from. */
export interface Source {
  readonly ledger: Pick<Ledger, "get" | "about" | "history">;
  readonly manifests: readonly Pick<Manifest, "name" | "title" | "what">[];
  account(accountId: string): Promise<Account>;
  /** Where incidents are shown; undefined where they are shown nowhere. */
  readonly link: string | undefined;
}

/** What is known of an incident, for those who forward; undefined where people have nothing to hear of it, or there is none. Throws what reading throws. */
export async function readIncident(source: Source, id: string): Promise<Incident | undefined> {
  const entry = await source.ledger.get(id);
  return entry === undefined ? undefined : (await read(source, entry, undefined)).incident;
}

async function read({ ledger, manifests, account, link }: Source, entry: Entry, known: About | undefined) {
  const about = known ?? (await ledger.about(entry.id));
  const history = await ledger.history(entry.id);
  // A history that was read later may be longer than the entry's: its version is that of what it has.
  const version = history.at(-1)?.version ?? 0;
  if (about === undefined) return { incident: undefined, version };
  const manifest = manifests.find(({ name }) => name === about.remediation);
  const whose = await account(about.finding.AwsAccountId);
  return { incident: incidentMessage(entry, about, history, { account: whose, manifest, link }), version };
}

/**
 * Publishes an incident as it is now, and takes it out of the outbox: at least once, since it may be cut off between. Throws where it was not
 * published.
 */
export async function publish(responder: Responder, entry: Entry, known?: About): Promise<void> {
  const settings = await responder.settings();
  const { incident, version } = await read(
    {
      ledger: responder.ledger,
      manifests: responder.remediations.map(({ manifest }) => manifest),
      account: (accountId) => responder.account(accountId),
      link: settings?.link,
    },
    entry,
    known,
  );
  if (incident !== undefined) await responder.publish(incident);
  await responder.ledger.published(entry.id, version, entry.state);
}

/** The same where what was done is done already: what can't be published now is still in the outbox, and the watch says why it fails. */
export async function publishIfPossible(responder: Responder, entry: Entry, known?: About): Promise<void> {
  try {
    await publish(responder, entry, known);
  } catch {
    // Throwing would bring a finding back that was dealt with.
  }
}
