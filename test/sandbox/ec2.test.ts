import assert from "node:assert/strict";
import { EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { assume, type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const [MEMBER, OTHER] = ["100000000001", "100000000002"];

describe("EC2's regional settings of an account in the sandbox", () => {
  let sandbox: RunningSandbox;
  const ec2 = (account: string = MEMBER, region = "us-east-1") =>
    new EC2({ ...sandbox.root(account, region), maxAttempts: 1 });
  const answer = async (call: Promise<object>) => {
    const { $metadata: _, ...rest } = (await call) as { $metadata: unknown };
    return rest;
  };

  before(async () => {
    sandbox = await runSandbox();
  });
  after(() => sandbox.close());

  it("blocks the public sharing of snapshots where the account says so", async () => {
    const here = ec2();
    const state = (of: EC2) => answer(of.getSnapshotBlockPublicAccessState({}));
    assert.deepEqual(await state(here), { State: "unblocked", ManagedBy: "account" });
    const enable = (State: "block-all-sharing" | "block-new-sharing") =>
      answer(here.enableSnapshotBlockPublicAccess({ State }));
    assert.deepEqual(await enable("block-all-sharing"), { State: "block-all-sharing" });
    assert.deepEqual(await state(here), { State: "block-all-sharing", ManagedBy: "account" });
    assert.deepEqual(await enable("block-new-sharing"), { State: "block-new-sharing" });
    assert.deepEqual(await state(ec2(MEMBER, "us-west-2")), { State: "unblocked", ManagedBy: "account" });
    assert.deepEqual(await state(ec2(OTHER)), { State: "unblocked", ManagedBy: "account" });
    assert.deepEqual(await answer(here.disableSnapshotBlockPublicAccess({})), { State: "unblocked" });
    assert.deepEqual(await state(here), { State: "unblocked", ManagedBy: "account" });
  });

  it("blocks the public sharing of images until the account allows it", async () => {
    const here = ec2();
    const state = async (of: EC2) => (await of.getImageBlockPublicAccessState({})).ImageBlockPublicAccessState;
    assert.equal(await state(here), "block-new-sharing");
    assert.equal((await here.disableImageBlockPublicAccess({})).ImageBlockPublicAccessState, "unblocked");
    assert.equal(await state(here), "unblocked");
    assert.equal(await state(ec2(MEMBER, "us-west-2")), "block-new-sharing");
    assert.equal(await state(ec2(OTHER)), "block-new-sharing");
    await here.enableImageBlockPublicAccess({ ImageBlockPublicAccessState: "block-new-sharing" });
    assert.deepEqual(await answer(here.getImageBlockPublicAccessState({})), {
      ImageBlockPublicAccessState: "block-new-sharing",
      ManagedBy: "account",
    });
  });

  it("answers the metadata defaults that are set, and changes those that a call names", async () => {
    const here = ec2();
    const level = async (of: EC2) => {
      const { ManagedBy, ...set } = (await of.getInstanceMetadataDefaults({})).AccountLevel ?? {};
      assert.equal(ManagedBy, "account");
      return set;
    };
    assert.deepEqual(await level(here), {});
    const first = await here.modifyInstanceMetadataDefaults({ HttpTokens: "required", HttpPutResponseHopLimit: 2 });
    assert.equal(first.Return, true);
    await here.modifyInstanceMetadataDefaults({ InstanceMetadataTags: "enabled", HttpEndpoint: "no-preference" });
    const set = { HttpTokens: "required", HttpPutResponseHopLimit: 2, InstanceMetadataTags: "enabled" };
    assert.deepEqual(await level(here), set);
    assert.deepEqual(await level(ec2(MEMBER, "us-west-2")), {});
    assert.deepEqual(await level(ec2(OTHER)), {});
    await here.modifyInstanceMetadataDefaults({ HttpTokens: "no-preference", HttpPutResponseHopLimit: -1 });
    assert.deepEqual(await level(here), { InstanceMetadataTags: "enabled" });
  });

  it("refuses what is missing or no value, with EC2's codes", async () => {
    const here = ec2();
    const refused = (call: Promise<unknown>, name: string, message: RegExp) =>
      assert.rejects(call, (error: Error & { $metadata: { httpStatusCode?: number } }) => {
        assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, 400]);
        assert.match(error.message, message);
        return true;
      });
    await refused(
      here.enableSnapshotBlockPublicAccess({ State: undefined }),
      "MissingParameter",
      /^The request must contain the parameter State$/,
    );
    for (const State of ["unblocked", "block-some" as "unblocked"] as const) {
      const call = here.enableSnapshotBlockPublicAccess({ State });
      await refused(call, "InvalidParameterValue", new RegExp(`^Value \\(${State}\\) for parameter State is invalid`));
    }
    const unblocked = { ImageBlockPublicAccessState: "unblocked" as "block-new-sharing" };
    await refused(here.enableImageBlockPublicAccess(unblocked), "InvalidParameterValue", /ImageBlockPublicAccessState/);
    for (const HttpPutResponseHopLimit of [0, 65, -2]) {
      const call = here.modifyInstanceMetadataDefaults({ HttpPutResponseHopLimit });
      await refused(call, "InvalidParameterValue", /HttpPutResponseHopLimit/);
    }
    const HttpTokens = "never" as "required";
    await refused(here.modifyInstanceMetadataDefaults({ HttpTokens }), "InvalidParameterValue", /HttpTokens/);
  });

  it("decides by action, and does nothing in a dry run", async () => {
    const iam = new IAM(sandbox.root(MEMBER));
    const document = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const AWS = `arn:aws:iam::${MEMBER}:root`;
    const trust = { Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" };
    const Action = ["ec2:EnableSnapshotBlockPublicAccess", "ec2:GetSnapshotBlockPublicAccessState"];
    const RoleName = "snapshots";
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: document(trust) });
    const PolicyDocument = document({ Effect: "Allow", Action, Resource: "*" });
    await iam.putRolePolicy({ RoleName, PolicyName: "rights", PolicyDocument });
    const role = new EC2({ ...(await assume(sandbox, MEMBER, MEMBER, RoleName)), maxAttempts: 1 });

    const before = await answer(role.getSnapshotBlockPublicAccessState({}));
    const dry = { State: "block-all-sharing", DryRun: true } as const;
    await assert.rejects(role.enableSnapshotBlockPublicAccess(dry), (error: Error & { $metadata: object }) => {
      assert.equal(error.name, "DryRunOperation");
      assert.equal((error.$metadata as { httpStatusCode: number }).httpStatusCode, 412);
      return true;
    });
    assert.deepEqual(await answer(role.getSnapshotBlockPublicAccessState({})), before);
    for (const DryRun of [true, false]) {
      await assert.rejects(role.disableSnapshotBlockPublicAccess({ DryRun }), {
        name: "UnauthorizedOperation",
        message: /ec2:DisableSnapshotBlockPublicAccess/,
      });
    }
    await assert.rejects(role.getEbsEncryptionByDefault({}), { name: "UnauthorizedOperation" });
  });

  it("lets nobody share with everyone what is blocked, and all else be shared", async () => {
    const here = ec2(OTHER, "us-west-2");
    const volume = await here.createVolume({ AvailabilityZone: "us-west-2a", Size: 1 });
    const { SnapshotId } = await here.createSnapshot({ VolumeId: volume.VolumeId });
    const attribute = { SnapshotId, Attribute: "createVolumePermission" } as const;
    const share = (groups: object) => here.modifySnapshotAttribute({ ...attribute, ...groups });
    const everyone = { OperationType: "add", GroupNames: ["all"] } as const;
    const permissions = async () =>
      (await here.describeSnapshotAttribute(attribute)).CreateVolumePermissions?.map(
        ({ Group, UserId }) => Group ?? UserId,
      );
    await here.enableSnapshotBlockPublicAccess({ State: "block-new-sharing" });
    for (const groups of [everyone, { CreateVolumePermission: { Add: [{ Group: "all" as const }] } }]) {
      await assert.rejects(share(groups), {
        name: "OperationNotPermitted",
        message: /block public access for snapshots/,
      });
    }
    await share({ OperationType: "add", UserIds: [MEMBER] });
    assert.deepEqual(await permissions(), [MEMBER]);
    await here.disableSnapshotBlockPublicAccess({});
    await share(everyone);
    assert.deepEqual((await permissions())?.sort(), [MEMBER, "all"]);
    await here.enableSnapshotBlockPublicAccess({ State: "block-all-sharing" });
    await share({ ...everyone, OperationType: "remove" });
    assert.deepEqual(await permissions(), [MEMBER]);

    const { ImageId } = await here.registerImage({ Name: "golden", RootDeviceName: "/dev/sda1" });
    const LaunchPermission = { Add: [{ Group: "all" as const }] };
    const publish = () => here.modifyImageAttribute({ ImageId, LaunchPermission });
    await assert.rejects(publish(), {
      name: "OperationNotPermitted",
      message:
        /^You can't publicly share this image because block public access for AMIs is enabled for this account\. /,
    });
    await here.disableImageBlockPublicAccess({});
    await publish();
    const { LaunchPermissions } = await here.describeImageAttribute({ ImageId, Attribute: "launchPermission" });
    assert.deepEqual(LaunchPermissions, LaunchPermission.Add);
  });

  it("gives an interface the groups that were said last, and none of its instance's launch beside them", async () => {
    const here = ec2();
    const group = async (GroupName: string) =>
      (await here.createSecurityGroup({ GroupName, Description: GroupName })).GroupId ?? "";
    const [launch, first, second] = [await group("launch"), await group("first"), await group("second")];
    const { Images = [] } = await here.describeImages({ Owners: ["amazon"] });
    const launched = { ImageId: Images[0]?.ImageId, MinCount: 1, MaxCount: 1, SecurityGroupIds: [launch] };
    const InstanceId = (await here.runInstances(launched)).Instances?.[0]?.InstanceId ?? "";
    const groups = async () => {
      const { Reservations = [] } = await here.describeInstances({ InstanceIds: [InstanceId] });
      const [instance] = Reservations[0]?.Instances ?? [];
      const [card] = instance?.NetworkInterfaces ?? [];
      const ids = [instance?.SecurityGroups, card?.Groups].map((all = []) => all.map(({ GroupId }) => GroupId));
      return { ids, NetworkInterfaceId: card?.NetworkInterfaceId };
    };
    const { ids, NetworkInterfaceId } = await groups();
    assert.deepEqual(ids, [[launch], [launch]]);
    await here.modifyNetworkInterfaceAttribute({ NetworkInterfaceId, Groups: [first] });
    assert.deepEqual((await groups()).ids, [[first], [first]]);
    await here.modifyInstanceAttribute({ InstanceId, Groups: [second] });
    assert.deepEqual((await groups()).ids, [[second], [second]]);
    await here.modifyInstanceAttribute({ InstanceId, InstanceInitiatedShutdownBehavior: { Value: "terminate" } });
    assert.deepEqual((await groups()).ids, [[second], [second]]);
  });

  it("leaves the rest of EC2 to moto", async () => {
    const here = ec2();
    await here.enableEbsEncryptionByDefault({});
    assert.equal((await here.getEbsEncryptionByDefault({})).EbsEncryptionByDefault, true);
  });
});
