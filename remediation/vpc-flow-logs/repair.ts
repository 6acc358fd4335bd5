import { DescribeFlowLogsCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { orNull } from "../aws-errors.ts";
import { type NamedResource, resourcesOf } from "../finding-resources.ts";
import type { Repair } from "../repair.ts";
import { vpcFlowLogs as manifest } from "./manifest.ts";

const VPC = /^arn:aws[a-z-]*:ec2:[a-z0-9-]+:(\d{12}):vpc\/vpc-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

/** The flow logs of a VPC. */
export const vpcFlowLogsRepair: Repair<NamedResource> = {
  manifest,
  targetsOf: (finding) => resourcesOf(finding, "AwsEc2Vpc", VPC),
  told: ({ arn }) => `the flow logs of ${arn}`,
  async isWell(session, { arn }) {
    const ec2 = session.client(EC2Client, arn.split(":")[3]);
    const id = arn.slice(arn.lastIndexOf("/") + 1);
    const there = await orNull(ec2.send(new DescribeVpcsCommand({ VpcIds: [id] })), "InvalidVpcID.NotFound");
    if (there === null || there.Vpcs?.length === 0) return undefined;
    const Filter = [{ Name: "resource-id", Values: [id] }];
    const { FlowLogs = [] } = await ec2.send(new DescribeFlowLogsCommand({ Filter }));
    // The control asks for what is rejected, which a log of everything has.
    return FlowLogs.some(
      ({ FlowLogStatus, TrafficType }) =>
        FlowLogStatus === "ACTIVE" && (TrafficType === "REJECT" || TrafficType === "ALL"),
    );
  },
};
