import type { Manifest } from "../manifest.ts";

/**
 * Has VPCs logged again, by the baseline, which then also takes in those that have come since. Control: Security Hub User Guide, "Security Hub CSPM
 * controls for Amazon EC2"; the actions have no resource (Service Authorization Reference, Amazon EC2).
 */
export const vpcFlowLogs = {
  name: "vpc-flow-logs",
  title: "VPC flow logs",
  what: "The baseline is deployed again, and the flow logs of the VPC go to the log archive.",
  controls: [{ id: "EC2.6", cis: "3.7" }],
  findingTypes: [],
  resourceTypes: ["AwsEc2Vpc"],
  scope: "regional",
  role: [{ sid: "Look", actions: ["ec2:DescribeFlowLogs", "ec2:DescribeVpcs"], resources: ["*"] }],
  customAction: {
    id: "VpcFlowLogs",
    name: "Repair VPC flow logs",
    description: "Deploys the account's baseline again where a VPC has no flow log of what it rejects",
  },
  mode: "observe",
  irreversible: true,
  repairs: "baseline",
} as const satisfies Manifest;
