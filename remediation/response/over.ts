import type { AsffFinding } from "./finding.ts";

/** How a finding ended without Bulwark. */
export interface Over {
  readonly state: "resolved" | "suppressed";
  readonly why: string;
  /** Somebody has set it so, which leaves `UpdatedAt` as it was (Security Hub API reference, BatchUpdateFindings). */
  readonly isByHand: boolean;
}

/** How a finding is over; undefined where it still is. Pure. */
export function over({ RecordState, Compliance, Workflow }: AsffFinding): Over | undefined {
  if (RecordState === "ARCHIVED") return { state: "resolved", why: "the finding is archived", isByHand: true };
  if (Compliance?.Status === "PASSED") return { state: "resolved", why: "the control has passed", isByHand: false };
  if (Workflow.Status === "RESOLVED") {
    return { state: "resolved", why: "somebody has resolved the finding in Security Hub", isByHand: true };
  }
  if (Workflow.Status !== "SUPPRESSED") return undefined;
  return { state: "suppressed", why: "somebody has suppressed the finding in Security Hub", isByHand: true };
}
