import { z } from "zod";
import { SEVERITIES } from "../../remediation/forwarders/incident.ts";
import type { AsffFinding } from "../../remediation/response/finding.ts";
import type { Line, Listed, State, Step } from "../../remediation/response/ledger.ts";
import { shelfOf } from "../../remediation/response/shelf.ts";
import { REQUEST_KINDS } from "../response/request-kinds.ts";

/** Every state that an incident can have, in the order in which most go through them. */
export const INCIDENT_STATES = [
  ...(["seen", "ignored", "observed", "alerted", "asked", "approved", "rejected", "expired"] as const),
  ...(["started", "changed", "delivering", "repairing", "verified", "well", "gone", "failed"] as const),
  ...(["undoing", "undone", "resolved", "suppressed"] as const),
] satisfies readonly State[];

export const SHELVES = ["open", "closed"] as const;

const time = z.iso.datetime();
const known = z.unknown().meta({ description: "As the remediation records it." });

export const RemediationBody = z
  .object({
    id: z.string(),
    state: z.enum(INCIDENT_STATES),
    shelf: z.enum(SHELVES).meta({ description: "`open`: it still needs somebody or something." }),
    ...{ account: z.string(), region: z.string(), severity: z.enum(SEVERITIES), title: z.string() },
    cause: z.string().meta({ description: "The control, the vulnerabilities or the types of its findings." }),
    control: z.string().nullable(),
    resource: z.object({ type: z.string(), id: z.string() }),
    remediation: z.string().nullable().meta({ description: "What made the last change; null before the first." }),
    attempts: z.int().meta({ description: "Of the last change; none after it ended well." }),
    undoable: z.boolean().meta({ description: "There is a verified change that can be taken back." }),
    findings: z.int().meta({ description: "Findings that tell of it." }),
    ...{ firstFoundAt: time.optional(), foundAt: time.optional(), openedAt: time.optional() },
    since: time.optional().meta({ description: "When it came to its state." }),
    acknowledged: z.object({ by: z.string(), at: time }).nullable().meta({ description: "Who looks after it." }),
  })
  .meta({ id: "Remediation", description: "An incident: what findings are about, and how it was answered." });

const StepBody = z
  .object({
    ...{ version: z.int(), state: z.enum(INCIDENT_STATES), at: time, why: z.string(), by: z.string() },
    request: z.string().optional().meta({ description: "Of the request that brought it." }),
  })
  .meta({ id: "RemediationStep" });

const ChangeBody = z
  .object({
    change: z.int().meta({ description: "Number of the change; 0 is the last dry run." }),
    ...{ remediation: z.string(), state: z.string(), why: z.string() },
    ...{ target: known, before: known, after: known, evidence: known },
  })
  .meta({ id: "RemediationChange", description: "What was, or would be, done to one resource." });

export const RemediationDetailBody = RemediationBody.extend({
  answeredBy: z.string().nullable().meta({ description: "The remediation that answers its findings, if any." }),
  finding: z
    .record(z.string(), z.unknown())
    .nullable()
    .meta({ description: "The finding that it was last acted on for, in AWS's format." }),
  history: z.array(StepBody).meta({ description: "The oldest first." }),
  changes: z.array(ChangeBody).meta({ description: "Of the last dry run, the last change and the last verified one." }),
}).meta({ id: "RemediationDetail" });

export const RequestedBody = z
  .object({
    id: z.string().meta({ description: "Steps that come of it carry it as `request`." }),
    kind: z.enum(REQUEST_KINDS),
    ...{ remediation: z.string(), requestedBy: z.string(), requestedAt: time },
  })
  .meta({ id: "RemediationRequested", description: "A request that the responder will answer in the history." });

/** Times that were never are empty in the ledger. */
const times = (named: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(named).filter(([, value]) => value !== ""));

export function presentRemediation(incident: Listed) {
  const { id, state, account, region, severity, title, cause, control, resource, attempts, findings } = incident;
  const { firstFoundAt, foundAt, openedAt, since, acknowledged } = incident;
  return {
    ...{ id, state, shelf: shelfOf(state), account, region, severity, title, cause, control, resource },
    ...{ remediation: incident.remediation || null, attempts, undoable: incident.verified > 0, findings },
    ...{ ...times({ firstFoundAt, foundAt, openedAt, since }), acknowledged },
  };
}

/** All that is known of one incident. */
export interface RemediationDetail {
  readonly incident: Listed;
  readonly answeredBy: string | null;
  readonly finding: AsffFinding | null;
  readonly history: readonly Step[];
  readonly lines: readonly Line[];
}

export function presentRemediationDetail({ incident, answeredBy, finding, history, lines }: RemediationDetail) {
  return {
    ...presentRemediation(incident),
    ...{ answeredBy, finding, history },
    changes: lines.map(({ epoch, remediation, state, why, target, change }) => ({
      ...{ change: epoch, remediation, state, why, target },
      ...{ before: change?.before ?? null, after: change?.after ?? null, evidence: change?.evidence ?? null },
    })),
  };
}
