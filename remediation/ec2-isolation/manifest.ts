import type { Manifest } from "../manifest.ts";

/**
 * Isolates an instance. Finding types: GuardDuty User Guide, "Integrating with AWS Security Hub CSPM" (table of GuardDuty types in ASFF): those that
 * tell of an instance that acts for somebody else, not of one that is merely knocked at. Actions and resources: Service Authorization Reference for
 * EC2, EC2 Auto Scaling, ELB v2, IAM and KMS. Global, because the calls to IAM are made in us-east-1, wherever the instance is.
 */
export const ec2Isolation: Manifest = {
  name: "ec2-isolation",
  title: "EC2 isolation",
  what: "An instance that is compromised reaches nothing and nobody, its credentials are worthless, and its disks are kept as evidence.",
  controls: [],
  findingTypes: [
    "Effects/Data Exfiltration/Trojan:EC2-DropPoint",
    "Effects/Data Exfiltration/Trojan:EC2-DropPoint!DNS",
    "Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-InstanceCredentialExfiltration",
    "Effects/Resource Consumption/UnauthorizedAccess:EC2-TorClient",
    "Effects/Resource Consumption/UnauthorizedAccess:EC2-TorRelay",
    "TTPs/Command and Control/Backdoor:EC2-C&CActivity.B",
    "TTPs/Command and Control/Backdoor:EC2-C&CActivity.B!DNS",
    "TTPs/Command and Control/Backdoor:EC2-DenialOfService.Dns",
    "TTPs/Command and Control/Backdoor:EC2-DenialOfService.Tcp",
    "TTPs/Command and Control/Backdoor:EC2-DenialOfService.Udp",
    "TTPs/Command and Control/Backdoor:EC2-DenialOfService.UdpOnTcpPorts",
    "TTPs/Command and Control/Backdoor:EC2-DenialOfService.UnusualProtocol",
    "TTPs/Command and Control/Backdoor:EC2-Spambot",
    "TTPs/Command and Control/CryptoCurrency:EC2-BitcoinTool.B",
    "TTPs/Command and Control/CryptoCurrency:EC2-BitcoinTool.B!DNS",
    "TTPs/Command and Control/Trojan:EC2-BlackholeTraffic",
    "TTPs/Command and Control/Trojan:EC2-BlackholeTraffic!DNS",
    "TTPs/Command and Control/Trojan:EC2-DGADomainRequest.B",
    "TTPs/Command and Control/Trojan:EC2-DGADomainRequest.C!DNS",
    "TTPs/Command and Control/Trojan:EC2-DNSDataExfiltration!DNS",
    "TTPs/Command and Control/Trojan:EC2-PhishingDomainRequest!DNS",
    "TTPs/Impact/Impact:EC2-PortSweep",
    "TTPs/Impact/Impact:EC2-WinRMBruteForce",
    "TTPs/UnauthorizedAccess:EC2-MetadataDNSRebind",
  ],
  resourceTypes: ["AwsEc2Instance"],
  scope: "global",
  role: [
    {
      // What IAM has no resource for.
      sid: "Read",
      actions: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "ec2:DescribeIamInstanceProfileAssociations",
        "ec2:DescribeInstanceAttribute",
        "ec2:DescribeInstances",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSnapshots",
        "elasticloadbalancing:DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      resources: ["*"],
    },
    {
      sid: "Instances",
      actions: ["ec2:AssociateIamInstanceProfile", "ec2:DisassociateIamInstanceProfile", "ec2:ModifyInstanceAttribute"],
      resources: ["arn:{partition}:ec2:*:{account}:instance/*"],
    },
    {
      sid: "Marks",
      actions: ["ec2:CreateTags", "ec2:DeleteTags"],
      resources: ["arn:{partition}:ec2:*:{account}:instance/*"],
      conditions: {
        "ForAllValues:StringEquals": {
          "aws:TagKeys": ["bulwark:isolated", "bulwark:finding", "bulwark:isolated-roles"],
        },
      },
    },
    {
      sid: "Interfaces",
      actions: ["ec2:ModifyNetworkInterfaceAttribute"],
      resources: [
        "arn:{partition}:ec2:*:{account}:instance/*",
        "arn:{partition}:ec2:*:{account}:network-interface/*",
        "arn:{partition}:ec2:*:{account}:security-group/*",
      ],
    },
    {
      sid: "NewGroups",
      actions: ["ec2:CreateSecurityGroup"],
      resources: ["arn:{partition}:ec2:*:{account}:security-group/*", "arn:{partition}:ec2:*:{account}:vpc/*"],
    },
    {
      sid: "OwnGroups",
      actions: [
        "ec2:AuthorizeSecurityGroupEgress",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:RevokeSecurityGroupIngress",
      ],
      resources: ["arn:{partition}:ec2:*:{account}:security-group/*"],
      conditions: { StringEquals: { "aws:ResourceTag/bulwark:isolation": ["network"] } },
    },
    {
      sid: "TagsOfNew",
      actions: ["ec2:CreateTags"],
      resources: ["arn:{partition}:ec2:*:{account}:security-group/*", "arn:{partition}:ec2:*::snapshot/*"],
      conditions: { StringEquals: { "ec2:CreateAction": ["CopySnapshot", "CreateSecurityGroup", "CreateSnapshots"] } },
    },
    {
      sid: "Snapshots",
      actions: ["ec2:CreateSnapshots"],
      resources: [
        "arn:{partition}:ec2:*:{account}:instance/*",
        "arn:{partition}:ec2:*:{account}:volume/*",
        "arn:{partition}:ec2:*::snapshot/*",
      ],
    },
    {
      sid: "Copies",
      actions: ["ec2:CopySnapshot"],
      resources: ["arn:{partition}:ec2:*::snapshot/*"],
    },
    {
      sid: "SharingOfEvidence",
      actions: ["ec2:ModifySnapshotAttribute"],
      resources: ["arn:{partition}:ec2:*::snapshot/*"],
      conditions: { Null: { "aws:ResourceTag/bulwark:case": ["false"] } },
    },
    {
      // The keys of the volumes and the one of the forensics account, which may be any account of the organization.
      sid: "Keys",
      actions: [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      resources: ["arn:{partition}:kms:*:*:key/*"],
      conditions: { StringLike: { "kms:ViaService": ["ec2.*"] } },
    },
    {
      sid: "Grants",
      actions: ["kms:CreateGrant"],
      resources: ["arn:{partition}:kms:*:*:key/*"],
      conditions: { StringLike: { "kms:ViaService": ["ec2.*"] }, Bool: { "kms:GrantIsForAWSResource": ["true"] } },
    },
    {
      sid: "Groups",
      actions: ["autoscaling:AttachInstances", "autoscaling:DetachInstances", "autoscaling:SetInstanceProtection"],
      resources: ["arn:{partition}:autoscaling:*:{account}:autoScalingGroup:*:autoScalingGroupName/*"],
    },
    {
      sid: "TargetGroups",
      actions: ["elasticloadbalancing:DeregisterTargets", "elasticloadbalancing:RegisterTargets"],
      resources: ["arn:{partition}:elasticloadbalancing:*:{account}:targetgroup/*"],
    },
    {
      sid: "Profiles",
      actions: ["iam:GetInstanceProfile"],
      resources: ["arn:{partition}:iam::{account}:instance-profile/*"],
    },
    {
      sid: "Sessions",
      actions: ["iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:PutRolePolicy"],
      resources: ["arn:{partition}:iam::{account}:role/*"],
    },
    {
      // A release gives the profile back, and with it the role.
      sid: "Passing",
      actions: ["iam:PassRole"],
      resources: ["arn:{partition}:iam::{account}:role/*"],
      conditions: { StringLike: { "iam:PassedToService": ["ec2.amazonaws.com", "ec2.amazonaws.com.cn"] } },
    },
  ],
  customAction: {
    id: "IsolateEC2Instance",
    name: "Isolate instance",
    description:
      "Keeps snapshots of the instance's volumes and cuts it off from network, load balancers, scaling and its role",
  },
  mode: "observe",
};
