import type { ControlFindingGenerator } from "@aws-sdk/client-securityhub";
import { hubArn } from "./arns.ts";
import { standards } from "./catalog/standards.ts";
import { invalidAccess } from "./errors.ts";
import { awsProducts } from "./product-catalog.ts";
import { type Hub, placeOf, type State } from "./state.ts";
import { subscribe } from "./subscriptions.ts";

/** An account in a region. */
export interface At {
  readonly accountId: string;
  readonly region: string;
}

/** AWS keeps the findings of a disabled hub for this long. */
const retentionMs = 90 * 24 * 3600 * 1000;

/** How a hub is switched on. */
export interface HubOptions {
  readonly defaultStandards: boolean;
  readonly controlFindingGenerator?: ControlFindingGenerator | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** The hub of an account in a region, if Security Hub is enabled there. */
export function hubAt(state: State, at: At): Hub | undefined {
  return state.accounts.of(at.accountId, at.region).hub;
}

/** The hub that a call is about. Throws `InvalidAccessException` where Security Hub is off. */
export function requireHub(state: State, at: At): Hub {
  const hub = hubAt(state, at);
  if (hub === undefined) throw invalidAccess(`Account ${at.accountId} is not subscribed to AWS Security Hub`);
  return hub;
}

/** Switches Security Hub on. The caller has checked that it is off. */
export async function enableHub(state: State, at: At, options: HubOptions): Promise<Hub> {
  const account = state.accounts.of(at.accountId, at.region);
  const now = state.aws.now();
  if (account.disabledAt !== undefined && now - account.disabledAt > retentionMs) account.findings = new Map();
  delete account.disabledAt;
  const hub: Hub = {
    arn: hubArn(placeOf(state, at)),
    subscribedAt: new Date(now),
    autoEnableControls: true,
    controlFindingGenerator: options.controlFindingGenerator ?? "SECURITY_CONTROL",
    tags: new Map(Object.entries(options.tags ?? {})),
    subscriptions: new Map(),
    controls: new Map(),
    actionTargets: new Map(),
    products: new Set(awsProducts),
    automationRules: new Map(),
    insights: new Map(),
  };
  account.hub = hub;
  if (options.defaultStandards) {
    for (const standard of standards) if (standard.enabledByDefault) subscribe(state, hub, standard, {});
  }
  await state.aws.ensureServiceLinkedRole(at.accountId, "securityhub.amazonaws.com");
  return hub;
}

/** Switches Security Hub off: standards, settings and bonds end; findings are kept for 90 days in case it comes back. */
export function disableHub(state: State, at: At): void {
  const account = state.accounts.of(at.accountId, at.region);
  delete account.hub;
  account.disabledAt = state.aws.now();
  for (const each of state.memberships.ofAdministrator(at.region, at.accountId)) state.memberships.remove(each);
  if (state.aggregators.of(at.accountId)?.homeRegion === at.region) state.aggregators.remove(at.accountId);
}

/** The finding generator in force: a member's is its administrator's (documentation of `DescribeHub`). */
export function effectiveFindingGenerator(state: State, at: At, hub: Hub): ControlFindingGenerator {
  const administratorId = state.memberships.inForce(at.region, at.accountId)?.administratorId;
  const administrator = administratorId && hubAt(state, { accountId: administratorId, region: at.region });
  return administrator ? administrator.controlFindingGenerator : hub.controlFindingGenerator;
}
