import type { Call, Decisions, EmulatorFactory } from "../../gateway/emulator.ts";

/** Auto Scaling is moto's; only which group IAM decides on is known here (Service Authorization Reference, "Amazon EC2 Auto Scaling"). */
export const autoScaling: EmulatorFactory = ({ organization: { partition } }) => {
  const onGroup: Decisions = ({ accountId, region, operation, input }: Call<{ AutoScalingGroupName?: string }>) => {
    const name = input.AutoScalingGroupName ?? "";
    // The id in the ARN is AWS's own; whoever writes a policy leaves it open.
    const resource = `arn:${partition}:autoscaling:${region}:${accountId}:autoScalingGroup:0:autoScalingGroupName/${name}`;
    return [{ action: `autoscaling:${operation}`, resource }];
  };
  return {
    signingName: "autoscaling",
    model: "autoscaling",
    operations: {},
    decisions: { AttachInstances: onGroup, DetachInstances: onGroup, SetInstanceProtection: onGroup },
  };
};
