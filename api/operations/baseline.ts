import type { Adoption } from "../../programs/adoption.ts";
import { decideAdoptions } from "../../programs/baseline/adoption.ts";
import {
  type FormerInputs,
  governingFrom,
  governingProblems,
  heldBy,
  isCentral,
} from "../../programs/baseline/governing.ts";
import { baselineProblems } from "../../programs/baseline/preconditions.ts";
import { isOfSettings } from "../../programs/baseline/settings-adoption.ts";
import { AdminLink, BaselineInputs, type Governing } from "../../programs/inputs.ts";
import type { GoverningInventory } from "../../programs/inventory.ts";
import { featuresOutside } from "../../programs/outside-members.ts";
import { regionsOf } from "../../programs/regions.ts";
import { resourceTypes } from "../../programs/resource-types.ts";
import { accountOutside, whyNotMember } from "../accounts/eligibility.ts";
import { unscoredEnvironments } from "../accounts/environments.ts";
import { sharedLimitProblems } from "../accounts/shared-limits.ts";
import { countingExtensions } from "../accounts/weakenings.ts";
import type { MemberRole } from "../aws.ts";
import { findAccount } from "../store/accounts.ts";
import { findMembershipChange } from "../store/operations.ts";
import { findStack } from "../store/stacks.ts";
import { planSettings } from "./account-settings.ts";
import { planControls } from "./controls.ts";
import { failUnless, OperationFailure } from "./failure.ts";
import { requireInvitations } from "./invitations.ts";
import { adminStack, stackOfAccount } from "./operation.ts";
import { standingRegions } from "./standing.ts";
import type { StackPlan, Work } from "./work.ts";

/**
 * Asks AWS what the account is and holds, and decides from that: the same way for a preview and for a deployment, only that
 * a preview leaves Bulwark's role in the account as it is, or missing. Writes nothing. What is recorded already is not read anew, since by now it is Bulwark's own work.
 */
export async function planBaseline(
  work: Work,
  accountId: string,
): Promise<StackPlan & { readonly inputs: BaselineInputs; readonly role: MemberRole }> {
  const { db, aws, settings, operation } = work;
  const link = await adminLink(work);
  const found = await aws.organizations.account(accountId);
  const obstacle = whyNotMember(accountId, found, settings);
  const account = found ?? accountOutside(accountId, settings);
  const outside = found === undefined;
  if (account === undefined || obstacle !== undefined) {
    throw new OperationFailure("not_acceptable_account", obstacle?.message ?? `account ${accountId} is unknown`, {
      accountId,
      remedy: obstacle?.allowed ?? "Name a member account of the organization.",
    });
  }
  const stack = await findStack(db, stackOfAccount(accountId));
  const standing = standingRegions(stack);
  const role = await memberRole(work, accountId, standing);
  const enabled = await aws.enabledRegions(accountId, operation.id, role);
  const regions = regionsOf(settings, enabled);
  if (!regions.includes(settings.homeRegion)) {
    throw new OperationFailure("opt_in_required", `account ${accountId} does not have ${settings.homeRegion} enabled`, {
      accountId,
      region: settings.homeRegion,
      call: "account:ListRegions",
      remedy: `Enable ${settings.homeRegion} in the account, then run the operation again.`,
    });
  }
  const { organizationId } = await aws.organizations.describe();
  const row = await findAccount(db, accountId);
  const placed = row?.environment ? [{ accountId, environment: row.environment }] : [];
  for (const note of unscoredEnvironments(placed, settings.features.securityHub.automationRules)) work.say(note);
  const { problems } = await sharedLimitProblems(db, work, { accountId });
  failUnless(problems, "preparing the baseline", settings.accounts.security);
  const wanted = {
    kind: "baseline" as const,
    accountId,
    accountName: account.name,
    email: account.email,
    partition: settings.partition,
    organizationId,
    homeRegion: settings.homeRegion,
    regions,
    accounts: settings.accounts,
    roles: settings.roles,
    standards: settings.standards,
    passwordPolicy: settings.passwordPolicy,
    controlParameters: settings.controlParameters,
    features: outside ? featuresOutside(settings.features) : settings.features,
    ...countingExtensions(row?.extensions ?? [], row?.weakenings ?? [], work.now()),
    // Its detectors have no members outside of the organization, and its analyzers see no others.
    admin: outside ? { ...link, detectorIds: {}, analyzerArns: {} } : link,
    ...(row?.owner ? { owner: row.owner } : {}),
    ...(row?.environment ? { environment: row.environment } : {}),
  };
  const former = (stack?.inputs ?? undefined) as FormerInputs | undefined;
  const governing = outside ? {} : await governingOf(work, accountId, former);
  const bare = parse({ ...wanted, ...governing }, accountId);
  await requireInvitations(work, bare);

  // What was adopted in a region that is left is nothing of this stack any more, when it comes back to it.
  const known = ((stack?.adoptions ?? []) as Adoption[]).filter(
    (adoption) => !isOfSettings(adoption) && (adoption.region === "global" || regions.includes(adoption.region)),
  );
  const inventoried = stack?.adoptions == null ? [] : ((stack.inputs?.regions as string[] | undefined) ?? []);
  const unknown = regions.filter((region) => !inventoried.includes(region));
  // What a policy has ended must leave the state before its deletion is tried.
  const driftRecorded =
    stack?.drift?.drifted === true || (former !== undefined && isCentral(bare) !== isCentral(former));
  const [decided, back, own, controls] = await Promise.all([
    decideOn(work, bare, role, unknown, inventoried.length === 0),
    backToLocal(work, bare, role, former, unknown),
    planSettings(work, bare, role, stack),
    planControls(work, bare, { stack, role, unknown, driftRecorded }),
  ]);
  const adoptions = [...known, ...decided, ...back, ...own.adoptions, ...controls.adoptions];
  return {
    inputs: { ...bare, vpcs: own.vpcs, controlsOn: controls.controlsOn, adoptions },
    role,
    adoptions,
    imported: new Set((stack?.imported ?? []).filter((name) => known.some((adoption) => adoption.name === name))),
    leaving: standing.filter((region) => !regions.includes(region)),
    driftRecorded,
  };
}

