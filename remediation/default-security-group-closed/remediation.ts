import { DescribeNetworkInterfacesCommand, EC2Client } from "@aws-sdk/client-ec2";
import type { NamedResource } from "../finding-resources.ts";
import { remediation } from "../remediation.ts";
import { describeGroup, groupIdOf, groupTags, readRules, writeRules } from "../security-group-rules.ts";
import { type Circumstances, decide, type State, targetsOf } from "./decide.ts";
import { defaultSecurityGroupClosed as manifest } from "./manifest.ts";

/** Interfaces that a refusal names: the least that EC2 takes for a page (EC2 API reference, DescribeNetworkInterfaces). */
const NAMED = 5;

/** All rules of a VPC's default security group, in and out. */
export const defaultSecurityGroupClosedRemediation = remediation<NamedResource, State, Circumstances>({
  manifest,
  targetsOf,
  decide,
  told: ({ accountId, arn }) => `security group ${arn} in account ${accountId}`,
  tags: groupTags,
  read: readRules,

  async circumstances(session, target) {
    // Nobody can name a group of their own so (Amazon VPC User Guide, "Default security groups for your VPCs").
    const isDefault = (await describeGroup(session, target))?.GroupName === "default";
    const Filters = [{ Name: "group-id", Values: [groupIdOf(target)] }];
    const interfaces: string[] = [];
    let NextToken: string | undefined;
    do {
      const call = new DescribeNetworkInterfacesCommand({ Filters, MaxResults: NAMED, NextToken });
      const page = await session.client(EC2Client).send(call);
      interfaces.push(...(page.NetworkInterfaces ?? []).flatMap(({ NetworkInterfaceId }) => NetworkInterfaceId ?? []));
      NextToken = page.NextToken;
      // A page may be empty and not be the last.
    } while (interfaces.length === 0 && NextToken !== undefined && NextToken !== "");
    return { isDefault, interfaces: interfaces.sort() };
  },

  async write(session, target, from, to) {
    await writeRules(session, target, "ingress", from.ingress, to.ingress);
    await writeRules(session, target, "egress", from.egress, to.egress);
  },
});
