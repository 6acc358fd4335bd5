import { AwsError } from "../../../gateway/emulator.ts";
import type { PatchBaseline, Place, Ssm, Where } from "../state.ts";
import { awsBaselines } from "./aws-baselines.ts";

export function noBaseline(id: string): AwsError {
  return new AwsError("DoesNotExistException", `Patch baseline ${id} does not exist.`);
}

/** The id of a baseline, which may be named by its ARN. That of AWS's own is the ARN. */
export function baselineIdOf(named = ""): string {
  const [, account, id] = /^arn:[\w-]+:ssm:[\w-]+:(\d{12}):patchbaseline\/(pb-[0-9a-f]{17})$/.exec(named) ?? [];
  return id === undefined || account === "075727635805" ? named : id;
}

/** A baseline of the account's own. Throws `DoesNotExistException`. */
export function ownBaseline(ssm: Ssm, where: Where, named: string): PatchBaseline {
  const found = ssm.places.of(where.accountId, where.region).baselines.get(baselineIdOf(named));
  if (found === undefined) throw noBaseline(named);
  return found;
}

/** Any baseline that can be registered. Throws `DoesNotExistException`. */
export function anyBaseline(ssm: Ssm, where: Where, named = ""): Pick<PatchBaseline, "id" | "operatingSystem"> {
  const id = baselineIdOf(named);
  return awsBaselines(ssm, where.region).find((each) => each.id === id) ?? ownBaseline(ssm, where, id);
}

/** The patch groups that use a baseline. */
export function groupsOf({ patchGroups }: Place, id: string): string[] {
  return [...patchGroups].flatMap(([group, baselines]) => ([...baselines.values()].includes(id) ? [group] : []));
}
