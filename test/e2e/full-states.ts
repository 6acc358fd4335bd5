import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import type { Finding } from "../../remediation/remediation.ts";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";

/** All that AWS tells of what a finding is about, whatever a remediation has to do with it. */
interface FullState {
  read(access: () => RootAccess, finding: Finding, suffix: string): Promise<unknown>;
  /** Paths at which what is remediated differs from what was; and no other does. */
  readonly changed: readonly string[];
}

/** Paths at which two states differ, the shortest that say so. Pure. */
export function differences(one: unknown, other: unknown, path = ""): readonly string[] {
  if (!isGroup(one) || !isGroup(other) || Array.isArray(one) !== Array.isArray(other)) {
    return JSON.stringify(one) === JSON.stringify(other) ? [] : [path];
  }
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
  if (Array.isArray(one) && Object.keys(one).length !== Object.keys(other).length) return [path];
  return keys.flatMap((key) => differences(one[key], other[key], path === "" ? key : `${path}.${key}`));
}

const isGroup = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !(value instanceof Date);

/** The answer of a call, or the name of its error. */
const told = (call: Promise<object>) =>
  call.then(
    (answer) => ({ ...answer, $metadata: undefined }),
    ({ name }: Error) => name,
  );

const lastOf = (id: string, separator: string) => id.slice(id.lastIndexOf(separator) + 1);

/** A bucket: its policy as a document, and what else S3 keeps of it. AWS writes policies as it likes; their order of statements and values stays. */
const fullBucket: FullState = {
  async read(access, { Resources }) {
    const s3 = new S3({ ...access(), forcePathStyle: true });
    const Bucket = lastOf(Resources[0]?.Id ?? "", ":");
    return {
      policy: JSON.parse((await s3.getBucketPolicy({ Bucket })).Policy ?? "null") as unknown,
      block: await told(s3.getPublicAccessBlock({ Bucket })),
      acl: await told(s3.getBucketAcl({ Bucket })),
      encryption: await told(s3.getBucketEncryption({ Bucket })),
      versioning: await told(s3.getBucketVersioning({ Bucket })),
      tags: await told(s3.getBucketTagging({ Bucket })),
      ownership: await told(s3.getBucketOwnershipControls({ Bucket })),
      lifecycle: await told(s3.getBucketLifecycleConfiguration({ Bucket })),
    };
  },
  changed: ["policy.Statement"],
};

/** A user, with everything that lets somebody be that user. */
const fullUser: FullState = {
  async read(access, { Resources }) {
    const iam = new IAM(access());
    const UserName = lastOf(Resources[0]?.Id ?? "", "/");
    const { AccessKeyMetadata = [] } = await iam.listAccessKeys({ UserName });
    const { PolicyNames = [] } = await iam.listUserPolicies({ UserName });
    const policies = PolicyNames.map(async (PolicyName) => [
      PolicyName,
      (await iam.getUserPolicy({ UserName, PolicyName })).PolicyDocument,
    ]);
    return {
      user: (await iam.getUser({ UserName })).User,
      keys: AccessKeyMetadata,
      policies: Object.fromEntries(await Promise.all(policies)),
      attached: (await iam.listAttachedUserPolicies({ UserName })).AttachedPolicies,
      groups: (await iam.listGroupsForUser({ UserName })).Groups,
      password: (await iam.getLoginProfile({ UserName })).LoginProfile,
      devices: (await iam.listMFADevices({ UserName })).MFADevices,
    };
  },
  changed: ["keys.0.Status", "policies.BulwarkQuarantine"],
};

async function roleOf(iam: IAM, RoleName: string): Promise<unknown> {
  const { PolicyNames = [] } = await iam.listRolePolicies({ RoleName });
  const policies = PolicyNames.map(async (PolicyName) => [
    PolicyName,
    (await iam.getRolePolicy({ RoleName, PolicyName })).PolicyDocument,
  ]);
  const { Role } = await iam.getRole({ RoleName });
  return {
    // When it was used last changes by itself.
    role: { ...Role, RoleLastUsed: undefined },
    policies: Object.fromEntries(await Promise.all(policies)),
    attached: (await iam.listAttachedRolePolicies({ RoleName })).AttachedPolicies,
    profiles: (await iam.listInstanceProfilesForRole({ RoleName })).InstanceProfiles,
  };
}

