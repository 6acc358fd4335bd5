import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { MEMBER } from "../programs/samples.ts";
import { assume, type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const trust = (Principal: object) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
  });

describe("EC2 in the sandbox: instance profiles, and resources that IAM decides on", () => {
  let sandbox: RunningSandbox;
  let root: EC2;
  let iam: IAM;
  let InstanceId: string;

  before(async () => {
    sandbox = await runSandbox();
    root = new EC2(sandbox.root(MEMBER));
    iam = new IAM(sandbox.root(MEMBER));
    const { Images = [] } = await root.describeImages({ Owners: ["amazon"] });
    const run = { ImageId: Images[0]?.ImageId, MinCount: 1, MaxCount: 1 };
    InstanceId = (await root.runInstances(run)).Instances?.[0]?.InstanceId ?? "";
    await iam.createRole({ RoleName: "web", AssumeRolePolicyDocument: trust({ Service: "ec2.amazonaws.com" }) });
    await iam.createInstanceProfile({ InstanceProfileName: "web", Path: "/service/" });
    await iam.addRoleToInstanceProfile({ InstanceProfileName: "web", RoleName: "web" });
  });
  after(async () => {
    root?.destroy();
    iam?.destroy();
    await sandbox?.close();
  });

  const known = async () => {
    const Filters = [{ Name: "instance-id", Values: [InstanceId] }];
    return (await root.describeIamInstanceProfileAssociations({ Filters })).IamInstanceProfileAssociations ?? [];
  };

  /** Calls of a role with these statements. */
  async function calling(RoleName: string, ...Statement: object[]): Promise<EC2> {
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust({ AWS: MEMBER }) });
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.putRolePolicy({ RoleName, PolicyName: "Own", PolicyDocument });
    return new EC2(await assume(sandbox, MEMBER, MEMBER, RoleName));
  }

  it("puts a profile of IAM on an instance, one at most, and takes it away", async () => {
    const IamInstanceProfile = { Name: "web" };
    const made = await root.associateIamInstanceProfile({ InstanceId, IamInstanceProfile });
    assert.equal(made.IamInstanceProfileAssociation?.State, "associating");
    const [association, ...more] = await known();
    assert.deepEqual(more, []);
    assert.equal(association?.IamInstanceProfile?.Arn, `arn:aws:iam::${MEMBER}:instance-profile/service/web`);
    assert.equal(association?.State, "associated");
    await assert.rejects(root.associateIamInstanceProfile({ InstanceId, IamInstanceProfile }), {
      name: "IncorrectState",
    });
    const { AssociationId } = association ?? {};
    await root.disassociateIamInstanceProfile({ AssociationId });
    assert.deepEqual(await known(), []);
    await assert.rejects(root.disassociateIamInstanceProfile({ AssociationId }), {
      name: "InvalidAssociationID.NotFound",
    });
  });

  it("knows neither instances nor profiles that are not there", async () => {
    await assert.rejects(
      root.associateIamInstanceProfile({ InstanceId: "i-0123456789abcdef0", IamInstanceProfile: { Name: "web" } }),
      { name: "InvalidInstanceID.NotFound" },
    );
    await assert.rejects(root.associateIamInstanceProfile({ InstanceId, IamInstanceProfile: { Name: "none" } }), {
      name: "InvalidParameterValue",
    });
  });

  it("passes the role only for who may pass it", async () => {
    const associate = { Effect: "Allow", Action: "ec2:AssociateIamInstanceProfile", Resource: "*" };
    const Resource = `arn:aws:iam::${MEMBER}:role/web`;
    const Condition = { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } };
    const without = await calling("Without", associate);
    const passing = await calling("Passing", associate, {
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource,
      Condition,
    });
    const wanted = { InstanceId, IamInstanceProfile: { Name: "web" } };
    await assert.rejects(without.associateIamInstanceProfile(wanted), { name: "UnauthorizedOperation" });
    assert.equal(
      (await passing.associateIamInstanceProfile(wanted)).IamInstanceProfileAssociation?.State,
      "associating",
    );
    for (const client of [without, passing]) client.destroy();
  });

  it("decides on the rules of a security group by its ARN and its tags", async () => {
    const { Vpcs = [] } = await root.describeVpcs({});
    const make = async (GroupName: string, ...tags: readonly { Key: string; Value: string }[]) => {
      const TagSpecifications = tags.map((tag) => ({ ResourceType: "security-group" as const, Tags: [tag] }));
      const asked = { GroupName, Description: GroupName, VpcId: Vpcs[0]?.VpcId, TagSpecifications };
      return (await root.createSecurityGroup(asked)).GroupId ?? "";
    };
    const [own, other] = [await make("own", { Key: "owner", Value: "us" }), await make("other")];
    const client = await calling("Rules", {
      Effect: "Allow",
      Action: "ec2:AuthorizeSecurityGroupIngress",
      Resource: `arn:aws:ec2:*:${MEMBER}:security-group/*`,
      Condition: { StringEquals: { "aws:ResourceTag/owner": "us" } },
    });
    const IpPermissions = [{ IpProtocol: "-1", IpRanges: [{ CidrIp: "192.0.2.0/24" }] }];
    assert.equal((await client.authorizeSecurityGroupIngress({ GroupId: own, IpPermissions })).Return, true);
    await assert.rejects(client.authorizeSecurityGroupIngress({ GroupId: other, IpPermissions }), {
      name: "UnauthorizedOperation",
      message: new RegExp(`security-group/${other}`),
    });
    client.destroy();
  });
});
