import { DescribeFlowLogsCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { Sought } from "../../programs/recovery/sought.ts";
import { clientSettings, type Reading, reader } from "../inventory/reading.ts";
import { isTagged } from "./tags.ts";

/** The flow log of the wanted VPC with the wanted tags. A VPC has few: no two with one destination. */
export async function findFlowLog(reading: Reading, region: string, sought: Sought): Promise<string | undefined> {
  const { vpcId } = sought.inputs;
  if (typeof vpcId !== "string") return undefined;
  const client = new EC2Client(clientSettings(reading, region));
  const { need } = reader(reading, region, `the flow logs of ${vpcId}`);
  try {
    const Filter = [{ Name: "resource-id", Values: [vpcId] }];
    const { FlowLogs = [] } = await need("ec2:DescribeFlowLogs", () =>
      client.send(new DescribeFlowLogsCommand({ Filter })),
    );
    return FlowLogs.find(({ Tags = [] }) =>
      isTagged(sought, Object.fromEntries(Tags.map(({ Key = "", Value }) => [Key, Value]))),
    )?.FlowLogId;
  } finally {
    client.destroy();
  }
}
