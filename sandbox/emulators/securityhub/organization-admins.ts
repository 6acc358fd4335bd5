import type { OrganizationView } from "../../gateway/emulator.ts";
import type { Memberships } from "./memberships.ts";

/** Service principal under which Security Hub is trusted by AWS Organizations. */
export const securityHubPrincipal = "securityhub.amazonaws.com";

/** How the organization is configured in one region (local configuration only). */
export interface OrganizationSettings {
  autoEnable: boolean;
  autoEnableStandards: "NONE" | "DEFAULT";
  /** Accounts that joined at this time or later are enabled automatically; in milliseconds since the epoch. */
  autoEnableSince: number;
  /** New accounts that were seen to. */
  readonly enrolled: Set<string>;
}

/** The organization's Security Hub administrator in one region. */
export interface OrganizationAdmin {
  readonly accountId: string;
  readonly settings: OrganizationSettings;
}

/** The organization's administrators, one per region. */
export class OrganizationAdmins {
  readonly #regions = new Map<string, OrganizationAdmin>();
  readonly #organization: OrganizationView;
  readonly #memberships: Memberships;

  constructor(organization: OrganizationView, memberships: Memberships) {
    this.#organization = organization;
    this.#memberships = memberships;
  }

  /**
   * The administrator in force. One that Organizations has deregistered, or whose trusted access was switched off, is
   * gone in every region at once, and its organization members are standalone again
   * (Security Hub user guide, "Removing or changing the delegated administrator").
   */
  in(region: string): OrganizationAdmin | undefined {
    const admin = this.#regions.get(region);
    if (admin === undefined || this.#stillTrusted(admin.accountId)) return admin;
    for (const each of [...this.#regions.keys()]) this.remove(each);
    return undefined;
  }

  set(region: string, accountId: string): OrganizationAdmin {
    const admin: OrganizationAdmin = {
      accountId,
      settings: { autoEnable: false, autoEnableStandards: "DEFAULT", autoEnableSince: 0, enrolled: new Set() },
    };
    this.#regions.set(region, admin);
    return admin;
  }

  /** Ends the administration of a region; returns whether another region still has an administrator. */
  remove(region: string): boolean {
    const admin = this.#regions.get(region);
    if (admin !== undefined) {
      for (const each of this.#memberships.ofAdministrator(region, admin.accountId)) {
        if (each.organization) this.#memberships.remove(each);
      }
      this.#regions.delete(region);
    }
    return this.#regions.size > 0;
  }

  /** The account that administers any region: a second account cannot administer another one. */
  anywhere(): string | undefined {
    for (const region of [...this.#regions.keys()]) {
      const admin = this.in(region);
      if (admin !== undefined) return admin.accountId;
    }
    return undefined;
  }

  #stillTrusted(accountId: string): boolean {
    if (!this.#organization.hasTrustedAccess(securityHubPrincipal)) return false;
    if (accountId === this.#organization.managementAccountId) return true;
    return this.#organization.delegatedAdministrators(securityHubPrincipal).includes(accountId);
  }
}
