import type { Incident, Status } from "../incident.ts";

/** What a person can do to an incident from Slack. */
export const ACTIONS = ["approve", "reject", "undo", "suppress", "acknowledge"] as const;
export type Action = (typeof ACTIONS)[number];

const BY_STATUS: Readonly<Record<Status, readonly Action[]>> = {
  detected: ["acknowledge", "suppress"],
  observed: ["acknowledge", "suppress"],
  asked: ["approve", "reject", "acknowledge", "suppress"],
  approved: ["acknowledge"],
  rejected: ["acknowledge", "suppress"],
  expired: ["acknowledge", "suppress"],
  remediated: ["undo"],
  failed: ["acknowledge", "suppress"],
  undone: ["acknowledge", "suppress"],
  suppressed: [],
  resolved: ["undo"],
};

/** What can be done to an incident as it stands: nothing is undone that was not done by a remediation, and nothing acknowledged twice. */
export function offered(incident: Incident): readonly Action[] {
  return BY_STATUS[incident.status].filter((action) => {
    if (action === "acknowledge") return incident.acknowledged === null;
    if (action === "undo")
      return incident.history.findLast(({ status }) => CHANGES.has(status))?.status === "remediated";
    return true;
  });
}

const CHANGES: ReadonlySet<Status> = new Set(["remediated", "undone"]);
