import type { Adoption } from "./adoption.ts";
import { exceptionChoices } from "./baseline/exceptions.ts";
import { type ChosenControl, chosenControls } from "./control-choices.ts";
import { adoptControl } from "./hub-adoption.ts";
import type { ControlOn, StackInputs } from "./inputs.ts";
import { names } from "./names.ts";
import { resourceTypes } from "./resource-types.ts";
import type { ControlChoice } from "./security-hub-settings.ts";
import { standardArn } from "./standards.ts";

/** A control in one standard and region, as an account has it. */
export interface StandingControl extends ControlOn {
  readonly status: "ENABLED" | "DISABLED";
  /** Why it was switched. */
  readonly reason?: string;
}

/** Whether the stack owns what its account's hub checks: a member's configuration policy decides on it in central mode. */
export function ownsControls(inputs: StackInputs): boolean {
  return inputs.kind === "admin" || inputs.features.securityHub.mode === "local";
}

/** The controls that are off in AWS though neither the organization nor a counting exception has decided so. Pure. */
export function controlsOffByHand(inputs: StackInputs, found: readonly StandingControl[]): StandingControl[] {
  const off = new Set(decisions(inputs, "DISABLED").map(keyOf));
  return found.filter((control) => control.status === "DISABLED" && !off.has(keyOf(control)));
}

/**
 * The controls that the stack declares to be on. A standard has all of its controls on by itself, but what was switched off stays off, also
 * when the resource that did so goes (Terraform provider, aws_securityhub_standards_control_association). So these are what somebody
 * switched off by hand, what the organization decided against until now, and what was declared on before: else its resource would go again
 * with the next deployment. What AWS has taken out of a standard is left out. Pure.
 *
 * @param former the inputs of the last attempt to deploy
 * @param found what AWS has, as far as it was asked
 */
export function controlsOn(
  inputs: StackInputs,
  former: StackInputs | undefined,
  found: readonly StandingControl[],
): ControlOn[] {
  if (!ownsControls(inputs)) return [];
  const known = new Set(found.map(keyOf));
  const asked = new Set(found.map(placeOf));
  const before =
    former === undefined || !ownsControls(former)
      ? []
      : [...former.controlsOn, ...organizationDecisions(former, "DISABLED")].filter(
          (control) => !asked.has(placeOf(control)) || known.has(keyOf(control)),
        );
  const decided = new Set(organizationDecisions(inputs).map(keyOf));
  const wanted = new Map<string, ControlOn>();
  for (const { controlId, standard, region } of [...before, ...controlsOffByHand(inputs, found)]) {
    const control = { controlId, standard, region };
    if (decided.has(keyOf(control)) || !inputs.standards.includes(standard) || !inputs.regions.includes(region))
      continue;
    wanted.set(keyOf(control), control);
  }
  // In an order of its own, since the inputs' hash is what an approval is bound to.
  return [...wanted.entries()].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, control]) => control);
}

/** The choices by which a stack switches them on in a region, as far as nobody has decided otherwise. */
export function onChoices(inputs: StackInputs, region: string): ControlChoice[] {
  const decided = new Set(decisionsIn(inputs, region).map((chosen) => keyOf({ ...chosen, region })));
  return inputs.controlsOn
    .filter((control) => control.region === region && !decided.has(keyOf(control)))
    .map(({ controlId, standard }) => ({
      ...{ controlId, standards: [standard], status: "ENABLED" as const, regions: "all" as const },
      reason: "Nobody has decided against it",
    }));
}

/**
 * Adopts what is off where Bulwark comes in, as far as these inputs switch it on: offboarding puts it back where the standard stays. What
 * the organization has decided about is adopted with its hub. Pure.
 */
export function adoptControlsOff(
  inputs: Pick<StackInputs, "partition" | "controlsOn">,
  found: readonly StandingControl[],
): Adoption[] {
  const on = new Set(inputs.controlsOn.map(keyOf));
  const off = found.filter((control) => control.status === "DISABLED" && on.has(keyOf(control)));
  return off.map((control) => {
    const standardsArn = standardArn(inputs.partition, control.region, control.standard);
    return adoptControl({ ...control, standardsArn }, ", which nobody has decided");
  });
}

/** A control that is off as a resource that drifted. */
export function asDrift({ controlId, standard, region, reason }: StandingControl) {
  return {
    type: resourceTypes.controlAssociation,
    name: names.controlAssociation(controlId, standard, region),
    op: "update",
    region,
    diffs: ["associationStatus"],
    recorded: { associationStatus: "ENABLED" },
    found: { associationStatus: "DISABLED", ...(reason === undefined ? {} : { updatedReason: reason }) },
  };
}

function decisions(inputs: StackInputs, status: ControlChoice["status"]): ControlOn[] {
  return inputs.regions.flatMap((region) =>
    decisionsIn(inputs, region)
      .filter((chosen) => chosen.status === status)
      .map((chosen) => ({ ...chosen, region })),
  );
}

function organizationDecisions(inputs: StackInputs, status?: ControlChoice["status"]): ControlOn[] {
  const { partition, homeRegion } = inputs;
  return inputs.regions.flatMap((region) =>
    chosenControls(inputs.features.securityHub.disabledControls, { partition, homeRegion, region })
      .filter((chosen) => status === undefined || chosen.status === status)
      .map((chosen) => ({ ...chosen, region })),
  );
}

function decisionsIn(inputs: StackInputs, region: string): ChosenControl[] {
  const { partition, homeRegion, features } = inputs;
  const exceptions = inputs.kind === "baseline" ? exceptionChoices(inputs, region) : [];
  return chosenControls([...features.securityHub.disabledControls, ...exceptions], { partition, homeRegion, region });
}

const keyOf = ({ controlId, standard, region }: ControlOn): string => `${controlId} ${standard} ${region}`;
const placeOf = ({ standard, region }: ControlOn): string => `${standard} ${region}`;
