import type { EC2 } from "@aws-sdk/client-ec2";

/** A group's rules as an owner sees them, one a line, whatever their ids: which way, what, who, described how, and their tags. */
export async function seenRules(ec2: EC2, groupId: string): Promise<readonly string[]> {
  const answer = await ec2.describeSecurityGroupRules({ Filters: [{ Name: "group-id", Values: [groupId] }] });
  const told = (answer.SecurityGroupRules ?? []).map((rule) => {
    const { IsEgress, IpProtocol, FromPort, ToPort, CidrIpv4, CidrIpv6, PrefixListId, ReferencedGroupInfo } = rule;
    const peer = CidrIpv4 ?? CidrIpv6 ?? PrefixListId ?? ReferencedGroupInfo?.GroupId;
    const tags = (rule.Tags ?? []).map(({ Key, Value }) => `${Key}=${Value}`).sort();
    const rest = [rule.Description ?? "", ...tags].filter((text) => text !== "");
    return [IsEgress ? "out" : "in", `${IpProtocol} ${FromPort}-${ToPort}`, peer, ...rest].join(" | ");
  });
  return told.sort();
}

/** A finding of a control about a group. */
export const findingOf = (AwsAccountId: string, groupId: string, control: string) => ({
  AwsAccountId,
  Region: "us-east-1",
  Compliance: { SecurityControlId: control },
  Resources: [{ Type: "AwsEc2SecurityGroup", Id: `arn:aws:ec2:us-east-1:${AwsAccountId}:security-group/${groupId}` }],
});
