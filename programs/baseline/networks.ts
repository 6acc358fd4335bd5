import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { FlowLog } from "@pulumi/aws/ec2/flowLog.js";
import type { Input } from "@pulumi/pulumi";
import { isLeft } from "../declaration.ts";
import { names } from "../names.ts";
import { arn } from "../partition.ts";
import { identifyingTags } from "../recovery/tag.ts";
import type { AccountStack, BaselineStack } from "./stack.ts";
import { accountSettings, vpcsToClose } from "./wanted-settings.ts";

/**
 * The VPCs of a region: nothing passes their default security groups, and their flow logs go to the log archive. Both come and go with
 * the VPCs, which are the teams'.
 */
export function networks(stack: BaselineStack, region: string): void {
  for (const { vpcId } of vpcsToClose(stack.inputs, region)) {
    closeDefaultSecurityGroup(stack, region, { name: names.defaultSecurityGroup(vpcId, region), vpcId });
  }
  for (const { vpcId } of stack.inputs.vpcs[region] ?? []) {
    flowLog(stack, region, { name: names.flowLog(vpcId, region), vpcId });
  }
}

/** What is declared of a VPC, and of which. */
interface OfVpc {
  readonly name: string;
  readonly vpcId: Input<string>;
}

/**
 * The provider's create takes the group over and its delete leaves it (AWS provider, "aws_default_security_group"). It would
 * remove tags that it does not know of; they stay the team's.
 */
export function closeDefaultSecurityGroup(
  { inputs, member, declare }: AccountStack,
  region: string,
  { name, vpcId }: OfVpc,
): void {
  if (isLeft(inputs.adoptions, name)) return;
  declare(
    DefaultSecurityGroup,
    // Without the empty lists the provider would take whatever rules there are for wanted.
    { name, region, wanted: { vpcId, ingress: [], egress: [] }, keep: ["tags"] },
    { provider: member, ignoreChanges: ["tags", "tagsAll"] },
  );
}

/**
 * Delivers to the bucket of AWS Config's deliveries, whose policy lets every account of the organization do so: no role and no log group
 * in the member, no second bucket. S3 puts `AWSLogs/<account>/vpcflowlogs/<region>/` before (VPC User Guide, "Flow log files").
 */
export function flowLog({ inputs, member, declare }: AccountStack, region: string, { name, vpcId }: OfVpc): void {
  const wanted = accountSettings(inputs)?.flowLogs;
  if (wanted?.enabled !== true) return;
  declare(
    FlowLog,
    {
      name,
      region,
      wanted: {
        vpcId,
        trafficType: wanted.traffic,
        maxAggregationInterval: wanted.aggregationSeconds,
        logDestinationType: "s3",
        logDestination: arn(inputs.partition, "s3", "", "", inputs.admin.configBucket),
        tags: identifyingTags(`account-${inputs.accountId}`, name),
      },
    },
    // AWS refuses a second one of a VPC with the same destination (EC2 API, FlowLogAlreadyExists).
    { provider: member, deleteBeforeReplace: true, ignoreChanges: ["tags", "tagsAll"] },
  );
}
