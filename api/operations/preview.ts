import { planAdmin } from "./admin.ts";
import { countAdoptions, reportAdoptions } from "./adoptions.ts";
import { planBaseline } from "./baseline.ts";
import { changesSomething } from "./changes.ts";
import { lostMemberships } from "./memberships.ts";
import { rootCredentialsToRemove } from "./root-credentials.ts";
import type { Kind } from "./work.ts";

/** Says what a deployment would do. Changes nothing, in AWS and here. */
export const preview: Kind = {
  writes: false,
  async perform(work) {
    const { accountId, request } = work.operation;
    const {
      inputs,
      role = "deployment",
      adoptions,
      imported,
      driftRecorded,
    } = accountId === null ? await planAdmin(work) : await planBaseline(work, accountId);
    const refresh = request.refresh === true || driftRecorded;
    const run = await work.run("preview", inputs, { refresh, role });
    const reports = reportAdoptions(adoptions, run.steps);
    const lost = refresh ? await lostMemberships(work, inputs) : [];
    const toRemove = await rootCredentialsToRemove(work, inputs);
    const counted = countAdoptions(run, reports, imported);
    const changes = { ...counted, update: counted.update + lost.length };
    return {
      changes,
      result: {
        resources: run.resources,
        durationMs: run.durationMs,
        regions: inputs.regions,
        refreshed: refresh,
        changed: changesSomething(changes),
        memberships: { toRestore: lost },
        ...(toRemove.length === 0 ? {} : { rootCredentials: { toRemove } }),
        adoptions: reports,
        steps: run.steps,
      },
    };
  },
};
