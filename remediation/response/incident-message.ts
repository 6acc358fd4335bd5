import type { Incident, Status } from "../forwarders/incident.ts";
import type { AsffFinding } from "./finding.ts";
import { incidentOf } from "./incident.ts";
import { CLOSED, type State, type Step } from "./ledger.ts";
import { BULWARK } from "./responder.ts";

/** What people see of an account. */
export interface AccountFacts {
  readonly owner: string | null;
  readonly environment: string | null;
}

/** What is known of an incident beside the finding. */
export interface Known {
  /** Of the ledger, the oldest first; none where the ledger does not know it. */
  readonly history: readonly Step[];
  readonly remediation: { readonly name: string; readonly title: string; readonly what: string } | null;
  readonly account: AccountFacts;
  /** When a question ends, ISO 8601. */
  readonly expiresAt: string | null;
  readonly link: string | null;
}

/** What a state is to people; those between two are no step for them. */
const STATUS: Readonly<Record<State, Status | undefined>> = {
  ...{ seen: undefined, ignored: undefined, started: undefined, changed: undefined, delivering: undefined },
  ...{ undoing: undefined, approved: "approved", observed: "observed", alerted: "detected", asked: "asked" },
  ...{ rejected: "rejected", expired: "expired", verified: "remediated", well: "resolved", gone: "resolved" },
  ...{ failed: "failed", undone: "undone", suppressed: "suppressed" },
};

/** Steps that a message can hold, the first and the last among them. */
const MOST = 200;
const LONGEST = 4_000;

/**
 * What forwarders get of an incident. The first step is that it was found; each step of the ledger that people see follows, in an order and
 * numbering that a longer history only adds to, so that a forwarder that knows a version knows all before it. Of what differs from the step
 * before in nothing but time there is one. Pure.
 */
export function incidentMessage(finding: AsffFinding, known: Known): Incident {
  const { history, remediation, account, expiresAt, link } = known;
  const openedAt = finding.CreatedAt ?? finding.UpdatedAt;
  const steps: Incident["history"] = [
    { version: 1, at: openedAt, status: "detected", what: finding.Title || "A finding", by: null },
  ];
  for (const { state, at, why, by } of history) {
    const status = STATUS[state];
    const before = steps.at(-1);
    if (status === undefined || steps.length >= MOST) continue;
    const what = why.slice(0, LONGEST);
    const who = by === BULWARK ? null : by;
    if (before?.status === status && before.what === what && before.by === who) continue;
    steps.push({ version: steps.length + 1, at, status, what, by: who });
  }
  // Who looks after it does so until it begins anew.
  const over = history.findLastIndex(({ state }) => CLOSED.includes(state));
  const acknowledgment = history.slice(over + 1).findLast(({ acknowledges }) => acknowledges === true);
  const last = steps.at(-1) ?? steps[0];
  const [resource] = finding.Resources;
  return {
    id: incidentOf(finding).id,
    version: steps.length,
    account: finding.AwsAccountId,
    region: finding.Region,
    ...account,
    severity: finding.Severity.Label,
    product: finding.ProductName || "Security Hub",
    title: finding.Title || "A finding",
    description: finding.Description,
    resource: { type: resource?.Type ?? "Other", id: resource?.Id ?? "" },
    control: finding.Compliance?.SecurityControlId ?? null,
    type: finding.Types[0] ?? null,
    finding: finding.Id,
    findings: 1,
    status: last?.status ?? "detected",
    remediation,
    acknowledged: acknowledgment === undefined ? null : { by: acknowledgment.by, at: acknowledgment.at },
    openedAt,
    expiresAt: last?.status === "asked" ? expiresAt : null,
    link,
    history: steps,
  };
}