/** A role with everything that it may. */
const fullRole: FullState = {
  read: (access, _finding, suffix) => roleOf(new IAM(access()), `role-${suffix}`),
  changed: ["policies.BulwarkQuarantine"],
};

/** Of tags and of an interface's groups EC2 tells the set, in whatever order. */
function unordered(value: unknown): unknown {
  if (!isGroup(value)) return value;
  if (!Array.isArray(value)) return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, unordered(of)]));
  const nameOf = (one: unknown) => (isGroup(one) ? `${one.GroupId ?? one.Key ?? ""}` : "");
  return value.map(unordered).sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
}

/** An instance with its places in networks, groups and balancers, and its role. */
const fullInstance: FullState = {
  async read(access, { Resources }, suffix) {
    const [ec2, iam] = [new EC2(access()), new IAM(access())];
    const [scaling, balancing] = [new AutoScaling(access()), new ElasticLoadBalancingV2(access())];
    const InstanceId = lastOf(Resources[0]?.Id ?? "", "/");
    const instance = (await ec2.describeInstances({ InstanceIds: [InstanceId] })).Reservations?.[0]?.Instances?.[0];
    const attribute = async (Attribute: "disableApiTermination" | "instanceInitiatedShutdownBehavior" | "userData") => [
      Attribute,
      await told(ec2.describeInstanceAttribute({ InstanceId, Attribute })),
    ];
    const names = ["disableApiTermination", "instanceInitiatedShutdownBehavior", "userData"] as const;
    const Filters = [{ Name: "instance-id", Values: [InstanceId] }];
    const { IamInstanceProfileAssociations = [] } = await ec2.describeIamInstanceProfileAssociations({ Filters });
    const { TargetGroups = [] } = await balancing.describeTargetGroups({
      Names: [`instance-${suffix}`, `ip-${suffix}`],
    });
    const targets = TargetGroups.map(async ({ TargetGroupArn, TargetGroupName = "" }) => {
      const { TargetHealthDescriptions = [] } = await balancing.describeTargetHealth({ TargetGroupArn });
      const all = TargetHealthDescriptions.map(({ Target }) => ({ ...Target }));
      return [TargetGroupName.split("-")[0], all.sort((a, b) => `${a.Id}`.localeCompare(`${b.Id}`))];
    });
    const { AutoScalingInstances } = await scaling.describeAutoScalingInstances({ InstanceIds: [InstanceId] });
    return {
      instance: unordered(instance),
      attributes: Object.fromEntries(await Promise.all(names.map(attribute))),
      // Each association has an id of its own.
      profile: IamInstanceProfileAssociations.map(({ IamInstanceProfile, State }) => ({ IamInstanceProfile, State })),
      targets: Object.fromEntries(await Promise.all(targets)),
      group: AutoScalingInstances,
      role: await roleOf(iam, `web-${suffix}`),
    };
  },
  changed: [
    "attributes.disableApiTermination.DisableApiTermination.Value",
    "group",
    "instance.NetworkInterfaces.0.Groups.0.GroupId",
    "instance.NetworkInterfaces.0.Groups.0.GroupName",
    "instance.NetworkInterfaces.1.Groups",
    "instance.SecurityGroups.0.GroupId",
    "instance.SecurityGroups.0.GroupName",
    "instance.Tags",
    "profile",
    "role.policies.bulwark-isolation-<instance>",
    "targets.instance",
    "targets.ip",
  ],
};

/** By the trial's name. */
export const FULL_STATES: Readonly<Record<string, FullState>> = {
  isolatedInstance: fullInstance,
  sharedBucket: fullBucket,
  bucketPolicyNarrowed: fullBucket,
  userInUse: fullUser,
  roleOfInstance: fullRole,
};
