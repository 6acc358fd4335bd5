import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { click } from "./click.ts";
import {
  type Found,
  findingWith,
  hubOf,
  importFinding,
  incidentIn,
  indexedAs,
  messageSaying,
  rootOf,
  type Scene,
  type Stage,
  short,
  ticketOf,
  toldHistory,
} from "./incidents.ts";
import { APPROVER } from "./receivers.ts";

const ROLE = "orders-web";

/** An instance of a member account talks to a command and control server, and is isolated when an approver says so in Slack. */
export function compromisedInstance(stage: Stage, account: string): Scene {
  const access = rootOf(stage, account);
  const ec2 = new EC2(access);
  let instanceId = "";

  const instance = async () => {
    const { Reservations } = await ec2.describeInstances({ InstanceIds: [instanceId] });
    return Reservations?.[0]?.Instances?.[0];
  };
  /** What the instance's interfaces are in, where that lets nothing through. */
  const closedGroup = async () => {
    const groups = (await instance())?.NetworkInterfaces?.flatMap(({ Groups = [] }) => Groups) ?? [];
    const GroupIds = groups.flatMap(({ GroupId }) => GroupId ?? []);
    if (GroupIds.length === 0) return undefined;
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({ GroupIds });
    const rules = SecurityGroups.flatMap(({ IpPermissions = [], IpPermissionsEgress = [] }) => [
      ...IpPermissions,
      ...IpPermissionsEgress,
    ]);
    return rules.length === 0 ? groups[0]?.GroupName : undefined;
  };
  const profiles = async () => {
    const Filters = [{ Name: "instance-id", Values: [instanceId] }];
    return (await ec2.describeIamInstanceProfileAssociations({ Filters })).IamInstanceProfileAssociations ?? [];
  };
  const evidence = async () => {
    const Filters = [{ Name: "tag:bulwark:instance", Values: [instanceId] }];
    const { Snapshots = [] } = await ec2.describeSnapshots({ OwnerIds: ["self"], Filters });
    return Snapshots.length > 0
      ? Snapshots.map(({ SnapshotId, VolumeId }) => `${SnapshotId} of ${VolumeId}`)
      : undefined;
  };

  return {
    account,
    title: `a compromised instance in account ${account}: isolated when an approver says so`,

    async prepare() {
      const iam = new IAM(access);
      const trust = { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" };
      const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
      await iam.createRole({ RoleName: ROLE, AssumeRolePolicyDocument });
      const { InstanceProfile } = await iam.createInstanceProfile({ InstanceProfileName: ROLE });
      await iam.addRoleToInstanceProfile({ InstanceProfileName: ROLE, RoleName: ROLE });
      iam.destroy();
      const { Vpcs } = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
      const VpcId = Vpcs?.[0]?.VpcId ?? "";
      const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: ROLE, Description: "Orders", VpcId });
      const IpPermissions = [{ IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
      await ec2.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
      const { Images } = await ec2.describeImages({ Owners: ["amazon"] });
      const { Instances } = await ec2.runInstances({
        ...{ ImageId: Images?.[0]?.ImageId, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 },
        SecurityGroupIds: [GroupId],
      });
      instanceId = Instances?.[0]?.InstanceId ?? "";
      if (instanceId === "") throw new Error(`launching an instance in account ${account}: no id came back`);
      await ec2.associateIamInstanceProfile({
        InstanceId: instanceId,
        IamInstanceProfile: { Arn: InstanceProfile?.Arn },
      });
    },

    async play(begin) {
      const hub = hubOf(stage, account);
      const found: Found = {
        ...{ id: `demo/${instanceId}`, account, product: "GuardDuty", severity: "CRITICAL" },
        type: "TTPs/Command and Control/Backdoor:EC2-C&CActivity.B!DNS",
        title: `${instanceId} asks for a command and control server`,
        description: "The instance asks DNS for the name of a known command and control server.",
        resource: { type: "AwsEc2Instance", id: `arn:aws:ec2:${stage.region}:${account}:instance/${instanceId}` },
      };
      const { saw, seen } = begin();
      await importFinding(hub, stage.region, found, new Date());
      saw("Security Hub", `finding, ${found.severity}: ${found.title}`);
      await Promise.all([
        seen("Splunk", "the finding", indexedAs(stage, found.id, "NEW"), () => "finding indexed, workflow NEW"),
        answered(),
      ]);

      async function answered(): Promise<void> {
        const [question] = await Promise.all([
          seen(
            "Slack",
            "the question",
            messageSaying(stage, instanceId, "bulwark:approve"),
            ({ channel }) => `message in channel ${channel} asks: Approve or Reject?`,
          ),
          seen(
            "service desk",
            "a ticket",
            ticketOf(stage, instanceId, "Open"),
            ({ IncidentID, AssignmentGroup }) => `ticket ${IncidentID} opened for ${AssignmentGroup}`,
          ),
        ]);
        const status = await click(stage, question.ts, "approve", APPROVER.user);
        saw(
          "Slack",
          `${APPROVER.name} (${APPROVER.role}) clicks on Approve: signed, to the function's URL, answer ${status}`,
        );
        await Promise.all([
          seen("AWS", "snapshots of its disks", evidence, (kept) => `evidence kept: ${kept.join(", ")}`),
          seen(
            "AWS",
            "the network to be closed",
            closedGroup,
            (group) => `the instance is in security group ${group} alone, which has no rule`,
          ),
          seen(
            "AWS",
            "the role to be taken",
            async () => ((await profiles()).length === 0 ? true : undefined),
            () => `the instance has no role any more (it had ${ROLE})`,
          ),
          seen(
            "API",
            "the incident to be verified",
            incidentIn(stage, found, "verified"),
            (one) => `incident ${short(one.id)}: ${toldHistory(one)}`,
          ),
          seen(
            "Security Hub",
            "the finding to be RESOLVED",
            findingWith(hub, found.id, "RESOLVED"),
            ({ Note }) => `finding RESOLVED, note: ${Note?.Text}`,
          ),
          seen(
            "Slack",
            "the message to say so",
            messageSaying(stage, instanceId, "Remediated"),
            ({ text }) => `message now: ${text}`,
          ),
          seen(
            "Splunk",
            "the finding's end",
            indexedAs(stage, found.id, "RESOLVED"),
            () => "finding indexed, workflow RESOLVED",
          ),
          seen(
            "service desk",
            "the ticket to be closed",
            ticketOf(stage, instanceId, "Closed"),
            ({ IncidentID, ClosureCode }) => `ticket ${IncidentID} closed: ${ClosureCode}`,
          ),
        ]);
      }
    },
  };
}
