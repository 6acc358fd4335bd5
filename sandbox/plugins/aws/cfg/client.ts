import type { ClientSettings } from "../../provider/place.ts";

export const configClient = async (settings: ClientSettings) => {
  const { ConfigService } = await import("@aws-sdk/client-config-service");
  return new ConfigService(settings);
};

export const noRecorder = "NoSuchConfigurationRecorderException";
