import { decideAdminAdoptions } from "../../programs/admin/adoption.ts";
import { alertNotes } from "../../programs/admin/alerts/notes.ts";
import { adoptCoreRecorders, type FormerAdminInputs } from "../../programs/admin/core-recorder-adoption.ts";
import { guardrailProblems } from "../../programs/admin/guardrails/preconditions.ts";
import { type LastDeployment, untriedProblems } from "../../programs/admin/guardrails/trial.ts";
import { decideOptionalAdoptions } from "../../programs/admin/optional-adoption.ts";
import {
  adoptOutsideMembers,
  type FormerInvitations,
  outsideMemberProblems,
} from "../../programs/admin/outside-member-adoption.ts";
import { adminProblems } from "../../programs/admin/preconditions.ts";
import type { Adoption } from "../../programs/adoption.ts";
import { type CoreAccount, recordedRegions, recordsCoreAccounts } from "../../programs/core-accounts.ts";
import { FeatureSettings } from "../../programs/feature-settings.ts";
import { AdminInputs } from "../../programs/inputs.ts";
import type { AdminInventory } from "../../programs/inventory.ts";
import type { Problem } from "../../programs/problem.ts";
import { regionsOf } from "../../programs/regions.ts";
import { environmentsOf, unscoredEnvironments } from "../accounts/environments.ts";
import { sharedLimitProblems } from "../accounts/shared-limits.ts";
import { hashDeployed } from "../guard/binding.ts";
import { accountsInEnvironments } from "../store/accounts.ts";
import { findStack, type StackRow } from "../store/stacks.ts";
import { planControls } from "./controls.ts";
import { failUnless } from "./failure.ts";
import { adminStack } from "./operation.ts";
import type { StackPlan, Work } from "./work.ts";

/**
 * Asks AWS what the organization and its security account hold, and decides from that. Writes nothing.
 *
 * @throws OperationFailure where another account administers one of the services
 */
export async function planAdmin(work: Work): Promise<StackPlan & { readonly inputs: AdminInputs }> {
  const { db, aws, settings, operation } = work;
  const { organizationId } = await aws.organizations.describe();
  const stack = await findStack(db, adminStack);
  const { logArchive } = settings.accounts;
  const { automationRules } = settings.features.securityHub;
  const placed = await accountsInEnvironments(db);
  for (const note of unscoredEnvironments(placed, automationRules)) work.say(note);
  const limits = await sharedLimitProblems(db, work, "admin");
  for (const note of limits.notes) work.say(note);
  failUnless(limits.problems, "preparing the admin stack", settings.accounts.security);
  const logArchiveRegions = recordsCoreAccounts(settings.features)
    ? regionsOf(settings, await aws.enabledRegions(logArchive, operation.id, "deployment"))
    : undefined;
  const wanted = AdminInputs.parse({
    kind: "admin",
    partition: settings.partition,
    organizationId,
    homeRegion: settings.homeRegion,
    regions: settings.regions,
    accounts: settings.accounts,
    roles: settings.roles,
    standards: settings.standards,
    controlParameters: settings.controlParameters,
    features: settings.features,
    ...(logArchiveRegions === undefined ? {} : { logArchiveRegions }),
    environments: environmentsOf(placed, automationRules),
  });
  for (const note of alertNotes(settings.features)) work.say(note);
  work.say("reading what the organization and its security account hold");
  const recorded = (account: CoreAccount) => recordedRegions(wanted, account);
  const inventory = await aws.readAdmin({
    operationId: operation.id,
    organizationId,
    recordedRegions: {
      management: recorded("management"),
      security: recorded("security"),
      logArchive: recorded("logArchive"),
    },
  });
  const { security } = settings.accounts;
  const problems = [
    ...adminProblems(inventory, wanted),
    ...(await problemsOfGuardrails(work, wanted, inventory)),
    ...untriedProblems(wanted, stack && lastDeployment(stack, work.programVersion)),
    ...(await problemsOfOutsideMembers(work, wanted)),
  ];
  failUnless(problems, "preparing the admin stack", security);

  const former = (stack?.inputs ?? undefined) as (FormerAdminInputs & FormerInvitations) | undefined;
  const known = (stack?.adoptions ?? []) as Adoption[];
  const inventoried = stack?.adoptions == null ? [] : ((stack.inputs?.regions as string[] | undefined) ?? []);
  const unknown = wanted.regions.filter((region) => !inventoried.includes(region));
  // What is in the regions that were deployed before is Bulwark's own work by now.
  const found = unknown.length === 0 ? [] : decideAdminAdoptions(inventory, { ...wanted, regions: unknown });
  const driftRecorded = stack?.drift?.drifted === true;
  const controls = await planControls(work, wanted, { stack, role: "deployment", unknown, driftRecorded });
  const adoptions = [
    ...known,
    ...found.filter(({ name, region }) =>
      inventoried.length === 0 ? true : unknown.includes(region) && !known.some((adoption) => adoption.name === name),
    ),
    ...[
      ...decideOptionalAdoptions(inventory, wanted, featuresBefore(stack?.inputs)),
      ...adoptCoreRecorders(inventory, wanted, former),
      ...adoptOutsideMembers(inventory, wanted, former),
      ...controls.adoptions,
    ].filter(({ name }) => !known.some((adoption) => adoption.name === name)),
  ];
  return {
    inputs: { ...wanted, controlsOn: controls.controlsOn, adoptions },
    adoptions,
    imported: new Set(stack?.imported ?? []),
    driftRecorded,
  };
}

/** How the stack was deployed last, and whether that went well and was by this program. */
function lastDeployment({ inputs, deployedHash }: StackRow, program: string): LastDeployment {
  const succeeded = inputs !== null && deployedHash === hashDeployed(inputs as unknown as AdminInputs, program);
  return { inputs, succeeded };
}

/** With which features the stack was deployed, if it ever was. */
function featuresBefore(inputs: Readonly<Record<string, unknown>> | null | undefined): FeatureSettings | undefined {
  if (inputs == null) return undefined;
  // What an older version wrote may be something else by now: then nothing was on that this one knows of.
  return FeatureSettings.safeParse(inputs.features ?? {}).data;
}

async function problemsOfGuardrails(
  { aws }: Work,
  { features }: AdminInputs,
  { enabledPolicyTypes = [] }: AdminInventory,
): Promise<Problem[]> {
  if (!features.guardrails.enabled) return [];
  const organizationalUnits = await aws.organizations.organizationalUnits();
  return guardrailProblems(features, { enabledPolicyTypes, organizationalUnits });
}

async function problemsOfOutsideMembers({ aws }: Work, inputs: AdminInputs): Promise<Problem[]> {
  const ids = inputs.features.securityHub.outsideMembers.map(({ accountId }) => accountId);
  const found = await Promise.all(ids.map((accountId) => aws.organizations.account(accountId)));
  return outsideMemberProblems(
    inputs,
    found.flatMap((account) => account?.accountId ?? []),
  );
}
