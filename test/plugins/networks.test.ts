import assert from "node:assert/strict";
import { Account } from "@aws-sdk/client-account";
import { EC2 } from "@aws-sdk/client-ec2";
import { S3 } from "@aws-sdk/client-s3";
import { AlternativeContact } from "@pulumi/aws/account/alternativeContact.js";
import { DefaultSecurityGroup, type DefaultSecurityGroupArgs } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { FlowLog, type FlowLogArgs } from "@pulumi/aws/ec2/flowLog.js";
import { Provider } from "@pulumi/aws/provider.js";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const ACCOUNT = "100000000002";
const LOG_ARCHIVE = "333333333333";
const BUCKET = "flow-logs-of-the-test";
const region = "us-west-2";

const delivery = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { Service: "delivery.logs.amazonaws.com" },
      Action: ["s3:GetBucketAcl", "s3:PutObject"],
      Resource: [`arn:aws:s3:::${BUCKET}`, `arn:aws:s3:::${BUCKET}/*`],
      Condition: { StringEquals: { "aws:SourceAccount": ACCOUNT } },
    },
  ],
});

interface Wanted {
  readonly group: DefaultSecurityGroupArgs;
  readonly log?: FlowLogArgs;
  readonly title?: string;
}

describe("a default security group, a flow log and a contact, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let vpcId: string;
  let groupId: string;
  const ec2 = () => new EC2(sandbox.root(ACCOUNT, region));
  const contacts = () => new Account(sandbox.root(ACCOUNT));

  const program =
    ({ group, log = {}, title = "On call" }: Wanted): Program =>
    async () => {
      const at = { provider: new Provider("aws", { region, profile: `bulwark-${ACCOUNT}` }) };
      new DefaultSecurityGroup("group", { vpcId, ...group }, at);
      const destination = { logDestinationType: "s3", logDestination: `arn:aws:s3:::${BUCKET}` };
      new FlowLog("log", { vpcId, trafficType: "REJECT", ...destination, tags: { team: "a" }, ...log }, at);
      const reached = { emailAddress: "security@example.org", phoneNumber: "+1 555 0100", title };
      new AlternativeContact("contact", { alternateContactType: "SECURITY", name: "Security", ...reached }, at);
      return {};
    };
  const closed: Wanted = { group: { ingress: [], egress: [], tags: { team: "network" } } };
  const own = { protocol: "-1", fromPort: 0, toPort: 0, self: true };
  const web = { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["10.0.0.0/8"], description: "inside" };
  const opened: Wanted = { group: { ...closed.group, ingress: [own, web], egress: [web] } };

  /** What an independent client sees. */
  const rules = async () => {
    const { SecurityGroups: [group] = [] } = await ec2().describeSecurityGroups({ GroupIds: [groupId] });
    const told = (permissions = group?.IpPermissions ?? []) =>
      permissions.map(({ IpProtocol, FromPort, IpRanges = [], UserIdGroupPairs = [] }) => [
        IpProtocol,
        FromPort,
        ...IpRanges.map(({ CidrIp }) => CidrIp),
        ...UserIdGroupPairs.map(({ GroupId }) => (GroupId === groupId ? "self" : GroupId)),
      ]);
    return { in: told(), out: told(group?.IpPermissionsEgress), tags: group?.Tags };
  };
  const logs = async () => (await ec2().describeFlowLogs({})).FlowLogs ?? [];

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    await writeRootProfiles(engine, ACCOUNT);
    const s3 = new S3({ ...sandbox.root(LOG_ARCHIVE), forcePathStyle: true });
    await s3.createBucket({ Bucket: BUCKET });
    await s3.putBucketPolicy({ Bucket: BUCKET, Policy: delivery });
    const { Vpcs: [vpc] = [] } = await ec2().describeVpcs({});
    vpcId = vpc?.VpcId ?? "";
    const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
    const { SecurityGroups: [group] = [] } = await ec2().describeSecurityGroups({ Filters });
    groupId = group?.GroupId ?? "";
    await ec2().createTags({ Resources: [groupId], Tags: [{ Key: "owner", Value: "nobody" }] });
  });

  after(async () => {
    await engine?.remove();
    await sandbox?.close();
  });

  it("takes the group over as it is wanted, tags included, and finds the same again in every way there is to look", async () => {
    const made = await engine.run("networks", "up", program(closed));
    assert.deepEqual([made.changes, made.errors], [{ create: 5 }, ""]);
    assert.deepEqual(await rules(), { in: [], out: [], tags: [{ Key: "team", Value: "network" }] });
    assert.equal((await engine.resource("networks", "group")).id, groupId);
    const [log, ...others] = await logs();
    assert.equal(others.length, 0);
    assert.deepEqual(
      [log?.ResourceId, log?.TrafficType, log?.LogDestination, log?.MaxAggregationInterval, log?.Tags],
      [vpcId, "REJECT", `arn:aws:s3:::${BUCKET}`, 600, [{ Key: "team", Value: "a" }]],
    );
    const { AlternateContact: contact } = await contacts().getAlternateContact({ AlternateContactType: "SECURITY" });
    assert.deepEqual([contact?.Name, contact?.EmailAddress], ["Security", "security@example.org"]);
    assert.deepEqual(await engine.run("networks", "refresh"), { changes: { same: 5 }, diffs: {}, errors: "" });
  });

  it("sees what was changed by hand, and puts it back", async () => {
    const GroupId = groupId;
    const everyone = [{ IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "0.0.0.0/0" }] }];
    await ec2().authorizeSecurityGroupIngress({ GroupId, IpPermissions: everyone });
    const [log] = await logs();
    await ec2().deleteFlowLogs({ FlowLogIds: [log?.FlowLogId ?? ""] });
    await contacts().deleteAlternateContact({ AlternateContactType: "SECURITY" });
    const drift = await engine.run("networks", "refresh");
    assert.deepEqual([drift.changes, drift.errors], [{ same: 2, update: 1, delete: 2 }, ""]);
    assert.deepEqual((await engine.run("networks", "up")).changes, { same: 2, update: 1, create: 2 });
    assert.deepEqual((await rules()).in, []);
    assert.equal((await logs()).length, 1);
  });

  it("makes and revokes rules in place, replaces a flow log, updates a contact", async () => {
    const { changes, diffs, errors } = await engine.run(
      "networks",
      "up",
      program({ ...opened, log: { trafficType: "ALL", logDestination: `arn:aws:s3:::${BUCKET}/all` }, title: "Chief" }),
    );
    assert.deepEqual([changes, errors], [{ same: 2, update: 2, replace: 1 }, ""]);
    assert.deepEqual(diffs.contact, ["~ title"]);
    assert.deepEqual(await rules(), {
      in: [
        ["-1", undefined, "self"],
        ["tcp", 443, "10.0.0.0/8"],
      ],
      out: [["tcp", 443, "10.0.0.0/8"]],
      tags: [{ Key: "team", Value: "network" }],
    });
    assert.deepEqual((await engine.run("networks", "preview")).changes, { same: 5 });
    assert.deepEqual(
      (await logs()).map(({ TrafficType }) => TrafficType),
      ["ALL"],
    );
  });

  it("fails as AWS refuses", async () => {
    const s3 = new S3({ ...sandbox.root(LOG_ARCHIVE), forcePathStyle: true });
    await s3.createBucket({ Bucket: "shut-to-flow-logs" });
    const log = { logDestination: "arn:aws:s3:::shut-to-flow-logs" };
    const { errors } = await engine.run("refused", "up", program({ ...opened, log }));
    assert.match(errors, /creating Flow Log \(vpc-\w+\): .*LogDestination: shut-to-flow-logs is undeliverable/s);
  });

  it("imports a contact and a flow log, and destroys all but the group, which stays as it is", async () => {
    const [log] = await logs();
    const { changes, errors } = await engine.run("adopted", "up", async () => {
      const at = { provider: new Provider("aws", { region: "us-east-1", profile: `bulwark-${ACCOUNT}` }) };
      new FlowLog(
        "log",
        {
          ...{ region, vpcId, trafficType: "ALL", tags: { team: "a" } },
          ...{ logDestinationType: "s3", logDestination: `arn:aws:s3:::${BUCKET}/all` },
        },
        { ...at, import: `${log?.FlowLogId}@${region}` },
      );
      new AlternativeContact(
        "contact",
        {
          ...{ alternateContactType: "SECURITY", name: "Security", emailAddress: "security@example.org" },
          ...{ phoneNumber: "+1 555 0100", title: "On call" },
        },
        { ...at, import: "SECURITY" },
      );
      return {};
    });
    assert.deepEqual([changes, errors], [{ create: 2, import: 2 }, ""]);
    assert.deepEqual((await engine.run("networks", "destroy")).changes, { delete: 5 });
    assert.deepEqual([(await logs()).length, (await rules()).in.length], [0, 2]);
    await assert.rejects(contacts().getAlternateContact({ AlternateContactType: "SECURITY" }), {
      name: "ResourceNotFoundException",
    });
  });
});
