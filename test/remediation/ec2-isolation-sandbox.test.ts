import assert from "node:assert/strict";
import { AutoScalingClient, UpdateAutoScalingGroupCommand } from "@aws-sdk/client-auto-scaling";
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  EC2Client,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { ec2IsolationRemediation as remediation } from "../../remediation/ec2-isolation/remediation.ts";
import type { ClientSettings, Facts, Kept, Session } from "../../remediation/remediation.ts";
import { apply, type Change, PROTECTED_TAG, undo } from "../../remediation/run.ts";
import { MEMBER } from "../programs/samples.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { clients, type Scenery, scenery } from "./trials/ec2-isolation.ts";

const FORENSICS = "100000000001";
const KEY = `arn:aws:kms:eu-west-1:${FORENSICS}:key/evidence`;
const FINDING = `arn:aws:guardduty:us-east-1:${MEMBER}:detector/d/finding/f`;
const facts: Facts = {
  now: new Date("2026-11-23T12:00:00Z"),
  organizationAccounts: [FORENSICS, MEMBER],
  partnerAccounts: [],
  untouchable: [],
  cause: { finding: FINDING, by: "analyst@example.com" },
};

describe("isolating an instance in the sandbox", () => {
  let sandbox: RunningSandbox;
  let scenes = 0;
  const opened: { destroy(): void }[] = [];

  before(async () => {
    sandbox = await runSandbox();
  });
  after(async () => {
    for (const client of opened) client.destroy();
    await sandbox?.close();
  });

  /** The account's root as a session, whose calls fail when `budget.left` of them are made. */
  function sessionOf(budget = { left: Number.POSITIVE_INFINITY }): Session {
    return {
      partition: "aws",
      accountId: MEMBER,
      region: "us-east-1",
      client<Client>(Class: new (settings: ClientSettings) => Client, region = "us-east-1"): Client {
        const { credentials, ...access } = sandbox.root(MEMBER, region);
        const made = new Class({ ...access, credentials: async () => credentials as never });
        const client = made as { send(...sent: unknown[]): Promise<unknown>; destroy(): void };
        opened.push(client);
        const send = client.send.bind(client);
        client.send = async (...sent) => {
          if (budget.left-- <= 0) throw new Error("cut off");
          return send(...sent);
        };
        return made;
      },
    };
  }

  async function arranged(
    wishes: { maximum?: number } = {},
  ): Promise<{ scene: Scenery; target: Kept; before: unknown }> {
    scenes += 1;
    const suffix = `${process.pid}-isolation-${scenes}`;
    const access = (region?: string) => sandbox.root(MEMBER, region);
    const scene = await scenery(access, { suffix, maximum: wishes.maximum ?? 3, groupWithRules: false });
    const Id = `arn:aws:ec2:us-east-1:${MEMBER}:instance/${scene.instanceId}`;
    const finding = { AwsAccountId: MEMBER, Resources: [{ Type: "AwsEc2Instance", Id }] };
    const [target] = remediation.targetsOf(finding);
    assert.ok(target !== undefined);
    return { scene, target, before: await scene.see() };
  }

  async function isolated(target: Kept, given: Facts = facts): Promise<Change> {
    const outcome = await apply(remediation, sessionOf(), target, given, { record: async () => undefined });
    assert.ok(outcome.kind === "changed", JSON.stringify(outcome));
    return outcome.change;
  }

  async function snapshotsOf(instanceId: string, region = "us-east-1") {
    const ec2 = new EC2Client(sandbox.root(MEMBER, region));
    opened.push(ec2);
    const Filters = [{ Name: "tag:bulwark:instance", Values: [instanceId] }];
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ["self"], Filters }));
    const shares = Snapshots.map(async ({ SnapshotId, Encrypted, KmsKeyId, VolumeId, Tags = [] }) => {
      const asked = { SnapshotId, Attribute: "createVolumePermission" as const };
      const { CreateVolumePermissions = [] } = await ec2.send(new DescribeSnapshotAttributeCommand(asked));
      return {
        id: SnapshotId,
        volume: VolumeId,
        key: Encrypted ? KmsKeyId : undefined,
        sharedWith: CreateVolumePermissions.map(({ UserId }) => UserId),
        tags: Object.fromEntries(Tags.map(({ Key = "", Value }) => [Key, Value])),
      };
    });
    return Promise.all(shares);
  }

  it("keeps every volume as it was, once, with instance, finding, time and who in its tags", async () => {
    const { scene, target } = await arranged();
    const { instanceId } = scene;
    const lost = {
      record: (change: Change) => (change.evidence === null ? Promise.resolve() : Promise.reject(new Error("away"))),
    };
    const recorded: Change[] = [];
    const ledger = {
      record: async (change: Change) => {
        recorded.push(change);
        await lost.record(change);
      },
    };
    await assert.rejects(apply(remediation, sessionOf(), target, facts, ledger), { step: "record" });
    assert.equal((await snapshotsOf(instanceId)).length, 1);
    const later = { ...facts, now: new Date("2026-11-23T13:00:00Z") };
    const first = recorded[0];
    assert.ok(first !== undefined);
    const outcome = await apply(remediation, sessionOf(), target, later, {
      recorded: first,
      record: async () => undefined,
    });
    assert.ok(outcome.kind === "changed");
    const [snapshot, ...more] = await snapshotsOf(instanceId);
    assert.deepEqual(more, []);
    const time = "2026-11-23T12:00:00.000Z";
    assert.deepEqual(snapshot?.tags, {
      "bulwark:case": `${instanceId}/${time}`,
      "bulwark:instance": instanceId,
      "bulwark:account": MEMBER,
      "bulwark:isolated": time,
      "bulwark:finding": FINDING,
      "bulwark:by": "analyst@example.com",
    });
    assert.deepEqual(outcome.change.evidence, [{ volume: snapshot?.volume, snapshot: snapshot?.id, copy: null }]);
    assert.deepEqual(snapshot?.sharedWith, [], "without a forensics account it stays in its own");
  });

  it("hands copies under the key of the forensics account over to it, in the key's region, once", async () => {
    const { scene, target } = await arranged();
    const given: Facts = { ...facts, forensics: { accountId: FORENSICS, kmsKeyArn: KEY } };
    const change = await isolated(target, given);
    // What was recorded last was lost: it is all found again.
    const evidence = (change.evidence as readonly Record<string, Kept>[]).map((one) => ({ ...one, copy: null }));
    const kept: Change[] = [];
    const again = await apply(remediation, sessionOf(), target, given, {
      recorded: { ...change, evidence },
      record: async (one) => void kept.push(one),
    });
    assert.deepEqual(again, { kind: "changed", change });
    assert.deepEqual(kept, [change]);
    const [copy, ...more] = await snapshotsOf(scene.instanceId, "eu-west-1");
    const [snapshot] = await snapshotsOf(scene.instanceId);
    assert.deepEqual(more, []);
    assert.deepEqual([copy?.key, copy?.sharedWith], [KEY, [FORENSICS]]);
    assert.deepEqual(copy?.tags, {
      ...snapshot?.tags,
      "bulwark:copy-of": snapshot?.id,
      "bulwark:volume": snapshot?.volume,
    });
    const shared = { id: copy?.id, region: "eu-west-1", sharedWith: FORENSICS };
    assert.deepEqual(change.evidence, [{ volume: snapshot?.volume, snapshot: snapshot?.id, copy: shared }]);
  });

  it("denies the role's sessions on this instance alone", async () => {
    const { scene, target } = await arranged();
    const iam = new IAM(sandbox.root(MEMBER));
    opened.push(iam);
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { AWS: MEMBER }, Action: "sts:AssumeRole" }],
    });
    await iam.updateAssumeRolePolicy({ RoleName: scene.role, PolicyDocument: AssumeRolePolicyDocument });
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "ec2:DescribeInstances", Resource: "*" }],
    });
    await iam.putRolePolicy({ RoleName: scene.role, PolicyName: "Own", PolicyDocument });
    const sts = new STSClient(sandbox.root(MEMBER));
    opened.push(sts);
    /** EC2 names a session on an instance after it. */
    const on = async (RoleSessionName: string) => {
      const RoleArn = `arn:aws:iam::${MEMBER}:role/${scene.role}`;
      const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName }));
      const credentials = {
        accessKeyId: keys?.AccessKeyId ?? "",
        secretAccessKey: keys?.SecretAccessKey ?? "",
        sessionToken: keys?.SessionToken ?? "",
      };
      const session = new EC2Client({ ...sandbox.root(MEMBER), credentials });
      opened.push(session);
      return () =>
        session.send(new DescribeInstancesCommand({})).then(
          () => "allowed",
          ({ name }: Error) => name,
        );
    };
    const [stolen, other] = [await on(scene.instanceId), await on("i-0fedcba9876543210")];
    assert.deepEqual([await stolen(), await other()], ["allowed", "allowed"]);
    const change = await isolated(target);
    assert.deepEqual([await stolen(), await other()], ["UnauthorizedOperation", "allowed"]);
    await undo(remediation, sessionOf(), change);
    assert.deepEqual([await stolen(), await other()], ["allowed", "allowed"]);
  });

  it("goes on wherever it was cut off, forth and back", async () => {
    const { scene, target, before } = await arranged();
    let recorded: Change | undefined;
    const record = async (change: Change) => {
      recorded = change;
    };
    let cuts = 0;
    const tried = async (attempt: (session: Session) => Promise<unknown>) => {
      for (let calls = 1; ; calls += 1) {
        const budget = { left: calls };
        const failed = await attempt(sessionOf(budget)).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (failed === undefined) return;
        assert.match(String(failed), /cut off/);
        cuts += 1;
      }
    };
    await tried((session) => apply(remediation, session, target, facts, { recorded, record }));
    assert.deepEqual(await scene.see(), {
      ...(scene.remediated as object),
      tags: { ...(scene.remediated as { tags: object }).tags, "bulwark:finding": FINDING },
    });
    assert.equal((await snapshotsOf(scene.instanceId)).length, 1);
    const change = recorded;
    assert.ok(change !== undefined && cuts > 20);
    await tried((session) => undo(remediation, session, change, true));
    assert.deepEqual(await scene.see(), before);
  });

  it("leaves a group of fixed size for good, and gives all else back", async () => {
    const { scene, target, before } = await arranged({ maximum: 1 });
    const change = await isolated(target);
    assert.deepEqual(((await scene.see()) as { group: unknown }).group, []);
    await undo(remediation, sessionOf(), change);
    assert.deepEqual(await scene.see(), { ...(before as object), group: [] });
  });

  it("says so where the group has no room at release, with all else given back, and joins it when it has", async () => {
    const { scene, target, before } = await arranged({ maximum: 2 });
    const change = await isolated(target);
    const scaling = new AutoScalingClient(sandbox.root(MEMBER));
    opened.push(scaling);
    const resize = (MaxSize: number) =>
      scaling.send(
        new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: scene.group, MaxSize, DesiredCapacity: 2 }),
      );
    await resize(2);
    await assert.rejects(undo(remediation, sessionOf(), change), {
      step: "undo",
      message: /has its maximum of 2 instances.*raise the maximum/,
    });
    assert.deepEqual(await scene.see(), { ...(before as object), group: [] });
    await resize(3);
    await undo(remediation, sessionOf(), change, true);
    assert.deepEqual(await scene.see(), before);
  });

  it("leaves an instance that its owner protects, and one that is gone", async () => {
    const { scene, target, before } = await arranged();
    const { ec2 } = clients((region) => sandbox.root(MEMBER, region));
    opened.push(ec2);
    const Tags = [{ Key: PROTECTED_TAG, Value: "payments" }];
    await ec2.send(new CreateTagsCommand({ Resources: [scene.instanceId], Tags }));
    const never = { record: () => assert.fail("recorded") };
    assert.equal((await apply(remediation, sessionOf(), target, facts, never)).kind, "protected");
    const { tags: _, ...rest } = before as { tags: unknown };
    const { tags: __, ...seen } = (await scene.see()) as { tags: unknown };
    assert.deepEqual(seen, rest);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [scene.instanceId] }));
    assert.equal((await apply(remediation, sessionOf(), target, facts, never)).kind, "gone");
  });
});
