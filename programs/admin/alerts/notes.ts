import type { FeatureSettings } from "../../feature-settings.ts";

/** What is allowed of the alerts and rarely meant; told with each preview and deployment of the admin stack. */
export function alertNotes({ alerts }: Pick<FeatureSettings, "alerts">): readonly string[] {
  if (!alerts.enabled || alerts.subscriptions.operations.length > 0) return [];
  return [
    "note: features.alerts.subscriptions.operations names nobody, so that nobody hears when alerts stay away or wait: name an address, or subscribe to the topic bulwark-operations by hand",
  ];
}
