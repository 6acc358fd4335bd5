import assert from "node:assert/strict";
import { EC2, type ModifySnapshotAttributeCommandInput } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { assume, type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const ACCOUNT = "100000000003";
const PARTNER = "444455556666";

describe("the sharing of snapshots in the sandbox", () => {
  let sandbox: RunningSandbox;
  let ec2: EC2;
  const opened: { destroy(): void }[] = [];

  before(async () => {
    sandbox = await runSandbox();
    ec2 = new EC2({ ...sandbox.root(ACCOUNT), maxAttempts: 1 });
    opened.push(ec2);
  });
  after(async () => {
    for (const client of opened) client.destroy();
    await sandbox?.close();
  });

  async function snapshot(): Promise<string> {
    const { VolumeId } = await ec2.createVolume({ AvailabilityZone: "us-east-1a", Size: 1 });
    return (await ec2.createSnapshot({ VolumeId })).SnapshotId ?? "";
  }

  it("lists the snapshots of an owner, and of them those that somebody may restore", async () => {
    const [own, shared, everyones] = [await snapshot(), await snapshot(), await snapshot()];
    const given = { Attribute: "createVolumePermission", OperationType: "add" } as const;
    await ec2.modifySnapshotAttribute({ ...given, SnapshotId: shared, UserIds: [PARTNER] });
    await ec2.modifySnapshotAttribute({ ...given, SnapshotId: everyones, GroupNames: ["all"] });
    const list = async (RestorableByUserIds: string[], OwnerIds = ["self"]) => {
      const { Snapshots = [] } = await ec2.describeSnapshots({ OwnerIds, RestorableByUserIds });
      return Snapshots.map(({ SnapshotId = "" }) => SnapshotId).sort();
    };
    assert.deepEqual(await list(["all"]), [everyones]);
    assert.deepEqual(await list([PARTNER]), [shared]);
    assert.deepEqual(await list(["self"]), [own, shared, everyones].sort());
    assert.deepEqual(await list(["all"], [PARTNER]), []);
    assert.deepEqual(await list([], [ACCOUNT]), [own, shared, everyones].sort());
  });

  it("decides on whom a call lets in and shuts out, in both forms of the call", async () => {
    const SnapshotId = await snapshot();
    const iam = new IAM(sandbox.root(ACCOUNT));
    opened.push(iam);
    const document = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    const RoleName = "everyone-alone";
    const trust = { Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" };
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: document(trust) });
    const PolicyDocument = document({
      Effect: "Allow",
      Action: "ec2:ModifySnapshotAttribute",
      Resource: "arn:aws:ec2:*::snapshot/*",
      Condition: { Null: { "ec2:Add/userId": "true", "ec2:Remove/userId": "true" } },
    });
    await iam.putRolePolicy({ RoleName, PolicyName: "rights", PolicyDocument });
    const role = new EC2({ ...(await assume(sandbox, ACCOUNT, ACCOUNT, RoleName)), maxAttempts: 1 });
    opened.push(role);
    const modify = (how: Partial<ModifySnapshotAttributeCommandInput>) =>
      role.modifySnapshotAttribute({ SnapshotId, Attribute: "createVolumePermission", ...how });
    const groups = { GroupNames: ["all"] };
    const users = { UserIds: [PARTNER] };

    for (const OperationType of ["add", "remove"] as const) {
      await modify({ OperationType, ...groups });
      await assert.rejects(modify({ OperationType, ...users }), { name: "UnauthorizedOperation" });
      await assert.rejects(modify({ OperationType, ...groups, ...users }), { name: "UnauthorizedOperation" });
    }
    for (const kind of ["Add", "Remove"] as const) {
      const changes = { CreateVolumePermission: { [kind]: [{ UserId: PARTNER }] } };
      await assert.rejects(modify(changes), { name: "UnauthorizedOperation" });
    }
  });
});
