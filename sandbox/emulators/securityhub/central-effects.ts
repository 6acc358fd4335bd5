import type { SecurityHubPolicy } from "@aws-sdk/client-securityhub";
import type { Account, Call } from "../../gateway/emulator.ts";
import { links } from "./aggregators.ts";
import { associateOrganizationAccount, hasRegion } from "./association.ts";
import { controlsOf } from "./catalog/controls.ts";
import { findStandard, type Standard, standards } from "./catalog/standards.ts";
import type { Association } from "./central.ts";
import { statusIn, switchControl } from "./control-status.ts";
import { accessDenied } from "./errors.ts";
import { disableHub, enableHub, hubAt } from "./lifecycle.ts";
import { type Hub, placeOf, type State } from "./state.ts";
import { subscribe, unsubscribe } from "./subscriptions.ts";

/** Long enough here that a caller must wait for it, short enough not to wait for; AWS takes up to a day. */
const settleMs = 200;

/** What only the administrator changes where a policy governs (user guide, "Centrally managed versus self-managed targets"). */
const governed = new Set([
  "EnableSecurityHub",
  "DisableSecurityHub",
  "BatchEnableStandards",
  "BatchDisableStandards",
  "BatchUpdateStandardsControlAssociations",
  "UpdateStandardsControl",
  "UpdateSecurityControl",
]);

/** Refuses a call by which an account would change what a configuration policy says of it. */
export function refuseGoverned(state: State, call: Call<unknown>): void {
  if (!governed.has(call.operation) || !regionsOf(state).includes(call.region)) return;
  if (state.central.policyOf(call.accountId) === undefined) return;
  throw accessDenied(
    `Account ${call.accountId} is centrally managed: only the Security Hub delegated administrator can change this by its configuration policy`,
  );
}

/** The home region and those that are linked to it: central configuration works in all of them alike. */
export function regionsOf(state: State): string[] {
  const { at } = state.central;
  if (at === undefined) return [];
  const aggregator = state.aggregators.of(at.administratorId);
  const used = [...state.accounts.entries()].map(({ region }) => region);
  const linked =
    aggregator === undefined ? [] : [...used, ...aggregator.regions].filter((each) => links(aggregator, each));
  return [...new Set([at.homeRegion, ...linked])];
}

/** Starts to bring the accounts of an association to its policy; the association is PENDING until that is done. */
export function apply(state: State, association: Association): void {
  association.status = "PENDING";
  delete association.message;
  association.updatedAt = new Date(state.aws.now());
  state.aws.later(settleMs, async () => {
    const failures: string[] = [];
    for (const accountId of state.central.accountsOf(association)) {
      const failure = await configure(state, accountId);
      if (failure !== undefined) failures.push(failure);
    }
    association.status = failures.length === 0 ? "SUCCESS" : "FAILED";
    if (failures.length > 0) association.message = failures.join("; ");
  });
}

/**
 * Starts to configure the accounts that have come under a policy since it was applied; theirs is PENDING meanwhile. Nobody tells when an
 * account joins or moves, so this is looked at before every call that could notice.
 */
export function configureNewcomers(state: State): void {
  if (state.central.at === undefined) return;
  for (const { id, state: accountState } of state.aws.organization.members()) {
    const policy = accountState === "ACTIVE" ? state.central.policyOf(id) : undefined;
    if (policy === undefined || state.central.governing(id)?.association.status !== "SUCCESS") continue;
    if (state.configuredBy.get(id) === policy.id || state.newcomers.has(id)) continue;
    state.newcomers.add(id);
    state.aws.later(settleMs, async () => {
      await configure(state, id).finally(() => state.newcomers.delete(id));
    });
  }
}

/** Brings one account to its policy in every region that it has; answers why that was not possible. */
async function configure(state: State, accountId: string): Promise<string | undefined> {
  const account = state.aws.organization.account(accountId);
  const policy = state.central.policyOf(accountId);
  if (account === undefined || policy === undefined) return undefined;
  if (account.state !== "ACTIVE") return `account ${accountId} is ${account.state}`;
  state.configuredBy.set(accountId, policy.id);
  for (const region of regionsOf(state).filter((each) => hasRegion(account, each))) {
    await configureIn(state, account, region, policy.policy);
  }
  return undefined;
}

async function configureIn(state: State, account: Account, region: string, policy: SecurityHubPolicy): Promise<void> {
  const at = { accountId: account.id, region };
  const administratorId = state.organizationAdmins.in(region)?.accountId;
  if (administratorId === undefined) return;
  if (policy.ServiceEnabled !== true) {
    if (account.id !== administratorId && hubAt(state, at) !== undefined) disableHub(state, at);
    return;
  }
  if (account.id !== administratorId && state.memberships.inForce(region, account.id) === undefined) {
    await associateOrganizationAccount(state, region, administratorId, account, { defaultStandards: false });
  }
  const hub = hubAt(state, at) ?? (await enableHub(state, at, { defaultStandards: false }));
  setStandards(state, hub, wantedStandards(state, policy));
  setControls(state, hub, policy);
}

/** The standards of a policy, whose ARNs are those of the home region. */
export function wantedStandards(state: State, policy: SecurityHubPolicy): Standard[] {
  const { administratorId: accountId = "", homeRegion: region = "" } = state.central.at ?? {};
  const place = placeOf(state, { accountId, region });
  return (policy.EnabledStandardIdentifiers ?? []).flatMap((arn) => findStandard(place, arn) ?? []);
}

function setStandards(state: State, hub: Hub, wanted: readonly Standard[]): void {
  for (const standard of wanted) subscribe(state, hub, standard, {});
  for (const [key, subscription] of hub.subscriptions) {
    const standard = standards.find((each) => each.key === key);
    if (standard !== undefined && !wanted.includes(standard)) unsubscribe(state, hub, standard, subscription);
  }
}

function setControls(state: State, hub: Hub, { SecurityControlsConfiguration: configuration = {} }: SecurityHubPolicy) {
  const { EnabledSecurityControlIdentifiers: enabled, DisabledSecurityControlIdentifiers: disabled } = configuration;
  for (const [key, subscription] of hub.subscriptions) {
    for (const control of controlsOf(key)) {
      const on = enabled === undefined ? !disabled?.includes(control.id) : enabled.includes(control.id);
      const status = on ? "ENABLED" : "DISABLED";
      if (statusIn(subscription, control) === status) continue;
      switchControl(state, subscription, control, status, on ? undefined : "Disabled by a configuration policy");
    }
  }
  for (const {
    SecurityControlId: id = "",
    Parameters: parameters = {},
  } of configuration.SecurityControlCustomParameters ?? []) {
    hub.controls.set(id, { parameters, updating: false });
  }
}
