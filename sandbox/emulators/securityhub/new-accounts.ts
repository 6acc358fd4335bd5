import { associateOrganizationAccount, hasRegion } from "./association.ts";
import type { State } from "./state.ts";

/**
 * Enables Security Hub in accounts that joined the organization since auto-enable was switched on in a region.
 * Organizations tells nobody that an account has joined, so this is looked at before every call that could notice.
 */
export async function enrolNewAccounts(state: State, region: string): Promise<void> {
  const admin = state.organizationAdmins.in(region);
  if (admin === undefined || !admin.settings.autoEnable) return;
  const { settings, accountId: administratorId } = admin;
  for (const account of state.aws.organization.members()) {
    if (account.id === administratorId || account.id === state.aws.organization.managementAccountId) continue;
    if (account.joinedAt.getTime() < settings.autoEnableSince || settings.enrolled.has(account.id)) continue;
    if (account.state !== "ACTIVE" || !hasRegion(account, region)) continue;
    settings.enrolled.add(account.id);
    if (state.memberships.inForce(region, account.id) !== undefined) continue;
    await associateOrganizationAccount(state, region, administratorId, account, {
      defaultStandards: settings.autoEnableStandards === "DEFAULT",
    });
  }
}
