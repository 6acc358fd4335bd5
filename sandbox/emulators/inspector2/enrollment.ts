import type { AutoEnable } from "@aws-sdk/client-inspector2";
import type { Account } from "../../gateway/emulator.ts";
import { ensureRoles, startEnabling } from "./scanning.ts";
import { type Administration, type Inspector, now, type ScanType, servicePrincipal } from "./state.ts";

/** The scans that a preference turns on. */
export function autoEnabled(autoEnable: AutoEnable): ScanType[] {
  const { ec2, ecr, lambda, lambdaCode, codeRepository } = autoEnable;
  const wanted: readonly (readonly [ScanType, boolean | undefined])[] = [
    ["EC2", ec2],
    ["ECR", ecr],
    ["LAMBDA", lambda],
    ["LAMBDA_CODE", lambdaCode],
    ["CODE_REPOSITORY", codeRepository],
  ];
  return wanted.flatMap(([type, on]) => (on ? [type] : []));
}

/** Whether AWS Organizations still trusts Inspector and knows the account as its delegated administrator. */
function isDelegated({ aws: { organization } }: Inspector, accountId: string): boolean {
  return (
    organization.hasTrustedAccess(servicePrincipal) &&
    organization.delegatedAdministrators(servicePrincipal).includes(accountId)
  );
}

function isNew(inspector: Inspector, administration: Administration, account: Account, region: string): boolean {
  const { organization } = inspector.aws;
  // The administrator is called in this region, so if the region is an opt-in one, the administrator has opted in.
  const optIn = organization.account(administration.accountId)?.optInRegions.has(region) ?? false;
  return (
    account.state === "ACTIVE" &&
    account.id !== administration.accountId &&
    account.joinedAt > administration.newSince &&
    !administration.members.has(account.id) &&
    (!optIn || account.optInRegions.has(region))
  );
}

/**
 * Brings a region up to what AWS Organizations and the auto-enable preferences say: called before every operation,
 * because that is when anyone can see it. An administration that has ended leaves its members standalone, with their
 * scans as they are (Inspector user guide, "Removing the delegated administrator").
 */
export async function settle(inspector: Inspector, region: string): Promise<void> {
  const { organization } = inspector.aws;
  for (const [at, { accountId }] of inspector.administrations) {
    if (!isDelegated(inspector, accountId)) inspector.administrations.delete(at);
  }
  const administration = inspector.administrations.get(region);
  if (administration === undefined) return;
  for (const accountId of administration.members.keys()) {
    if (!organization.isMember(accountId)) administration.members.delete(accountId);
  }
  const types = autoEnabled(administration.autoEnable);
  if (types.length === 0) return;
  for (const account of organization.members()) {
    if (!isNew(inspector, administration, account, region)) continue;
    await ensureRoles(inspector, account.id, types);
    // Others may have been here while the roles were made.
    const current = inspector.administrations.get(region) === administration;
    if (!current || !isNew(inspector, administration, account, region)) continue;
    administration.members.set(account.id, {
      accountId: account.id,
      status: "ENABLED",
      updatedAt: now(inspector),
    });
    startEnabling(inspector, inspector.places.of(account.id, region), types);
  }
}
