import type { Call, Decisions, EmulatorFactory } from "../../gateway/emulator.ts";

/** Load balancers are moto's; only on which target group IAM decides is known here (Service Authorization Reference, "ELB v2"). */
export const elasticLoadBalancing: EmulatorFactory = () => {
  const onTargetGroup: Decisions = ({ operation, input }: Call<{ TargetGroupArn?: string }>) => [
    { action: `elasticloadbalancing:${operation}`, resource: input.TargetGroupArn ?? "*" },
  ];
  return {
    signingName: "elasticloadbalancing",
    model: "elbv2",
    operations: {},
    decisions: { RegisterTargets: onTargetGroup, DeregisterTargets: onTargetGroup },
  };
};
