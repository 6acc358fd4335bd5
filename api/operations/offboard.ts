import type { Adoption } from "../../programs/adoption.ts";
import { serviceLinkedRolesToRemove } from "../../programs/baseline/linked-services.ts";
import { outsideDeploymentRole } from "../../programs/bootstrap/roles.ts";
import { type AdminLink, BaselineInputs } from "../../programs/inputs.ts";
import { isOutside } from "../../programs/outside-members.ts";
import { offboardingPhases } from "../../programs/phases.ts";
import type { RunResult } from "../../stacks/run.ts";
import type { AccountStatus } from "../accounts/account.ts";
import { accountOutside } from "../accounts/eligibility.ts";
import { updateAccount } from "../store/accounts.ts";
import type { Db } from "../store/connection.ts";
import { findStack, type StackRow, saveStack } from "../store/stacks.ts";
import { leavingInputs } from "./account-settings.ts";
import { inPhase, withoutInputs } from "./apply.ts";
import { sumChanges } from "./changes.ts";
import { OperationFailure } from "./failure.ts";
import { findLeftovers, type Leftover } from "./leftovers.ts";
import { endMemberships } from "./memberships.ts";
import { offboardAdmin } from "./offboard-admin.ts";
import { standingRegions } from "./standing.ts";
import type { Kind, Outcome, Work } from "./work.ts";

/** Takes an account out: memberships end, what was adopted is put back, the rest is destroyed, Bulwark's role goes. */
export const offboard: Kind = {
  writes: true,
  async perform(work) {
    const { accountId } = work.operation;
    if (accountId === null) return offboardAdmin(work);
    const row = await findStack(work.db, work.operation.stack);
    const why = await whyAbandoned(work, accountId);
    if (why !== undefined) return abandon(work, accountId, { row, why });
    const runs: RunResult[] = [];
    let leftovers: Leftover[] = [];
    let adoptions = (row?.adoptions ?? []) as Adoption[];
    if (row?.inputs != null) {
      const standing = standingRegions(row);
      await work.aws.ensureDeploymentRole(accountId, work.operation.id, work.signal, standing);
      const inputs = await leavingInputs(work, BaselineInputs.parse({ ...row.inputs, adoptions }));
      adoptions = inputs.adoptions;
      await endMemberships(work, { ...inputs, regions: standing }, adoptions, "offboarding");
      // A stack whose first deployment failed early has imported nothing that could be put back.
      const deployed = row.deployedAt !== null || (row.imported ?? []).length > 0;
      const phases = offboardingPhases(adoptions, deployed);
      for (const phase of phases) {
        work.say("putting back what was adopted");
        runs.push(await work.run("up", inPhase(inputs, phase), { refresh: true }));
      }
      // From here on it counts as not deployed: a later attempt must not bring up what this one begins to destroy, and a
      // deployment after a failure has to adopt again.
      await work.saveStack({ deployedAt: null, deployedHash: null, imported: null });
      work.say("destroying the stack");
      runs.push(await work.run("destroy", inPhase(inputs, phases.at(-1) ?? "converge"), { refresh: !deployed }));
      leftovers = [
        ...(await removeServiceLinkedRoles(work, accountId, adoptions)),
        ...(await lookAround(work, accountId, inputs, adoptions)),
      ];
    }
    const inputs = BaselineInputs.safeParse(row?.inputs);
    const outside = inputs.success && isOutside(inputs.data);
    if (!outside) {
      work.say("removing Bulwark's role from the account");
      await work.aws.removeDeploymentRole(accountId, work.operation.id);
    }
    const resources = runs.at(-1)?.resources ?? 0;
    return {
      changes: sumChanges(runs),
      result: {
        accountId,
        resources,
        durationMs: runs.reduce((sum, run) => sum + run.durationMs, 0),
        restored: adoptions
          .filter(({ decision }) => decision !== "leave")
          .map(({ type, name, region, before }) => ({ type, name, region, before })),
        leftovers,
        kept: [
          "evidence in the log archive: never removed by Bulwark",
          ...(outside ? keptOutside(work.settings) : [RECORD_OF_MEMBER]),
        ],
        steps: runs.flatMap(({ steps }) => steps).map(withoutInputs),
      },
      save: (transaction) => saveGone(transaction, work.operation.stack, resources),
    };
  },

  async ended(transaction, { id, accountId, startedAt, request }, status) {
    if (accountId === null) return;
    // Cancelled before it began: as if it had not been asked for. By its start, not its attempts: one that was handed back counts as none.
    const { formerStatus = "active" } = request as { formerStatus?: AccountStatus };
    const failed = startedAt === null ? formerStatus : "failed";
    const next = status === "succeeded" ? "offboarded" : failed;
    await updateAccount(transaction, accountId, { status: next, lastOperationId: id });
  },
};

function saveGone(transaction: Db, stack: string, resources: number): Promise<void> {
  return saveStack(transaction, stack, {
    ...{ inputs: null, outputs: null, standingRegions: null, adoptions: null, imported: null, drift: null },
    ...{ resources, baselineVersion: null, deployedAt: null, deployedHash: null },
  });
}

