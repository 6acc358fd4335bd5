import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  CreateLaunchConfigurationCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeAutoScalingInstancesCommand,
  SetInstanceProtectionCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  AssociateIamInstanceProfileCommand,
  AttachNetworkInterfaceCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateNetworkInterfaceCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  type Instance,
  ModifyInstanceAttributeCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAM } from "@aws-sdk/client-iam";
import { ec2IsolationRemediation as remediation } from "../../../remediation/ec2-isolation/remediation.ts";
import type { RootAccess } from "../../../sandbox/organization/root-access.ts";
import { machineImage } from "./machine-image.ts";
import type { Trial } from "./trial.ts";

const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** Clients of the account's root. */
export function clients(access: (region?: string) => RootAccess) {
  return {
    ec2: new EC2Client(access()),
    iam: new IAM(access()),
    scaling: new AutoScalingClient(access()),
    balancing: new ElasticLoadBalancingV2Client(access()),
  };
}

/** An instance in the thick of it, and how it is seen. */
export interface Scenery {
  readonly instanceId: string;
  readonly group: string;
  readonly role: string;
  readonly vpcId: string;
  see(): Promise<unknown>;
  readonly remediated: unknown;
}

interface Wishes {
  readonly suffix: string;
  readonly maximum: number;
  /** Whether somebody made the closed group before, and opened it. */
  readonly groupWithRules: boolean;
}

/**
 * An instance of an Auto Scaling group with two interfaces in groups of their own, a role, a place in two target groups (by id and by address),
 * a shutdown that terminates it, and a tag of an earlier finding.
 */
