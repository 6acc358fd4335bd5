import type { ApiCall, AutomationPlan } from "../automation/plan.ts";

const instance: ApiCall = {
  right: "ec2:DescribeInstances",
  service: "ec2",
  api: "DescribeInstances",
  input: { InstanceIds: ["{{ InstanceId }}"] },
};
const options = "$.Reservations[0].Instances[0].MetadataOptions";

/** A change of metadata options is `pending` first (EC2 API reference, InstanceMetadataOptionsResponse). */
const SECONDS = 300;

export const ec2Imdsv2Automation: readonly AutomationPlan[] = [
  {
    description:
      "Has an EC2 instance answer for its metadata with a token alone: software that knows only IMDSv1 gets none.",
    parameters: { InstanceId: { description: "The instance.", pattern: "^i-[0-9a-f]{8,17}$" } },
    steps: [
      { name: "before", kind: "read", call: instance, outputs: { Options: [options, "StringMap"] } },
      {
        name: "require",
        kind: "change",
        call: {
          right: "ec2:ModifyInstanceMetadataOptions",
          service: "ec2",
          api: "ModifyInstanceMetadataOptions",
          input: { InstanceId: "{{ InstanceId }}", HttpTokens: "required" },
        },
      },
      {
        name: "verify",
        kind: "verify",
        call: { ...instance, property: `${options}.HttpTokens`, wanted: ["required"] },
        seconds: SECONDS,
        end: true,
      },
    ],
  },
];
