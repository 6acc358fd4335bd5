import {
  type CopySnapshotRequest,
  type CreateSecurityGroupRequest,
  type CreateSnapshotsRequest,
  type CreateTagsRequest,
  DescribeTagsCommand,
  EC2Client,
  type ModifyNetworkInterfaceAttributeRequest,
  type ModifySnapshotAttributeRequest,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import type { Aws, Call, Check, Decisions } from "../../gateway/emulator.ts";

/**
 * On which resources IAM decides in calls to moto, where a policy may name them. Source: Service Authorization Reference, "Actions, resources, and
 * condition keys for Amazon EC2". A call that is not here is decided on `*`.
 */
export function resourceDecisions(aws: Aws): Readonly<Record<string, Decisions>> {
  const { partition } = aws.organization;
  const arnOf = ({ accountId, region }: Call<unknown>, type: string, id = "*") =>
    // Snapshots can be anybody's: their ARN has no account.
    `arn:${partition}:ec2:${region}:${type === "snapshot" ? "" : accountId}:${type}/${id}`;

  async function tagged(call: Call<unknown>, id: string): Promise<Record<string, string>> {
    const ec2 = new EC2Client(aws.asRoot(call.accountId, call.region));
    try {
      const { Tags = [] } = await ec2.send(
        new DescribeTagsCommand({ Filters: [{ Name: "resource-id", Values: [id] }] }),
      );
      return Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [`aws:ResourceTag/${Key}`, Value]));
    } finally {
      ec2.destroy();
    }
  }

  const tagging = (call: Call<unknown>, type: string, specifications: readonly TagSpecification[] = []): Check[] => {
    const tags = specifications.flatMap(({ Tags = [] }) => Tags);
    if (tags.length === 0) return [];
    const context = {
      "ec2:CreateAction": call.operation,
      "aws:TagKeys": tags.map(({ Key = "" }) => Key),
    };
    return [{ action: "ec2:CreateTags", resource: arnOf(call, type), context }];
  };

  const onTags: Decisions = (call: Call<CreateTagsRequest>) => {
    const keys = (call.input.Tags ?? []).map(({ Key = "" }) => Key);
    return (call.input.Resources ?? []).map((id) => ({
      action: `ec2:${call.operation}`,
      resource: arnOf(call, TYPES[id.split("-")[0] ?? ""] ?? "*", id),
      context: { "aws:TagKeys": keys },
    }));
  };

  const onGroup: Decisions = async (call: Call<{ GroupId?: string }>) => {
    const id = call.input.GroupId ?? "";
    return [
      {
        action: `ec2:${call.operation}`,
        resource: arnOf(call, "security-group", id),
        context: await tagged(call, id),
      },
    ];
  };

  const onNewRules: Decisions = async (call: Call<{ GroupId?: string; TagSpecifications?: TagSpecification[] }>) => [
    ...(await onGroup(call)),
    ...tagging(call, "security-group-rule", call.input.TagSpecifications),
  ];

  const onInstance: Decisions = (call: Call<{ InstanceId?: string }>) => [
    { action: `ec2:${call.operation}`, resource: arnOf(call, "instance", call.input.InstanceId) },
  ];

  return {
    CreateTags: onTags,
    DeleteTags: onTags,
    AuthorizeSecurityGroupEgress: onNewRules,
    AuthorizeSecurityGroupIngress: onNewRules,
    RevokeSecurityGroupEgress: onGroup,
    RevokeSecurityGroupIngress: onGroup,
    CreateSecurityGroup: (call: Call<CreateSecurityGroupRequest>) => [
      { action: "ec2:CreateSecurityGroup", resource: arnOf(call, "security-group") },
      { action: "ec2:CreateSecurityGroup", resource: arnOf(call, "vpc", call.input.VpcId) },
      ...tagging(call, "security-group", call.input.TagSpecifications),
    ],
    ModifyNetworkInterfaceAttribute: (call: Call<ModifyNetworkInterfaceAttributeRequest>) => {
      const { NetworkInterfaceId, Groups = [] } = call.input;
      const resources = [
        arnOf(call, "network-interface", NetworkInterfaceId),
        ...Groups.map((id) => arnOf(call, "security-group", id)),
      ];
      return resources.map((resource) => ({ action: "ec2:ModifyNetworkInterfaceAttribute", resource }));
    },
    ModifyInstanceAttribute: onInstance,
    ModifyInstanceMetadataOptions: onInstance,
    CreateSnapshots: (call: Call<CreateSnapshotsRequest>) => [
      ...["instance", "volume", "snapshot"].map((type) => ({
        action: "ec2:CreateSnapshots",
        resource: arnOf(call, type, type === "instance" ? call.input.InstanceSpecification?.InstanceId : undefined),
      })),
      ...tagging(call, "snapshot", call.input.TagSpecifications),
    ],
    CopySnapshot: (call: Call<CopySnapshotRequest>) => {
      const { KmsKeyId, SourceSnapshotId, TagSpecifications } = call.input;
      const snapshots = [arnOf(call, "snapshot", SourceSnapshotId), arnOf(call, "snapshot")];
      return [
        ...snapshots.map((resource) => ({ action: "ec2:CopySnapshot", resource })),
        ...tagging(call, "snapshot", TagSpecifications),
        ...(KmsKeyId === undefined ? [] : encrypting(call.region, KmsKeyId)),
      ];
    },
    ModifySnapshotAttribute: async (call: Call<ModifySnapshotAttributeRequest>) => {
      const id = call.input.SnapshotId ?? "";
      const context = { ...(await tagged(call, id)), ...sharing(call.input) };
      return [{ action: "ec2:ModifySnapshotAttribute", resource: arnOf(call, "snapshot", id), context }];
    },
  };
}

/** Whom a call lets in and shuts out, of both forms that it has. What it does not change has no key. */
function sharing(input: ModifySnapshotAttributeRequest): Record<string, readonly string[]> {
  const { CreateVolumePermission: changes = {}, OperationType, GroupNames = [], UserIds = [] } = input;
  const context: Record<string, readonly string[]> = {};
  for (const kind of ["Add", "Remove"] as const) {
    const plain = OperationType === kind.toLowerCase();
    const entries = changes[kind] ?? [];
    const groups = [...(plain ? GroupNames : []), ...entries.flatMap(({ Group }) => Group ?? [])];
    const users = [...(plain ? UserIds : []), ...entries.flatMap(({ UserId }) => UserId ?? [])];
    if (groups.length > 0) context[`ec2:${kind}/group`] = groups;
    if (users.length > 0) context[`ec2:${kind}/userId`] = users;
  }
  return context;
}

/** Types of resources by the prefix of their ids. */
const TYPES: Readonly<Record<string, string>> = {
  eni: "network-interface",
  i: "instance",
  sg: "security-group",
  sgr: "security-group-rule",
  snap: "snapshot",
  vol: "volume",
  vpc: "vpc",
};

/**
 * EC2 uses the key with its caller's rights (Amazon EBS User Guide, "Amazon EBS encryption": permissions for IAM users). On AWS the copy fails
 * afterwards where one is missing; the sandbox refuses the call.
 */
function encrypting(region: string, resource: string): Check[] {
  const context = { "kms:ViaService": `ec2.${region}.amazonaws.com` };
  const actions = ["Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"];
  return [
    ...actions.map((action) => ({ action: `kms:${action}`, resource, context })),
    { action: "kms:CreateGrant", resource, context: { ...context, "kms:GrantIsForAWSResource": "true" } },
  ];
}
