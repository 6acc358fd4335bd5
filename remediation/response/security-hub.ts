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
/** What passes by itself: ten calls a second are for all routers of an account and region ("Security Hub CSPM quotas"). */
const ERRORS = ["InternalException", "LimitExceededException", "ThrottlingException", "TooManyRequestsException"];
/** The same of a single finding (Security Hub API reference, BatchUpdateFindingsUnprocessedFinding). */
const CODES = ["ConcurrentUpdateError", "InternalFailure"];
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

/**
 * Sets workflow status and note of findings, as the administrator of their accounts, in the region where they are; an update leaves `UpdatedAt` as it
 * is, and comes back as an event. What is throttled is tried again, a bounded number of times. Throws where one was not taken, with each and its
 * reason: what was taken stays so, and telling it again changes nothing.
 */
export async function updateFindings(
  client: SecurityHubClient,
  findings: readonly Identifier[],
  { workflow, note, by }: Told,
  patience: Patience = PATIENT,
): Promise<void> {
  // A finding that is named twice in a call is refused.
  const each = [...new Map(findings.map(({ Id, ProductArn }) => [`${ProductArn} ${Id}`, { Id, ProductArn }])).values()];
  const refused: BatchUpdateFindingsUnprocessedFinding[] = [];
  for (let at = 0; at < each.length; at += MOST) {
    let left: AwsSecurityFindingIdentifier[] = each.slice(at, at + MOST);
    const update = async () => {
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
  if (refused.length > 0) {
    throw new UnprocessedError(`${refused.length} of ${each.length} findings: ${refused.map(told).join("; ")}`);
  }
}

/** Security Hub has not taken an update of some findings. */
class UnprocessedError extends Error {
  override readonly name = "UnprocessedError";

  constructor(which: string) {
    super(`telling Security Hub of ${which}`);
  }
}

const isPassing = (error: unknown) => error instanceof UnprocessedError || isNamed(error, ...ERRORS);

const told = ({ FindingIdentifier, ErrorCode, ErrorMessage }: BatchUpdateFindingsUnprocessedFinding) =>
  `${FindingIdentifier?.Id ?? "one"}: ${ErrorCode ?? "refused"}${ErrorMessage === undefined ? "" : ` (${ErrorMessage})`}`;