/**
 * Why what is in the account is left there; undefined where it is to be taken off. A closed account lets nobody in, and AWS deletes what it holds 90 days later
 * (AWS Account Management Reference Guide, "Close your account"). One that is suspended may come back, and one that has left the organization still runs what
 * was deployed: of these somebody has to say so.
 *
 * @throws OperationFailure where that was not said, or was said of an account that is not to be left
 */
async function whyAbandoned({ aws, operation, settings }: Work, accountId: string): Promise<string | undefined> {
  const asked = operation.request.abandon === true;
  const state = (await aws.organizations.account(accountId))?.state;
  const said = `AWS Organizations says that the account is ${state ?? "not in the organization"}`;
  if (state === "CLOSED" || state === "PENDING_CLOSURE") return said;
  const enterable = state !== undefined && state !== "SUSPENDED";
  const outside = state === undefined && accountOutside(accountId, settings) !== undefined;
  const refuse = (why: string, remedy: string) =>
    new OperationFailure("not_acceptable_account", `offboarding account ${accountId}: ${why}`, { accountId, remedy });
  if (asked && enterable) throw refuse(`${said}, so nothing needs to be left in it`, "Ask again without abandon.");
  if (asked) return `${said}, and somebody asked to leave what is in it`;
  if (enterable || outside) return undefined;
  throw refuse(
    `${said}, so nobody lets Bulwark in`,
    "Have it come back and ask again; or ask with abandon=true, which leaves in the account what was deployed to it.",
  );
}

/** Takes an account out without entering it: what the security account has of it goes, what is in it stays there. Every step may be done again. */
async function abandon(
  work: Work,
  accountId: string,
  { row, why }: { readonly row: StackRow | undefined; readonly why: string },
): Promise<Outcome> {
  work.say(`leaving what is in account ${accountId} where it is: ${why}`);
  const adoptions = (row?.adoptions ?? []) as Adoption[];
  const runs: RunResult[] = [];
  if (row?.inputs != null) {
    const inputs = BaselineInputs.parse({ ...row.inputs, adoptions });
    await endMemberships(work, { ...inputs, regions: standingRegions(row) }, adoptions, "offboarding");
    await work.saveStack({ deployedAt: null, deployedHash: null, imported: null });
    work.say("destroying what the security account has of it");
    runs.push(await work.run("destroy", inputs, { role: "none" }));
  }
  return {
    changes: sumChanges(runs),
    result: {
      ...{ accountId, resources: 0, abandoned: why, restored: [], leftovers: [] },
      durationMs: runs.reduce((sum, run) => sum + run.durationMs, 0),
      kept: [
        "everything that was deployed to the account: AWS deletes what a closed account holds 90 days after its closure, and nobody what is in any other",
        "evidence in the log archive: never removed by Bulwark",
        RECORD_OF_MEMBER,
      ],
      steps: runs.flatMap(({ steps }) => steps).map(withoutInputs),
    },
    save: (transaction) => saveGone(transaction, work.operation.stack, 0),
  };
}

const RECORD_OF_MEMBER =
  "Security Hub's record of the former member in the security account: AWS never deletes one of an account of the organization";

/** An account outside of the organization let Bulwark in itself, and the settings invite it. */
function keptOutside(settings: Work["settings"]): string[] {
  const { roleName, boundary, attached = [], boundariesOfOthers = [] } = outsideDeploymentRole(settings);
  const policies = [boundary, ...attached, ...boundariesOfOthers].flatMap((policy) => policy?.policyName ?? []);
  return [
    `role ${roleName} and policies ${policies.join(", ")} in the account: an administrator there removes them`,
    "the member in the security account's Security Hub: take the account out of features.securityHub.outsideMembers and deploy the admin stack",
  ];
}

/** Removes the service-linked roles that came with the baseline. What AWS keeps is told and does not fail an offboarding. */
async function removeServiceLinkedRoles(
  work: Work,
  accountId: string,
  adoptions: readonly Adoption[],
): Promise<Leftover[]> {
  const { aws, operation, signal } = work;
  const roles = serviceLinkedRolesToRemove(adoptions);
  if (roles.length === 0) return [];
  work.say("removing service-linked roles");
  const kept = await aws.removeServiceLinkedRoles(accountId, operation.id, roles, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    const reason = error instanceof Error ? error.message : String(error);
    return roles.map(({ service }) => ({ service, reason }));
  });
  return kept.map(({ service, reason }) => ({ what: `service-linked role of ${service}`, region: "global", reason }));
}

/** Looks what is there after the destroy. It must not fail an offboarding that is done. */
async function lookAround(
  work: Work,
  accountId: string,
  inputs: BaselineInputs,
  adoptions: readonly Adoption[],
): Promise<Leftover[]> {
  const link: AdminLink = inputs.admin;
  try {
    const inventory = await work.aws.readAccount({
      accountId,
      operationId: work.operation.id,
      role: "deployment",
      regions: inputs.regions,
      detectorIds: link.detectorIds,
    });
    return findLeftovers(inventory, adoptions);
  } catch (error) {
    work.logger.warn({ err: error }, "looking for leftovers failed");
    work.say("what is left in the account could not be read");
    return [];
  }
}
