import type { Account } from "../../gateway/emulator.ts";
import { DEFAULT_REGIONS } from "../account/regions.ts";
import { effectiveFindingGenerator, enableHub, hubAt } from "./lifecycle.ts";
import type { MemberStatus, Membership } from "./memberships.ts";
import type { State } from "./state.ts";

/** Whether an account can use a region at all. */
export function hasRegion(account: Account, region: string): boolean {
  return DEFAULT_REGIONS.includes(region) || account.optInRegions.has(region);
}

/**
 * Makes an account of the organization a member, and enables Security Hub there if it is off. What the account had set
 * on its own hub stays (documentation of `CreateMembers`).
 */
export async function associateOrganizationAccount(
  state: State,
  region: string,
  administratorId: string,
  account: Account,
  options: { readonly defaultStandards: boolean },
): Promise<Membership> {
  const now = new Date(state.aws.now());
  const bond: Membership = {
    region,
    administratorId,
    memberId: account.id,
    organization: true,
    // AWS says so of an account that is suspended when its administrator adds it.
    status: account.state === "ACTIVE" ? "Enabled" : "AccountSuspended",
    invitedAt: now,
    updatedAt: now,
  };
  state.memberships.put(bond);
  if (bond.status !== "Enabled") return bond;
  takeOver(state, bond);
  const member = { accountId: account.id, region };
  if (hubAt(state, member) === undefined) await enableHub(state, member, options);
  return bond;
}

/** Puts an accepted or created bond in force: what a member cannot have beside its administrator's ends. */
export function takeOver(state: State, bond: Membership): void {
  for (const other of state.memberships.ofMember(bond.region, bond.memberId)) {
    if (other !== bond && other.status === "Enabled") end(state, other, "Removed");
  }
  bond.status = "Enabled";
  bond.updatedAt = new Date(state.aws.now());
  state.aggregators.remove(bond.memberId);
}

/** Ends a bond that is in force; the member keeps the finding generator that it had under its administrator. */
export function end(state: State, bond: Membership, status: MemberStatus): void {
  const member = { accountId: bond.memberId, region: bond.region };
  const hub = hubAt(state, member);
  if (hub !== undefined && bond.status === "Enabled") {
    hub.controlFindingGenerator = effectiveFindingGenerator(state, member, hub);
  }
  bond.status = status;
  bond.updatedAt = new Date(state.aws.now());
}
