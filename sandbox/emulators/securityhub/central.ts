import type { SecurityHubPolicy } from "@aws-sdk/client-securityhub";
import type { OrganizationView } from "../../gateway/emulator.ts";

/** A configuration policy, complete. */
export interface ConfigurationPolicy {
  readonly arn: string;
  readonly id: string;
  name: string;
  description?: string;
  policy: SecurityHubPolicy;
  readonly createdAt: Date;
  updatedAt: Date;
}

/** What stands in place of a policy where a target looks after itself. */
export const SELF_MANAGED = "SELF_MANAGED_SECURITY_HUB";

/** A policy, or self-management, that the administrator has applied to an account, a unit or the root. */
export interface Association {
  readonly targetId: string;
  policyId: string;
  updatedAt: Date;
  status: "PENDING" | "SUCCESS" | "FAILED";
  message?: string;
}

/** What governs a target, and whether it was applied to the target itself. */
export interface Governing {
  readonly association: Association;
  readonly inherited: boolean;
}

/** The organization's central configuration, which its administrator keeps in its home region. */
export class Central {
  /** Who configures the organization, and from where; undefined in local mode. */
  at: { readonly administratorId: string; readonly homeRegion: string; settled: boolean } | undefined;
  readonly policies = new Map<string, ConfigurationPolicy>();
  /** By target. */
  readonly associations = new Map<string, Association>();
  readonly #organization: OrganizationView;

  constructor(organization: OrganizationView) {
    this.#organization = organization;
  }

  /** What holds for an account: its own association, else that of the closest parent that has one. */
  governing(accountId: string): Governing | undefined {
    return this.governingOf(accountId, this.#organization.parentsOf(accountId));
  }

  /** The same for any target; `parents` from the closest to the root. */
  governingOf(targetId: string, parents: readonly string[]): Governing | undefined {
    for (const id of [targetId, ...parents]) {
      const association = this.associations.get(id);
      if (association !== undefined) return { association, inherited: id !== targetId };
    }
    return undefined;
  }

  /** The policy that an account is configured by; undefined where it looks after itself. */
  policyOf(accountId: string): ConfigurationPolicy | undefined {
    if (this.at === undefined) return undefined;
    const governing = this.governing(accountId);
    return governing && this.policies.get(governing.association.policyId);
  }

  /** The accounts that an association governs. */
  accountsOf(association: Association): string[] {
    return this.#organization
      .members()
      .map(({ id }) => id)
      .filter((id) => this.governing(id)?.association === association);
  }
}
