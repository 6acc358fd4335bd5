import { MANIFESTS } from "../../remediation/manifests.ts";
import { type Listed, UNFINISHED } from "../../remediation/response/ledger.ts";
import type { RequestMessage } from "../../remediation/response/request-message.ts";
import { shelfOf } from "../../remediation/response/shelf.ts";

/**
 * Why a request about an incident can't come to anything, as far as its state tells; undefined where it is for the responder to say, who looks again and
 * has the last word. Pure.
 */
export function whyRefused(kind: RequestMessage["kind"], incident: Listed): string | undefined {
  const { id, state, verified, acknowledged } = incident;
  const isUnderWay = state === "approved" || UNFINISHED.includes(state);
  const isRepairing = state === "repairing";
  if (state === "seen" || state === "ignored") return `Incident ${id} is ${state}: nothing was done or asked.`;
  switch (kind) {
    case "approve":
      return state === "asked" || isUnderWay ? undefined : asksNothing(incident);
    case "reject":
      return state === "asked" ? undefined : asksNothing(incident);
    case "undo":
      if (verified === 0 && isRepair(incident.remediation)) {
        return `Incident ${id} was repaired by a deployment: the baseline owns the setting. Change what it is deployed from.`;
      }
      if (verified === 0) return `Incident ${id} has no verified change that could be undone.`;
      return isUnderWay || isRepairing ? `Incident ${id} is being changed: ask again when that has ended.` : undefined;
    case "suppress":
      if (isUnderWay || isRepairing || state === "undoing")
        return `Incident ${id} is being changed: ask again when that has ended.`;
      return state === "suppressed" || shelfOf(state) === "open" ? undefined : needsNobody(incident);
    case "acknowledge":
      if (acknowledged !== null) return `${acknowledged.by} looks after incident ${id} already.`;
      return shelfOf(state) === "open" ? undefined : needsNobody(incident);
  }
}

const isRepair = (remediation: string) =>
  MANIFESTS.some(({ name, repairs }) => name === remediation && repairs !== undefined);
const asksNothing = ({ id, state }: Listed) => `Incident ${id} asks nothing: it is ${state}.`;
const needsNobody = ({ id, state }: Listed) => `Incident ${id} needs nobody: it is ${state}.`;
