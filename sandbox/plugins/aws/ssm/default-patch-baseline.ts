import { OperatingSystem } from "@aws-sdk/client-ssm";
import { during, unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import { string } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { ssmClient } from "./client.ts";

/** The id in the ARN of an own baseline, which means the same to AWS. */
const idOf = (baseline: string | undefined) => /(pb-[0-9a-f]{17})$/.exec(baseline ?? "")?.[1];

/** Makes AWS's own baseline the default of an operating system again. */
export async function restoreDefault(place: Place, operatingSystem: string): Promise<void> {
  const ssm = await place.client(ssmClient);
  const found: string[] = [];
  for (let token: string | undefined; ; ) {
    const page = await ssm.describePatchBaselines({
      Filters: [
        { Key: "OPERATING_SYSTEM", Values: [operatingSystem] },
        { Key: "OWNER", Values: ["AWS"] },
      ],
      NextToken: token,
    });
    for (const { BaselineId, BaselineName = "" } of page.BaselineIdentities ?? []) {
      if (BaselineId && /^AWS-[0-9A-Za-z]+PatchBaseline$/.test(BaselineName)) found.push(BaselineId);
    }
    token = page.NextToken;
    if (!token) break;
  }
  const [BaselineId, ...more] = found;
  if (BaselineId === undefined || more.length > 0) {
    throw new Error(
      `reading AWS-owned SSM Default Patch Baseline for operating system (${operatingSystem}): found ${found.length}`,
    );
  }
  await during(
    `restoring SSM Default Patch Baseline for operating system (${operatingSystem}) to (${BaselineId})`,
    () => ssm.registerDefaultPatchBaseline({ BaselineId }),
  );
}

/**
 * Deleting restores AWS's default. As with the real provider a replacement makes the new one before it deletes the old
 * one, and so ends with AWS's default: a program asks for `deleteBeforeReplace`.
 */
export const defaultPatchBaseline = resource({
  title: "SSM Default Patch Baseline",
  properties: {
    baselineId: string({ required: true, replaces: true }),
    operatingSystem: string({ required: true, replaces: true }),
  },
  async create(place, { baselineId, operatingSystem }) {
    const ssm = await place.client(ssmClient);
    const baseline = await during(`reading SSM Patch Baseline (${baselineId})`, () =>
      ssm.getPatchBaseline({ BaselineId: baselineId }),
    );
    if (baseline.OperatingSystem !== operatingSystem) {
      throw new Error(
        `Patch Baseline Operating System (${baseline.OperatingSystem}) does not match ${operatingSystem}`,
      );
    }
    await during(`registering SSM Default Patch Baseline (${baselineId})`, () =>
      ssm.registerDefaultPatchBaseline({ BaselineId: baselineId }),
    );
    return operatingSystem;
  },
  async read(place, given, prior) {
    const ssm = await place.client(ssmClient);
    const id = await systemOf(place, given);
    if (id === undefined) return undefined;
    const call = ssm.getDefaultPatchBaseline({ OperatingSystem: id as OperatingSystem });
    const found = await unless(call, "DoesNotExistException");
    const same = idOf(found?.BaselineId) === idOf(prior.baselineId);
    return (
      found && { id, baselineId: same ? prior.baselineId : found.BaselineId, operatingSystem: found.OperatingSystem }
    );
  },
  delete: (place, id) => restoreDefault(place, id),
});

/** An import may also name the baseline. */
async function systemOf(place: Place, id: string): Promise<string | undefined> {
  if (idOf(id) === undefined) {
    if (Object.values<string>(OperatingSystem).includes(id)) return id;
    throw new Error(`ID (${id}) must be either a Patch Baseline ID, Patch Baseline ARN, or an operating system`);
  }
  const ssm = await place.client(ssmClient);
  return (await unless(ssm.getPatchBaseline({ BaselineId: id }), "DoesNotExistException"))?.OperatingSystem;
}
