import type { PatchGroupPatchBaselineMapping } from "@aws-sdk/client-ssm";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { ssmClient } from "./client.ts";

function parts(id: string): { group: string; baseline: string } {
  const [, group, baseline] = /^([^,]+),(.+)$/.exec(id) ?? [];
  if (group === undefined || baseline === undefined) {
    throw new Error("please make sure ID is in format PATCH_GROUP,BASELINE_ID");
  }
  return { group, baseline };
}

async function find(place: Place, id: string): Promise<PatchGroupPatchBaselineMapping | undefined> {
  const ssm = await place.client(ssmClient);
  const { group, baseline } = parts(id);
  for (let token: string | undefined; ; ) {
    const page = await ssm.describePatchGroups({ NextToken: token });
    const found = page.Mappings?.find(
      (each) => each.PatchGroup === group && each.BaselineIdentity?.BaselineId === baseline,
    );
    token = page.NextToken;
    if (found !== undefined || !token) return found;
  }
}

/** A group has one baseline for an operating system, so a program asks for `deleteBeforeReplace`. */
export const patchGroup = resource({
  title: "SSM Patch Group",
  properties: {
    baselineId: string({ required: true, replaces: true }),
    patchGroup: string({ required: true, replaces: true }),
  },
  async create(place, { baselineId, patchGroup: group }) {
    const ssm = await place.client(ssmClient);
    const made = await during(`registering SSM Patch Baseline (${baselineId}) for Patch Group (${group})`, () =>
      ssm.registerPatchBaselineForPatchGroup({ BaselineId: baselineId, PatchGroup: group }),
    );
    return `${made.PatchGroup},${made.BaselineId}`;
  },
  async read(place, id) {
    const found = await find(place, id);
    return found && { baselineId: found.BaselineIdentity?.BaselineId, patchGroup: found.PatchGroup };
  },
  async delete(place, id) {
    const ssm = await place.client(ssmClient);
    const { group, baseline } = parts(id);
    await during(`deregistering SSM Patch Baseline (${baseline}) for Patch Group (${group})`, () =>
      unless(
        ssm.deregisterPatchBaselineForPatchGroup({ BaselineId: baseline, PatchGroup: group }),
        "DoesNotExistException",
      ),
    );
  },
});