export async function scenery(
  access: (region?: string) => RootAccess,
  { suffix, maximum, groupWithRules }: Wishes,
): Promise<Scenery> {
  const { ec2, iam, scaling, balancing } = clients(access);
  const vpcId = (await ec2.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/16" }))).Vpc?.VpcId ?? "";
  const subnet = await ec2.send(
    new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: "10.0.1.0/24", AvailabilityZone: "us-east-1a" }),
  );
  const SubnetId = subnet.Subnet?.SubnetId ?? "";
  const securityGroup = async (GroupName: string) => {
    const made = await ec2.send(new CreateSecurityGroupCommand({ GroupName, Description: GroupName, VpcId: vpcId }));
    return made.GroupId ?? "";
  };
  const [web, admin] = [await securityGroup(`web-${suffix}`), await securityGroup(`admin-${suffix}`)];
  const rules = [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "192.0.2.0/24" }] }];
  if (groupWithRules) {
    const GroupId = await securityGroup("bulwark-isolation-closed");
    await ec2.send(
      new CreateTagsCommand({ Resources: [GroupId], Tags: [{ Key: "bulwark:isolation", Value: "network" }] }),
    );
    await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: rules }));
  }

  const group = `web-${suffix}`;
  const image = await machineImage(ec2);
  await scaling.send(
    new CreateLaunchConfigurationCommand({
      ...{ LaunchConfigurationName: group, ImageId: image, InstanceType: "t3.micro" },
      SecurityGroups: [web],
    }),
  );
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      ...{ AutoScalingGroupName: group, LaunchConfigurationName: group, VPCZoneIdentifier: SubnetId },
      ...{ MinSize: 1, MaxSize: maximum, DesiredCapacity: 1 },
    }),
  );
  const members = async () =>
    (await scaling.send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] })))
      .AutoScalingGroups?.[0];
  const instanceId = (await members())?.Instances?.[0]?.InstanceId ?? "";
  await scaling.send(
    new SetInstanceProtectionCommand({
      ...{ AutoScalingGroupName: group, InstanceIds: [instanceId], ProtectedFromScaleIn: true },
    }),
  );

  const card = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId, Groups: [admin, web] }));
  const NetworkInterfaceId = card.NetworkInterface?.NetworkInterfaceId ?? "";
  await ec2.send(new AttachNetworkInterfaceCommand({ NetworkInterfaceId, InstanceId: instanceId, DeviceIndex: 1 }));
  const InstanceInitiatedShutdownBehavior = { Value: "terminate" };
  await ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: instanceId, InstanceInitiatedShutdownBehavior }));
  await ec2.send(
    new CreateTagsCommand({ Resources: [instanceId], Tags: [{ Key: "bulwark:finding", Value: "earlier" }] }),
  );

  const role = `web-${suffix}`;
  await iam.createRole({ RoleName: role, AssumeRolePolicyDocument: trust });
  const profile = (await iam.createInstanceProfile({ InstanceProfileName: role })).InstanceProfile?.Arn ?? "";
  await iam.addRoleToInstanceProfile({ InstanceProfileName: role, RoleName: role });
  const IamInstanceProfile = { Arn: profile };
  await ec2.send(new AssociateIamInstanceProfileCommand({ InstanceId: instanceId, IamInstanceProfile }));

  const instance = async (): Promise<Instance> =>
    (await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }))).Reservations?.[0]?.Instances?.[0] ??
    {};
  const address = (await instance()).NetworkInterfaces?.find((one) => one.NetworkInterfaceId === NetworkInterfaceId);
  const targetGroup = async (TargetType: "instance" | "ip", Id: string, Port: number) => {
    const Name = `${TargetType}-${suffix}`;
    const made = await balancing.send(
      new CreateTargetGroupCommand({ Name, TargetType, VpcId: vpcId, Protocol: "HTTP", Port: 80 }),
    );
    const TargetGroupArn = made.TargetGroups?.[0]?.TargetGroupArn ?? "";
    const other = TargetType === "ip" ? [{ Id: "10.0.9.250", Port: 80 }] : [];
    await balancing.send(new RegisterTargetsCommand({ TargetGroupArn, Targets: [{ Id, Port }, ...other] }));
    return TargetGroupArn;
  };
  const targetGroups = [
    await targetGroup("instance", instanceId, 8080),
    await targetGroup("ip", address?.PrivateIpAddress ?? "", 8443),
  ];

  async function groupsByName(): Promise<ReadonlyMap<string, string>> {
    const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    return new Map(
      SecurityGroups.map(({ GroupId = "", GroupName = "", IpPermissions = [], IpPermissionsEgress = [] }) => [
        GroupId,
        `${GroupName}: ${IpPermissions.length} in, ${IpPermissionsEgress.length} out`,
      ]),
    );
  }

  async function see() {
    const attribute = (Attribute: "disableApiTermination" | "instanceInitiatedShutdownBehavior") =>
      ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute }));
    const Filters = [{ Name: "instance-id", Values: [instanceId] }];
    const associations = await ec2.send(new DescribeIamInstanceProfileAssociationsCommand({ Filters }));
    const names = await groupsByName();
    const { NetworkInterfaces = [], Tags = [] } = await instance();
    const places = await scaling.send(new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }));
    const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName: role });
    const targets = targetGroups.map(async (TargetGroupArn) => {
      const { TargetHealthDescriptions = [] } = await balancing.send(
        new DescribeTargetHealthCommand({ TargetGroupArn }),
      );
      return TargetHealthDescriptions.map(({ Target }) => `${Target?.Id}:${Target?.Port}`).sort();
    });
    return {
      terminationProtected: (await attribute("disableApiTermination")).DisableApiTermination?.Value,
      onShutdown: (await attribute("instanceInitiatedShutdownBehavior")).InstanceInitiatedShutdownBehavior?.Value,
      interfaces: NetworkInterfaces.map(({ Groups = [] }) =>
        Groups.map(({ GroupId = "" }) => names.get(GroupId)).sort(),
      ),
      profiles: (associations.IamInstanceProfileAssociations ?? []).map((one) => one.IamInstanceProfile?.Arn),
      policies: PolicyNames,
      group: (places.AutoScalingInstances ?? []).map((one) => [one.AutoScalingGroupName, one.ProtectedFromScaleIn]),
      targets: await Promise.all(targets),
      tags: Object.fromEntries(
        Tags.flatMap(({ Key = "", Value }) => (Key.startsWith("bulwark:") ? [[Key, Value]] : [])),
      ),
    };
  }
  const closed = ["bulwark-isolation-closed: 0 in, 0 out"];
  const remediated = {
    terminationProtected: true,
    onShutdown: "stop",
    interfaces: [closed, closed],
    profiles: [],
    policies: [`bulwark-isolation-${instanceId}`],
    group: [],
    targets: [[], ["10.0.9.250:80"]],
    tags: {
      "bulwark:isolated": "2026-11-23T12:00:00.000Z",
      "bulwark:finding": "earlier",
      "bulwark:isolated-roles": role,
    },
  };
  return { instanceId, group, role, vpcId, see, remediated };
}

