import type { CreateFlowLogsRequest } from "@aws-sdk/client-ec2";
import type { EmulatorFactory } from "../../gateway/emulator.ts";
import { resourceDecisions } from "./authorization.ts";
import { imageSharing, snapshotSharing } from "./block-public-access.ts";
import { flowLogs } from "./flow-logs.ts";
import { instanceMetadataDefaults } from "./instance-metadata-defaults.ts";
import { instanceProfileAuthorization, instanceProfiles } from "./instance-profiles.ts";

/** What an account sets for a region of EC2 as a whole, flow logs, and instance profiles, which MiniStack has. Everything else of EC2 is moto's. */
export const ec2: EmulatorFactory = (aws) => {
  const [snapshots, images] = [snapshotSharing(), imageSharing()];
  return {
    signingName: "ec2",
    model: "ec2",
    operations: {
      ...snapshots.operations,
      ...images.operations,
      ...instanceMetadataDefaults(),
      ...flowLogs(aws),
      ...instanceProfiles(aws),
    },
    decisions: resourceDecisions(aws),
    guards: { ...snapshots.guards, ...images.guards },
    authorization: (call) => {
      const { operation, input } = call;
      if (operation.endsWith("IamInstanceProfile")) return instanceProfileAuthorization(aws, call);
      if (operation !== "CreateFlowLogs") return {};
      // EC2 makes the delivery with its caller's rights (VPC User Guide, "Publish flow logs to Amazon S3").
      const { TagSpecifications = [] } = input as Partial<CreateFlowLogsRequest>;
      const actions = ["ec2:CreateFlowLogs", "logs:CreateLogDelivery"];
      const tags = TagSpecifications.length > 0;
      return { actions: tags ? [...actions, "ec2:CreateTags"] : actions, context: { "ec2:CreateAction": operation } };
    },
  };
};