/** What governs the account in central mode, once it holds: what deploys waits while AWS is at it, a preview tells at once. */
async function governingOf(
  work: Work,
  accountId: string,
  former: FormerInputs | undefined,
): Promise<{ governing?: Governing }> {
  const { aws, settings, operation } = work;
  if (settings.features.securityHub.mode === "local") return {};
  const found = await aws.readGoverning(accountId, operation.id);
  const waits = operation.kind !== "preview" && (await isPolicyComing(work, accountId, found));
  const problems = governingProblems(found, accountId);
  failUnless(problems, "preparing the baseline", accountId, waits ? "policy_pending" : undefined);
  return found === undefined ? {} : { governing: governingFrom(found, former) };
}

/**
 * Whether AWS is applying a policy to the account, or will: an account that has only just come under a unit looks after itself until AWS
 * has noticed it (Security Hub user guide, "Centrally managed versus self-managed targets").
 */
async function isPolicyComing(
  { aws, settings, operation }: Work,
  accountId: string,
  found: GoverningInventory | undefined,
): Promise<boolean> {
  if (found !== undefined) return found.status === "PENDING";
  if (operation.kind !== "onboard") return false;
  const over = [accountId, ...(await aws.organizations.parentsOf(accountId))];
  return settings.features.securityHub.central.policies.some(({ targets }) => targets.some((id) => over.includes(id)));
}

async function memberRole(
  { aws, operation, signal }: Work,
  accountId: string,
  standing: readonly string[],
): Promise<MemberRole> {
  if (operation.kind === "preview") return aws.roleForReading(accountId, operation.id, standing);
  await aws.ensureDeploymentRole(accountId, operation.id, signal, standing);
  return "deployment";
}

/**
 * Reads the regions that Bulwark has not been in yet. A region that was enabled later brings what it holds; what is
 * account-wide was decided at the first deployment.
 */
async function decideOn(
  work: Work,
  inputs: BaselineInputs,
  role: MemberRole,
  regions: string[],
  first: boolean,
): Promise<Adoption[]> {
  if (regions.length === 0) return [];
  const { accountId, accounts } = inputs;
  const { detectorIds } = inputs.admin;
  work.say(`reading what account ${accountId} holds in ${regions.join(", ")}`);
  const operationId = work.operation.id;
  const inventory = await work.aws.readAccount({ accountId, operationId, role, regions, detectorIds });
  failUnless(baselineProblems(inventory, { accountId, accounts, regions }), "preparing the baseline", accountId);
  return decideAdoptions(inventory, { ...inputs, regions }).filter(({ region }) => first || region !== "global");
}

/** Hubs that the organization's policy has made are adopted when an account comes back to local mode. */
async function backToLocal(
  work: Work,
  inputs: BaselineInputs,
  role: MemberRole,
  former: FormerInputs | undefined,
  unknown: readonly string[],
): Promise<Adoption[]> {
  if (isCentral(inputs) || !isCentral(former)) return [];
  const held = heldBy(former).regions;
  const regions = inputs.regions.filter((region) => !held.includes(region) && !unknown.includes(region));
  const found = await decideOn(work, inputs, role, regions, false);
  const ofHub: readonly string[] = [resourceTypes.hub, resourceTypes.standard, resourceTypes.hubMember];
  return found.filter(({ type }) => ofHub.includes(type));
}

function parse(document: unknown, accountId: string): BaselineInputs {
  const parsed = BaselineInputs.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new OperationFailure(
    "program_error",
    `preparing the inputs of account ${accountId}: ${issue?.path.join(".")}: ${issue?.message}`,
    { accountId, remedy: "Deploy the admin stack with the present settings, then run the operation again." },
  );
}

/** What every baseline takes from the admin stack. */
async function adminLink(work: Work): Promise<AdminLink> {
  const admin = await findStack(work.db, adminStack);
  const link = AdminLink.safeParse(pick(admin?.outputs ?? {}));
  // While it is taken off it still stands, and would not for long.
  const leaving = await findMembershipChange(work.db, adminStack);
  if (leaving !== undefined) {
    throw new OperationFailure("admin_not_deployed", "preparing a baseline: the admin stack is being taken off", {
      remedy: `Wait until operation ${leaving.id} has ended, deploy the admin stack again with POST /admin/deployments, then run this operation again.`,
    });
  }
  if (admin?.deployedAt != null && link.success) return link.data;
  throw new OperationFailure("admin_not_deployed", "preparing a baseline: the admin stack is not deployed", {
    remedy: "Deploy it with POST /admin/deployments, wait until it has succeeded, then run this operation again.",
  });
}

function pick(outputs: Record<string, unknown>): unknown {
  const { detectorIds, inspectorRegions, analyzerArns, configBucket, configKeyArn } = outputs;
  return { detectorIds, inspectorRegions, analyzerArns, configBucket, configKeyArn };
}
