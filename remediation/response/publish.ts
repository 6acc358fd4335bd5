import type { Incident } from "../forwarders/incident.ts";
import type { Manifest } from "../manifest.ts";
import { type AccountFacts, incidentMessage } from "./incident-message.ts";
import type { Entry, Ledger } from "./ledger.ts";
import { QUESTION_LASTS } from "./requests.ts";

/** What the message of an incident is made of. */
export interface Incidents {
  readonly ledger: Ledger;
  readonly manifests: readonly Manifest[];
  account(accountId: string): Promise<AccountFacts>;
  /** Where an incident of an account is shown; null where nowhere. */
  link(accountId: string, id: string): Promise<string | null>;
}

/** What publishing works with. */
export interface Publisher extends Incidents {
  /** Sends a message to whoever listens. */
  send(incident: Incident): Promise<void>;
}

/** An incident as the ledger has it; undefined where it was never acted on, and there is nothing to tell. */
export async function incidentAsOf(
  { ledger, manifests, account, link }: Incidents,
  { id, since }: Pick<Entry, "id" | "since">,
): Promise<Incident | undefined> {
  const about = await ledger.about(id);
  if (about === undefined) return undefined;
  const { finding, remediation: name } = about;
  const manifest = manifests.find((one) => one.name === name);
  return incidentMessage(finding, {
    history: await ledger.history(id),
    remediation: manifest === undefined ? null : { name, title: manifest.title, what: manifest.what },
    expiresAt: since === "" ? null : new Date(Date.parse(since) + QUESTION_LASTS).toISOString(),
    account: await account(finding.AwsAccountId),
    link: await link(finding.AwsAccountId, id),
  });
}

/**
 * Publishes an incident as the ledger has it. At least once: what is cut off between sending and noting is sent again, as the same version.
 */
export async function publishIncident(publisher: Publisher, id: string): Promise<void> {
  const { ledger, send } = publisher;
  const entry = await ledger.get(id);
  if (entry === undefined) return;
  const incident = await incidentAsOf(publisher, entry);
  if (incident !== undefined) await send(incident);
  await ledger.published(id, entry.version);
}

/** Incidents that are looked at in one go: what is left waits for the next. */
const AT_ONCE = 100;

/** Publishes what was kept and is not known to be published. One that fails keeps no other; throws what failed together. */
export async function publishUntold(publisher: Publisher): Promise<number> {
  const failures: unknown[] = [];
  const untold = await publisher.ledger.untold(AT_ONCE);
  for (const { id } of untold) await publishIncident(publisher, id).catch((error: unknown) => failures.push(error));
  if (failures.length > 0) {
    throw new AggregateError(failures, `publishing incidents: ${failures.map(String).join("; ")}`);
  }
  return untold.length;
}

/** Open incidents that forwarders look after in one go. */
const MOST_OPEN = 500;

/** The open incidents that can be told of, the newest first. */
export async function openIncidents(incidents: Incidents): Promise<readonly Incident[]> {
  const open: Incident[] = [];
  let next: string | undefined;
  do {
    const page = await incidents.ledger.list("open", 100, next);
    for (const listed of page.items) {
      const incident = await incidentAsOf(incidents, listed);
      if (incident !== undefined) open.push(incident);
    }
    next = page.next;
  } while (next !== undefined && open.length < MOST_OPEN);
  return open;
}
