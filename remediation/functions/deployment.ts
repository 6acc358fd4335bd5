import type { Incident } from "../forwarders/incident.ts";
import type { AnyRemediation } from "../remediation.ts";
import type { Ledger } from "../response/ledger.ts";
import type { Responder } from "../response/responder.ts";
import type { SettingsReader } from "./response-settings.ts";
import type { Sessions } from "./sessions.ts";

/** What outlives an invocation: all that responders are made of. */
export interface Deployment {
  readonly ledger: Ledger;
  readonly remediations: readonly AnyRemediation[];
  readonly settings: SettingsReader;
  /** New ones for the work on one message. */
  readonly sessions: () => Sessions;
  readonly update: Responder["update"];
  readonly publish: (incident: Incident) => Promise<void>;
  readonly repair: Responder["repair"];
  readonly now: () => Date;
}

/**
 * Works with a responder whose settings are those for findings of one account, and ends its sessions afterwards.
 *
 * @param accountId undefined where the work is on no account's finding: then nothing is changed by itself
 */
export async function withResponder<Answer>(
  { ledger, remediations, settings, sessions, update, publish, repair, now }: Deployment,
  accountId: string | undefined,
  work: (responder: Responder) => Promise<Answer>,
): Promise<Answer> {
  const { session, close } = sessions();
  try {
    return await work({
      ledger,
      remediations,
      settings: () => settings.settings(accountId),
      facts: settings.facts,
      session,
      update,
      publish,
      repair,
      account: settings.account,
      now,
    });
  } finally {
    close();
  }
}
