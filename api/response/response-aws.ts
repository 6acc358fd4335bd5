import type { Ledger } from "../../remediation/response/ledger.ts";
import type { RequestMessage } from "../../remediation/response/request-message.ts";
import type { KillSwitch } from "../../remediation/response/settings.ts";
import type { Finding, FindingsQuestion } from "./finding.ts";

/** One page of findings. */
export interface FindingsPage {
  readonly items: readonly Finding[];
  readonly next?: string | undefined;
}

/** The part of the ledger that the API reads. */
export type LedgerReading = Pick<Ledger, "list" | "listed" | "about" | "history" | "lines">;

/** What the API asks of the response to findings, in the security account. All of it throws `AwsCallError`. */
export interface ResponseAws {
  /** One call of GetFindings, which the account has few of in a second: see `cached-findings.ts`. */
  findings(question: FindingsQuestion): Promise<FindingsPage>;
  readonly ledger: LedgerReading;
  /** Hands a person's request to the responder. */
  send(message: RequestMessage): Promise<void>;
  /** Undefined where it was never used. */
  readKillSwitch(): Promise<KillSwitch | undefined>;
  writeKillSwitch(killSwitch: Required<KillSwitch>): Promise<void>;
}
