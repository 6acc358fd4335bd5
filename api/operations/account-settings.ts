import type { Adoption } from "../../programs/adoption.ts";
import {
  decideSettings,
  NOTHING_OPEN,
  openSettings,
  settled,
  withoutGoneVpcs,
} from "../../programs/baseline/settings-adoption.ts";
import { accountSettings } from "../../programs/baseline/wanted-settings.ts";
import { BaselineInputs } from "../../programs/inputs.ts";
import type { MemberRole } from "../aws.ts";
import type { StackRow } from "../store/stacks.ts";
import type { Work } from "./work.ts";

export interface SettingsPlan {
  readonly vpcs: BaselineInputs["vpcs"];
  readonly adoptions: readonly Adoption[];
}

/**
 * Reads the account's networks, which come and go with its teams, anew for every run, and decides on what is open. Of the settings
 * that the stack manages already nothing is read.
 */
export async function planSettings(
  work: Work,
  inputs: BaselineInputs,
  role: MemberRole,
  stack: Pick<StackRow, "inputs" | "adoptions"> | undefined,
): Promise<SettingsPlan> {
  if (accountSettings(inputs) === undefined) return { vpcs: {}, adoptions: [] };
  const { accountId, regions } = inputs;
  const known = (stack?.adoptions ?? []) as Adoption[];
  const done = settled(lastInputs(stack), known);
  const open = openSettings(inputs, done);
  const found = await work.aws.readAccountSettings({ accountId, operationId: work.operation.id, role, regions, open });
  const vpcs = Object.fromEntries(
    regions.map((region) => {
      const here = found.regions[region]?.vpcs ?? [];
      return [region, here.map(({ vpcId, isDefault }) => ({ vpcId, isDefault }))];
    }),
  );
  return { vpcs, adoptions: decideSettings(found, { ...inputs, vpcs }, known, done) };
}

/** The inputs by which an account leaves: its networks are those that are still there. */
export async function leavingInputs(work: Work, inputs: BaselineInputs): Promise<BaselineInputs> {
  const regions = Object.keys(inputs.vpcs).filter((region) => inputs.vpcs[region]?.length);
  if (regions.length === 0) return inputs;
  const { accountId } = inputs;
  const operationId = work.operation.id;
  const open = NOTHING_OPEN;
  return withoutGoneVpcs(
    inputs,
    await work.aws.readAccountSettings({ accountId, operationId, role: "deployment", regions, open }),
  );
}

/** Undefined where no deployment was begun, or none by a version of Bulwark that had this section of the settings. */
function lastInputs(stack: Pick<StackRow, "inputs" | "adoptions"> | undefined): BaselineInputs | undefined {
  const features = stack?.inputs?.features as { readonly account?: unknown } | undefined;
  if (stack?.adoptions == null || features?.account === undefined) return undefined;
  const parsed = BaselineInputs.safeParse(stack.inputs);
  return parsed.success ? parsed.data : undefined;
}
