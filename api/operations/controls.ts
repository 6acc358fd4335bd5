import type { Adoption } from "../../programs/adoption.ts";
import { type ControlOn, StackInputs } from "../../programs/inputs.ts";
import {
  adoptControlsOff,
  controlsOffByHand,
  controlsOn,
  ownsControls,
  type StandingControl,
} from "../../programs/standing-controls.ts";
import type { MemberRole } from "../aws.ts";
import type { StackRow } from "../store/stacks.ts";
import type { Work } from "./work.ts";

// A standard's subscription says nothing of its controls: whether each is on is asked for beside each look at what is live.

/** The controls that are off by nobody's decision; none where a configuration policy decides. */
export async function controlsOff(
  work: Work,
  inputs: StackInputs,
  role: MemberRole,
): Promise<readonly StandingControl[]> {
  return controlsOffByHand(inputs, await read(work, inputs, role, inputs.regions));
}

/** What a look at a stack's regions is to begin with. */
export interface ControlsKnown {
  readonly stack: StackRow | undefined;
  readonly role: MemberRole;
  /** Regions that Bulwark has not been in yet. What is off there is adopted. */
  readonly unknown: readonly string[];
  /** Whether something may have been changed by hand in the others. */
  readonly driftRecorded: boolean;
}

/** The controls that a deployment of these inputs switches on, and which of them were off before Bulwark came. Changes nothing. */
export async function planControls(
  work: Work,
  inputs: StackInputs,
  { stack, role, unknown, driftRecorded }: ControlsKnown,
): Promise<{ readonly controlsOn: ControlOn[]; readonly adoptions: Adoption[] }> {
  const { kind, request } = work.operation;
  const looks = driftRecorded || kind === "repair" || request.refresh === true;
  const found = await read(work, inputs, role, looks ? inputs.regions : unknown);
  const former = stack?.inputs == null ? undefined : StackInputs.safeParse(stack.inputs).data;
  const on = controlsOn(inputs, former, found);
  const met = found.filter(({ region }) => unknown.includes(region));
  return { controlsOn: on, adoptions: adoptControlsOff({ ...inputs, controlsOn: on }, met) };
}

async function read(
  { aws, operation }: Work,
  inputs: StackInputs,
  role: MemberRole,
  regions: readonly string[],
): Promise<readonly StandingControl[]> {
  if (!ownsControls(inputs) || regions.length === 0) return [];
  return aws.readControls({ inputs, operationId: operation.id, role, regions });
}
