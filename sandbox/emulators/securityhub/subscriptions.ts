import type { StandardsSubscription } from "@aws-sdk/client-securityhub";
import { type Place, subscriptionArn } from "./arns.ts";
import { type Standard, type StandardKey, standardArn, standardOf } from "./catalog/standards.ts";
import type { Hub, State, Subscription } from "./state.ts";

/** AWS takes minutes to hours; long enough here that a caller must wait for it, short enough not to wait for. */
const settleMs = 200;

/** Subscribes a hub to a standard: PENDING at first, READY a little later. One that is subscribed already stays as it is. */
export function subscribe(
  state: State,
  hub: Hub,
  standard: Standard,
  input: Readonly<Record<string, string>>,
): Subscription {
  const existing = hub.subscriptions.get(standard.key);
  if (existing !== undefined) return existing;
  const subscription: Subscription = { status: "PENDING", input, switched: new Map() };
  hub.subscriptions.set(standard.key, subscription);
  state.aws.later(settleMs, () => {
    if (subscription.status === "PENDING") subscription.status = "READY";
  });
  return subscription;
}

/** Ends a subscription: DELETING at first, gone a little later. */
export function unsubscribe(state: State, hub: Hub, standard: Standard, subscription: Subscription): void {
  subscription.status = "DELETING";
  state.aws.later(settleMs, () => {
    if (hub.subscriptions.get(standard.key) === subscription) hub.subscriptions.delete(standard.key);
  });
}

/** The subscriptions whose controls can be read and changed. */
export function updatable(hub: Hub): [Standard, Subscription][] {
  return [...hub.subscriptions]
    .filter(([, subscription]) => subscription.status === "READY")
    .map(([key, subscription]) => [standardOf(key), subscription]);
}

/** A subscription as the API shows it. */
export function describeSubscription(
  place: Place,
  key: StandardKey,
  subscription: Subscription,
): StandardsSubscription {
  const standard = standardOf(key);
  return {
    StandardsSubscriptionArn: subscriptionArn(place, standard.path),
    StandardsArn: standardArn(place, standard),
    StandardsInput: { ...subscription.input },
    StandardsStatus: subscription.status,
    StandardsControlsUpdatable: subscription.status === "READY" ? "READY_FOR_UPDATES" : "NOT_READY_FOR_UPDATES",
    Provider: "AWS",
  };
}
