import type { ConfigurationRecorder } from "@aws-sdk/client-config-service";
import type { EmulatorFactory } from "../../gateway/emulator.ts";
import { createDeliverer } from "./delivery.ts";
import { deliveryChannelOperations } from "./delivery-channels.ts";
import { recorderOperations } from "./recorders.ts";
import { retentionOperations } from "./retention.ts";
import { snapshotOperations } from "./snapshots.ts";
import { createState } from "./state.ts";
import { tagOperations } from "./tags.ts";

/** AWS Config: the recorder, its delivery channel with a real delivery, snapshots, retention, tags. */
export const config: EmulatorFactory = (aws) => {
  const state = createState(aws);
  const deliverer = createDeliverer(aws);
  return {
    signingName: "config",
    model: "config",
    operations: {
      ...recorderOperations(state),
      ...deliveryChannelOperations(state, deliverer),
      ...snapshotOperations(state, deliverer),
      ...retentionOperations(state),
      ...tagOperations(state),
    },

    authorization({ operation, input }) {
      if (typeof input.ResourceArn === "string") return { resources: [input.ResourceArn] };
      const roleArn = (input.ConfigurationRecorder as ConfigurationRecorder | undefined)?.roleARN;
      if (operation !== "PutConfigurationRecorder" || typeof roleArn !== "string") return {};
      // Giving Config a role is passing it. Both actions are asked for the role, since the recorder has no ARN yet.
      return {
        actions: ["config:PutConfigurationRecorder", "iam:PassRole"],
        resources: [roleArn],
        context: { "iam:PassedToService": "config.amazonaws.com" },
      };
    },
  };
};
