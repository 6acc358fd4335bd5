import { links } from "../aggregators.ts";
import { type At, hubAt } from "../lifecycle.ts";
import type { State, StoredFinding } from "../state.ts";

/** A finding and where it lives. */
export interface Sighting {
  readonly at: At;
  readonly stored: StoredFinding;
}

/**
 * The findings that an account sees in a region: its own, its members' if it is an administrator, and in the home
 * region of the aggregation those of the linked regions. Findings are kept once, where they were imported: so all
 * views agree, and an update in one region is seen in the other.
 */
export function* visibleFindings(state: State, viewer: At): Generator<Sighting> {
  for (const region of regionsSeenFrom(state, viewer)) {
    for (const accountId of [viewer.accountId, ...state.memberships.enabledMembers(region, viewer.accountId)]) {
      const at = { accountId, region };
      if (hubAt(state, at) === undefined) continue;
      for (const stored of state.accounts.of(accountId, region).findings.values()) yield { at, stored };
    }
  }
}

/** Every account and region in which a finding is seen, its own first: each of them gets the finding's event. */
export function viewersOf(state: State, at: At): At[] {
  const accounts = [at.accountId];
  const bond = state.memberships.inForce(at.region, at.accountId);
  if (bond !== undefined) accounts.push(bond.administratorId);
  const home = state.aggregators.homeOf(bond?.administratorId ?? at.accountId, at.region);
  return [at.region, ...(home === undefined ? [] : [home])]
    .flatMap((region) => accounts.map((accountId) => ({ accountId, region })))
    .filter((viewer) => hubAt(state, viewer) !== undefined);
}

function regionsSeenFrom(state: State, viewer: At): string[] {
  // A member inherits its administrator's aggregation.
  const owner = state.memberships.inForce(viewer.region, viewer.accountId)?.administratorId ?? viewer.accountId;
  const aggregator = state.aggregators.of(owner);
  if (aggregator === undefined || aggregator.homeRegion !== viewer.region) return [viewer.region];
  const regions = new Set([viewer.region]);
  for (const { region } of state.accounts.entries()) if (links(aggregator, region)) regions.add(region);
  return [...regions];
}
