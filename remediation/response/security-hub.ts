import {
  type AwsSecurityFindingIdentifier,
  BatchUpdateFindingsCommand,
  type BatchUpdateFindingsUnprocessedFinding,
  type SecurityHubClient,
} from "@aws-sdk/client-securityhub";
import { isNamed } from "../aws-errors.ts";
import { PATIENT, type Patience, patiently } from "./patience.ts";
import type { Workflow } from "./responder.ts";

/** Findings in one call (Security Hub API reference, BatchUpdateFindings). */
const MOST = 100;
/** Characters of a note's text and author (the same, NoteUpdate). */
const LONGEST = 512;
/**
 * Milliseconds from one call to the next: ten a second are for all of an account and region (Security Hub API reference, "Welcome"). Four of them are left to whoever
 * else calls, and to turns that are used late: with two, a storm of 20,000 findings came to eleven calls within one second.
 */
export const INTERVAL = 160;
/** What passes by itself. */
const ERRORS = ["InternalException", "LimitExceededException", "ThrottlingException", "TooManyRequestsException"];
/** The same of a single finding (Security Hub API reference, BatchUpdateFindingsUnprocessedFinding). */
const CODES = ["ConcurrentUpdateError", "InternalFailure"];
/** Connections that were lost or never there (Node.js, "Common system errors"). */
const NETWORK = ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EPIPE", "ETIMEDOUT"];
/** Milliseconds: together the tries wait some thirteen seconds at most. */
const FIRST_WAIT = 200;

/** What is told of findings: all the same. */
export interface Told {
  readonly workflow: Workflow;
  readonly note: string;
  readonly by: string;
}

/** A finding, as Security Hub names it. */
export interface Identifier {
  readonly Id: string;
  readonly ProductArn: string;
}

/** A finding that Security Hub will not take an update of, and why. */
export interface Refused extends Identifier {
  readonly why: string;
}

/** How calls are made: tries that wait, and a turn before each call but the first, which is the caller's. */
export interface Manner {
  readonly patience?: Patience;
  readonly turn?: () => Promise<void>;
}

/**
 * Sets workflow status and note of findings, as the administrator of their accounts, in the region where they are; an update leaves `UpdatedAt` as it
 * is, and comes back as an event. What is throttled is tried again, a bounded number of times, and rejects if that goes on: what was taken stays so, and
 * telling it again changes nothing. Answers those that were refused: the others were taken.
 *
 * @param client one that tries nothing again by itself (`maxAttempts: 1`), where every call needs a turn
 */
export async function updateFindings(
  client: SecurityHubClient,
  findings: readonly Identifier[],
  { workflow, note, by }: Told,
  { patience = PATIENT, turn = async () => undefined }: Manner = {},
): Promise<readonly Refused[]> {
  // A finding that is named twice in a call is refused.
  const each = [...new Map(findings.map(({ Id, ProductArn }) => [`${ProductArn} ${Id}`, { Id, ProductArn }])).values()];
  const refused: BatchUpdateFindingsUnprocessedFinding[] = [];
  let calls = 0;
  for (let at = 0; at < each.length; at += MOST) {
    let left: AwsSecurityFindingIdentifier[] = each.slice(at, at + MOST);
    const update = async () => {
      if (calls++ > 0) await turn();
      const { UnprocessedFindings = [] } = await client.send(
        new BatchUpdateFindingsCommand({
          FindingIdentifiers: left,
          Workflow: { Status: workflow },
          Note: { Text: note.slice(0, LONGEST), UpdatedBy: by.slice(0, LONGEST) },
        }),
      );
      const met = UnprocessedFindings.filter(({ ErrorCode = "" }) => CODES.includes(ErrorCode));
      refused.push(...UnprocessedFindings.filter((one) => !met.includes(one)));
      left = met.flatMap(({ FindingIdentifier }) => FindingIdentifier ?? []);
      if (left.length > 0) throw new UnprocessedError(met.map(told).join("; "));
    };
    await patiently(patience, FIRST_WAIT, isPassing, update);
  }
  return refused.map((one) => {
    const { Id = "", ProductArn = "" } = one.FindingIdentifier ?? {};
    return { Id, ProductArn, why: reason(one) };
  });
}

/** Security Hub has not taken an update of some findings. */
class UnprocessedError extends Error {
  override readonly name = "UnprocessedError";

  constructor(which: string) {
    super(`telling Security Hub of ${which}`);
  }
}

const isPassing = (error: unknown) =>
  error instanceof UnprocessedError || isNamed(error, ...ERRORS) || isUnanswered(error);

/** Whether Security Hub failed, or nothing came of it: then it may have taken the update, and telling it again changes nothing. */
function isUnanswered(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("$fault" in error && error.$fault === "server") return true;
  return error.name === "TimeoutError" || ("code" in error && NETWORK.includes(String(error.code)));
}

const reason = ({ ErrorCode, ErrorMessage }: BatchUpdateFindingsUnprocessedFinding) =>
  `${ErrorCode ?? "refused"}${ErrorMessage === undefined ? "" : ` (${ErrorMessage})`}`;

const told = (one: BatchUpdateFindingsUnprocessedFinding) => `${one.FindingIdentifier?.Id ?? "one"}: ${reason(one)}`;
