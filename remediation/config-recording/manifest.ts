import type { Manifest } from "../manifest.ts";

/**
 * Has AWS Config record again, by the baseline. Control: Security Hub User Guide, "Security Hub CSPM controls for AWS Config"; the calls name no recorder,
 * as there is one in a region that its account has made (AWS Config API reference, DescribeConfigurationRecorders).
 */
export const configRecording = {
  name: "config-recording",
  title: "Configuration recording",
  what: "The baseline is deployed again, and AWS Config records every supported resource of the region.",
  controls: [{ id: "Config.1", cis: "3.3" }],
  findingTypes: [],
  resourceTypes: ["AwsAccount"],
  scope: "regional",
  role: [
    {
      sid: "Look",
      actions: ["config:DescribeConfigurationRecorderStatus", "config:DescribeConfigurationRecorders"],
      resources: ["*"],
    },
  ],
  customAction: {
    id: "ConfigRecording",
    name: "Repair AWS Config",
    description: "Deploys the account's baseline again where AWS Config does not record as it shall",
  },
  mode: "observe",
  irreversible: true,
  repairs: "baseline",
} as const satisfies Manifest;
