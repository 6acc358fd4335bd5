import type { Control } from "./catalog/control.ts";
import type { ControlSwitch, Hub, State, Subscription } from "./state.ts";
import { updatable } from "./subscriptions.ts";

/** Whether a control is on in a standard: it is, unless it was switched off. */
export function statusIn(subscription: Subscription, control: Control): "ENABLED" | "DISABLED" {
  return subscription.switched.get(control.id)?.status ?? "ENABLED";
}

/** Whether a control is on in at least one enabled standard. */
export function isOn(hub: Hub, control: Control): boolean {
  return updatable(hub).some(
    ([standard, subscription]) =>
      control.requirements.has(standard.key) && statusIn(subscription, control) === "ENABLED",
  );
}

/** Switches a control on or off in one standard. */
export function switchControl(
  state: State,
  subscription: Subscription,
  control: Control,
  status: ControlSwitch["status"],
  reason: string | undefined,
): void {
  subscription.switched.set(control.id, {
    status,
    at: new Date(state.aws.now()),
    ...(reason === undefined ? {} : { reason }),
  });
}