const steps: Trial["steps"] = {
  "autoscaling:AttachInstances": { forth: "done", back: "undo" },
  "autoscaling:DescribeAutoScalingGroups": { forth: "read", back: "undo" },
  "autoscaling:DescribeAutoScalingInstances": { forth: "read", back: "read" },
  "autoscaling:DetachInstances": { forth: "change", back: "done" },
  "autoscaling:SetInstanceProtection": { forth: "done", back: "undo" },
  "ec2:AssociateIamInstanceProfile": { forth: "done", back: "undo" },
  "ec2:AuthorizeSecurityGroupEgress": { forth: "change", back: "done" },
  "ec2:AuthorizeSecurityGroupIngress": { forth: "change", back: "done" },
  "ec2:CopySnapshot": { forth: "deliver", back: "done" },
  "ec2:CreateSecurityGroup": { forth: "change", back: "done" },
  "ec2:CreateSnapshots": { forth: "preserve", back: "done" },
  "ec2:CreateTags": { forth: "change", back: "undo" },
  "ec2:DeleteTags": { forth: "done", back: "undo" },
  "ec2:DescribeIamInstanceProfileAssociations": { forth: "read", back: "read" },
  "ec2:DescribeInstanceAttribute": { forth: "read", back: "read" },
  "ec2:DescribeInstances": { forth: "read", back: "read" },
  "ec2:DescribeSecurityGroups": { forth: "read", back: "read" },
  "ec2:DescribeSnapshots": { forth: "preserve", back: "done" },
  "ec2:DisassociateIamInstanceProfile": { forth: "change", back: "done" },
  "ec2:ModifyInstanceAttribute": { forth: "change", back: "undo" },
  "ec2:ModifyNetworkInterfaceAttribute": { forth: "change", back: "undo" },
  "ec2:ModifySnapshotAttribute": { forth: "deliver", back: "done" },
  "ec2:RevokeSecurityGroupEgress": { forth: "change", back: "done" },
  "ec2:RevokeSecurityGroupIngress": { forth: "change", back: "done" },
  "elasticloadbalancing:DeregisterTargets": { forth: "change", back: "done" },
  "elasticloadbalancing:DescribeTargetGroups": { forth: "read", back: "read" },
  "elasticloadbalancing:DescribeTargetHealth": { forth: "read", back: "read" },
  "elasticloadbalancing:RegisterTargets": { forth: "done", back: "undo" },
  "iam:DeleteRolePolicy": { forth: "done", back: "undo" },
  "iam:GetInstanceProfile": { forth: "read", back: "verify" },
  "iam:GetRolePolicy": { forth: "read", back: "read" },
  "iam:PassRole": { forth: "done", back: "undo" },
  "iam:PutRolePolicy": { forth: "change", back: "done" },
  "kms:CreateGrant": { forth: "deliver", back: "done" },
  "kms:Decrypt": { forth: "deliver", back: "done" },
  "kms:DescribeKey": { forth: "deliver", back: "done" },
  "kms:GenerateDataKeyWithoutPlaintext": { forth: "deliver", back: "done" },
  "kms:ReEncryptFrom": { forth: "deliver", back: "done" },
  "kms:ReEncryptTo": { forth: "deliver", back: "done" },
};

/** An instance that its group has room for again, in a VPC where somebody gave the closed group rules. */
export const isolatedInstance: Trial = {
  remediation,
  leavesMore: true,
  async arrange({ id, access }, suffix) {
    const { instanceId, see, remediated } = await scenery(access, { suffix, maximum: 3, groupWithRules: true });
    const Id = `arn:aws:ec2:us-east-1:${id}:instance/${instanceId}`;
    return {
      finding: { AwsAccountId: id, Region: "us-east-1", Resources: [{ Type: "AwsEc2Instance", Id }] },
      see,
      remediated,
    };
  },
  steps,
};
