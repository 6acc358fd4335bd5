import assert from "node:assert/strict";
import { type CreateFlowLogsCommandInput, EC2 } from "@aws-sdk/client-ec2";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { assume, type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const [MEMBER, OTHER, LOG_ARCHIVE, OUTSIDE] = ["100000000001", "100000000002", "333333333333", "555555555555"];
const BUCKET = "flow-logs-of-the-organization";

describe("VPC flow logs in the sandbox", () => {
  let sandbox: RunningSandbox;
  const ec2 = (account: string = MEMBER, region = "us-east-1") =>
    new EC2({ ...sandbox.root(account, region), maxAttempts: 1 });
  const vpcOf = async (of: EC2) => (await of.describeVpcs({})).Vpcs?.[0]?.VpcId ?? "";
  const wanted = async (of: EC2, change: Partial<CreateFlowLogsCommandInput> = {}) => ({
    ResourceIds: [await vpcOf(of)],
    ResourceType: "VPC" as const,
    TrafficType: "REJECT" as const,
    LogDestinationType: "s3" as const,
    LogDestination: `arn:aws:s3:::${BUCKET}`,
    ...change,
  });
  const refusal = (of: EC2, request: CreateFlowLogsCommandInput) =>
    of.createFlowLogs(request).then(
      ({ Unsuccessful: [item] = [] }) => `${item?.Error?.Code} ${item?.Error?.Message}`,
      (error: Error) => error.name,
    );

  before(async () => {
    sandbox = await runSandbox();
    const s3 = new S3({ ...sandbox.root(LOG_ARCHIVE), forcePathStyle: true });
    await s3.createBucket({ Bucket: BUCKET });
    const statement = (Action: string, Resource: string) => ({
      ...{ Effect: "Allow", Principal: { Service: "delivery.logs.amazonaws.com" }, Action, Resource },
      Condition: { StringEquals: { "aws:SourceOrgID": "o-bulwark0demo" } },
    });
    const Statement = [
      statement("s3:GetBucketAcl", `arn:aws:s3:::${BUCKET}`),
      statement("s3:PutObject", `arn:aws:s3:::${BUCKET}/AWSLogs/*/vpcflowlogs/*`),
    ];
    await s3.putBucketPolicy({ Bucket: BUCKET, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
  });
  after(() => sandbox.close());

  it("are made, found by their filters and tags, and deleted, in one account and region", async () => {
    const here = ec2();
    const TagSpecifications = [{ ResourceType: "vpc-flow-log" as const, Tags: [{ Key: "team", Value: "a" }] }];
    const { FlowLogIds: [id = ""] = [] } = await here.createFlowLogs(await wanted(here, { TagSpecifications }));
    assert.match(id, /^fl-[0-9a-f]{17}$/);
    const { FlowLogs: [found] = [] } = await here.describeFlowLogs({ FlowLogIds: [id] });
    const { CreationTime, LogFormat, ...log } = found ?? {};
    assert.match(LogFormat ?? "", /^\$\{version\} \$\{account-id\} .* \$\{action\} \$\{log-status\}$/);
    assert.ok(CreationTime instanceof Date);
    assert.deepEqual(log, {
      ...{ FlowLogId: id, ResourceId: await vpcOf(here), TrafficType: "REJECT", MaxAggregationInterval: 600 },
      ...{ LogDestination: `arn:aws:s3:::${BUCKET}`, LogDestinationType: "s3", FlowLogStatus: "ACTIVE" },
      DeliverLogsStatus: "SUCCESS",
      DestinationOptions: { FileFormat: "plain-text", HiveCompatiblePartitions: false, PerHourPartition: false },
      Tags: [{ Key: "team", Value: "a" }],
    });
    await here.createTags({ Resources: [id], Tags: [{ Key: "owner", Value: "b" }] });
    const count = async (of: EC2, Name: string, value: string) =>
      (await of.describeFlowLogs({ Filter: [{ Name, Values: [value] }] })).FlowLogs?.length;
    assert.deepEqual(
      [
        await count(here, "tag:owner", "b"),
        await count(here, "tag:owner", "c"),
        await count(here, "traffic-type", "ALL"),
      ],
      [1, 0, 0],
    );
    assert.equal(await count(here, "resource-id", await vpcOf(here)), 1);
    assert.equal(await count(ec2(OTHER), "tag:owner", "b"), 0);
    assert.equal(await count(ec2(MEMBER, "us-west-2"), "tag:owner", "b"), 0);
    assert.equal(await refusal(here, await wanted(here)), "FlowLogAlreadyExists");
    await here.deleteFlowLogs({ FlowLogIds: [id] });
    await assert.rejects(here.describeFlowLogs({ FlowLogIds: [id] }), { name: "InvalidFlowLogId.NotFound" });
    await assert.rejects(here.deleteFlowLogs({ FlowLogIds: [id] }), { name: "InvalidFlowLogId.NotFound" });
  });

  it("are refused as AWS refuses", async () => {
    const here = ec2();
    const s3 = new S3({ ...sandbox.root(MEMBER), forcePathStyle: true });
    await s3.createBucket({ Bucket: "without-a-policy" });
    const refusals: readonly (readonly [Partial<CreateFlowLogsCommandInput>, string])[] = [
      [{ LogDestination: "arn:aws:s3:::nowhere" }, "400 LogDestination: nowhere does not exist"],
      [{ LogDestination: "arn:aws:s3:::without-a-policy" }, "400 LogDestination: without-a-policy is undeliverable"],
      [{ ResourceIds: ["vpc-00000000"] }, "InvalidVpcID.NotFound"],
      [{ MaxAggregationInterval: 300 }, "InvalidParameter"],
      [{ TrafficType: "SOME" as "ALL" }, "InvalidParameterValue"],
      [{ TrafficType: undefined }, "MissingParameter"],
    ];
    for (const [change, expected] of refusals) {
      assert.equal(await refusal(here, await wanted(here, change)), expected);
    }
    assert.equal((await here.describeFlowLogs({})).FlowLogs?.length, 0);
  });

  it("of an account outside the organization are not taken by a bucket for the organization's", async () => {
    const outside = ec2(OUTSIDE);
    assert.equal(await refusal(outside, await wanted(outside)), `400 LogDestination: ${BUCKET} is undeliverable`);
  });

  it("need the right to make a log delivery, and to tag where they are tagged", async () => {
    const iam = new IAM(sandbox.root(MEMBER));
    const trust = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${MEMBER}:root` }, Action: "sts:AssumeRole" };
    await iam.createRole({
      RoleName: "logger",
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [trust] }),
    });
    const logger = new EC2({ ...(await assume(sandbox, MEMBER, MEMBER, "logger")), maxAttempts: 1 });
    const allow = (...statements: object[]) =>
      iam.putRolePolicy({
        ...{ RoleName: "logger", PolicyName: "own" },
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: statements.map((statement) => ({ Effect: "Allow", Resource: "*", ...statement })),
        }),
      });
    const TagSpecifications = [{ ResourceType: "vpc-flow-log" as const, Tags: [{ Key: "team", Value: "a" }] }];
    const request = await wanted(ec2(), { TagSpecifications });
    const make = { Action: ["ec2:CreateFlowLogs", "logs:CreateLogDelivery"] };
    const tag = (action: string) => ({
      ...{ Action: "ec2:CreateTags", Condition: { StringEquals: { "ec2:CreateAction": action } } },
    });
    await allow({ Action: "ec2:CreateFlowLogs" }, tag("CreateFlowLogs"));
    assert.equal(await refusal(logger, request), "UnauthorizedOperation");
    await allow(make, tag("CreateVpc"));
    assert.equal(await refusal(logger, request), "UnauthorizedOperation");
    await allow(make, tag("CreateFlowLogs"));
    assert.equal((await logger.createFlowLogs(request)).FlowLogIds?.length, 1);
  });
});
