import type { Adoption } from "../../programs/adoption.ts";
import { serviceLinkedRolesToRemove } from "../../programs/baseline/linked-services.ts";
import { outsideDeploymentRole } from "../../programs/bootstrap/roles.ts";
import { type AdminLink, BaselineInputs } from "../../programs/inputs.ts";
import { isOutside } from "../../programs/outside-members.ts";
import { offboardingPhases } from "../../programs/phases.ts";
import type { RunResult } from "../../stacks/run.ts";
import type { AccountStatus } from "../accounts/account.ts";
import { updateAccount } from "../store/accounts.ts";
import { findStack, saveStack } from "../store/stacks.ts";
import { leavingInputs } from "./account-settings.ts";
import { inPhase, withoutInputs } from "./apply.ts";
import { sumChanges } from "./changes.ts";
import { findLeftovers, type Leftover } from "./leftovers.ts";
import { endMemberships } from "./memberships.ts";
import { offboardAdmin } from "./offboard-admin.ts";
import { standingRegions } from "./standing.ts";
import type { Kind, Work } from "./work.ts";

/** Takes an account out: memberships end, what was adopted is put back, the rest is destroyed, Bulwark's role goes. */
export const offboard: Kind = {
  writes: true,
  async perform(work) {
    const { accountId } = work.operation;
    if (accountId === null) return offboardAdmin(work);
    const row = await findStack(work.db, work.operation.stack);
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
      save: async (transaction) => {
        await saveStack(transaction, work.operation.stack, {
          ...{ inputs: null, outputs: null, standingRegions: null, adoptions: null, imported: null, drift: null },
          ...{ resources, baselineVersion: null, deployedAt: null, deployedHash: null },
        });
      },
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
