import type { ClientSettings } from "../../provider/place.ts";

export const eventBridgeClient = async (settings: ClientSettings) => {
  const { EventBridge } = await import("@aws-sdk/client-eventbridge");
  return new EventBridge(settings);
};

/** Ids leave the default bus out. */
export const defaultBus = "default";
