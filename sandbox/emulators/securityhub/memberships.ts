/** Status of the bond between an administrator and a member, as the API spells it. */
export type MemberStatus = "Created" | "Invited" | "Enabled" | "Removed" | "Resigned" | "AccountSuspended";

/** The bond between one administrator and one member account in one region. Both sides' views are read from it. */
export interface Membership {
  readonly region: string;
  readonly administratorId: string;
  readonly memberId: string;
  /** Made through AWS Organizations; otherwise by invitation. */
  readonly organization: boolean;
  /** As given by the administrator; AWS has none of accounts of the organization. */
  email?: string;
  status: MemberStatus;
  invitationId?: string;
  invitedAt?: Date;
  updatedAt: Date;
}

/** All bonds. There is one record for both sides, so an administrator's and a member's answer cannot disagree. */
export class Memberships {
  readonly #all = new Map<string, Membership>();

  get(region: string, administratorId: string, memberId: string): Membership | undefined {
    return this.#all.get(keyOf(region, administratorId, memberId));
  }

  put(membership: Membership): Membership {
    this.#all.set(keyOf(membership.region, membership.administratorId, membership.memberId), membership);
    return membership;
  }

  remove(membership: Membership): void {
    this.#all.delete(keyOf(membership.region, membership.administratorId, membership.memberId));
  }

  /** Bonds that an administrator has in a region, in the order of the members' ids. */
  ofAdministrator(region: string, administratorId: string): Membership[] {
    return this.#where((each) => each.region === region && each.administratorId === administratorId);
  }

  /** Bonds and invitations that a member has in a region. */
  ofMember(region: string, memberId: string): Membership[] {
    return this.#where((each) => each.region === region && each.memberId === memberId);
  }

  /** The one bond that is in force for a member. */
  inForce(region: string, memberId: string): Membership | undefined {
    return this.ofMember(region, memberId).find((each) => each.status === "Enabled");
  }

  /** Account ids whose findings an administrator sees in a region, without its own. */
  enabledMembers(region: string, administratorId: string): string[] {
    return this.ofAdministrator(region, administratorId)
      .filter((each) => each.status === "Enabled")
      .map((each) => each.memberId);
  }

  #where(holds: (membership: Membership) => boolean): Membership[] {
    return [...this.#all.values()].filter(holds).sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  }
}

function keyOf(region: string, administratorId: string, memberId: string): string {
  return `${region}/${administratorId}/${memberId}`;
}
