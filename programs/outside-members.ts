import { z } from "zod";
import type { FeatureSettings } from "./feature-settings.ts";
import { AccountId } from "./identifiers.ts";

/** An account outside of the organization whose findings come in by an invitation to Security Hub. */
export const OutsideMember = z.strictObject({
  accountId: AccountId,
  /** The address of its root user, which AWS asks for with an invitation (Security Hub API, AccountDetails). */
  email: z.email("must be the address of the account's root user"),
});
export type OutsideMember = z.infer<typeof OutsideMember>;

interface Featured {
  readonly features: { readonly securityHub: { readonly outsideMembers: readonly OutsideMember[] } };
}

/** Where the settings declare an account as outside: its entry and the path of that; undefined where they don't. */
export function outsideMember(
  { features }: Featured,
  accountId: string,
): (OutsideMember & { readonly path: string }) | undefined {
  const index = features.securityHub.outsideMembers.findIndex((member) => member.accountId === accountId);
  const member = features.securityHub.outsideMembers[index];
  return member && { ...member, path: `features.securityHub.outsideMembers.${index}.accountId` };
}

/** Whether a baseline is of an account that is outside of the organization. */
export function isOutside(inputs: Featured & { readonly accountId: string }): boolean {
  return outsideMember(inputs, inputs.accountId) !== undefined;
}

/**
 * The features of a baseline outside of the organization. No configuration policy reaches an account that was invited (Security Hub CSPM
 * User Guide, "Managing administrator and member accounts"), so it has its hub and standards by its baseline in either mode; Inspector takes
 * members from the organization alone. Hosts there could report nowhere and read no signatures, because bucket, keys and signatures are the organization's, so
 * documents and scans for hosts are off; patching and inventory stay. Nothing responds there, since the response may enter the organization's
 * accounts only, and an auditor's question whether the account is in the organization has its answer.
 */
export function featuresOutside(features: FeatureSettings): FeatureSettings {
  const { config, systemsManager } = features;
  const { auditPack } = config;
  const off = { enabled: false };
  return {
    ...features,
    securityHub: { ...features.securityHub, mode: "local", central: { policies: [] } },
    inspector: { ...features.inspector, ...off },
    remediations: { ...features.remediations, ...off },
    systemsManager: {
      ...systemsManager,
      virusScan: { ...systemsManager.virusScan, ...off },
      sensitiveInformationScan: { ...systemsManager.sensitiveInformationScan, ...off },
      patchNow: { ...systemsManager.patchNow, ...off },
      hostPolicy: off,
    },
    config: {
      ...config,
      auditPack: { ...auditPack, leaveOut: [...auditPack.leaveOut, { rule: "account-in-organization" }] },
    },
  };
}

interface Checked extends Featured {
  readonly accounts: Readonly<Record<string, string>>;
  readonly excludedAccounts: readonly string[];
}

/** Refuses entries that can't be meant; paths are those of the organization's settings. */
export function checkOutsideMembers(value: Checked, issue: (path: (string | number)[], message: string) => void): void {
  const { outsideMembers } = value.features.securityHub;
  for (const [index, { accountId }] of outsideMembers.entries()) {
    const path = ["features", "securityHub", "outsideMembers", index, "accountId"];
    const core = Object.entries(value.accounts).find(([, id]) => id === accountId)?.[0];
    if (core !== undefined) issue(path, `${accountId} is the ${core} account, which is in the organization`);
    if (value.excludedAccounts.includes(accountId)) issue(path, `${accountId} is one of excludedAccounts`);
    if (outsideMembers.findIndex((other) => other.accountId === accountId) !== index) {
      issue(path, `${accountId} is named twice`);
    }
  }
}
