import assert from "node:assert/strict";
import { EC2, type RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import type { EmulatorFactory } from "../../sandbox/gateway/emulator.ts";
import { MEMBER, startTestSandbox, type TestSandbox } from "./gateway-fixture.ts";

const LAUNCHED = new Date("2026-02-03T04:05:06.789Z");

/** Two operations of EC2, with lists, structures, and names that differ between request and answer. */
function instances(heard: unknown[]): EmulatorFactory {
  return () => ({
    signingName: "ec2",
    model: "ec2",
    operations: {
      RunInstances: ({ input }) => {
        heard.push(input);
        const tags = [{ Key: "a<b", Value: "x & y" }, { Key: "empty" }];
        const instance = { InstanceId: "i-1", LaunchTime: LAUNCHED, EbsOptimized: true, AmiLaunchIndex: 0, Tags: tags };
        return { ReservationId: "r-1", Groups: [], Instances: [instance] };
      },
      DescribeTags: ({ input }) => {
        heard.push(input);
        return { Tags: [] };
      },
    },
  });
}

describe("EC2's protocol, and operations of a service beside its owner's", () => {
  const heard: unknown[] = [];
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await startTestSandbox([instances(heard)]);
  });
  after(() => sandbox.close());
  beforeEach(() => heard.splice(0));
  const ec2 = () => new EC2(sandbox.as(MEMBER));

  /** Calls as no SDK would. */
  async function send(parameters: Record<string, string>) {
    const scope = `${MEMBER}/20260101/us-east-1/ec2/aws4_request`;
    const response = await fetch(sandbox.url, {
      method: "POST",
      headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
      body: new URLSearchParams({ Version: "2016-11-15", ...parameters }),
    });
    return { status: response.status, text: await response.text() };
  }

  it("reads what an SDK writes, whatever its depth", async () => {
    const input = {
      MinCount: 1,
      MaxCount: 12,
      ImageId: "ami-1",
      EbsOptimized: false,
      SecurityGroupIds: Array.from({ length: 11 }, (_, i) => `sg-${i}`),
      BlockDeviceMappings: [{ DeviceName: "/dev/sda1", Ebs: { Encrypted: true, VolumeSize: 8 } }],
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "a.b", Value: "c=d&e" }] }],
      NetworkInterfaces: [
        { DeviceIndex: 0, PrivateIpAddresses: [{ Primary: true, PrivateIpAddress: "10.0.0.1" }], Groups: ["sg-1"] },
      ],
      InstanceMarketOptions: { SpotOptions: { ValidUntil: LAUNCHED } },
      UserData: "",
      ClientToken: "token",
    } satisfies RunInstancesCommandInput;
    await ec2().runInstances(input);
    // Timestamps of a request have whole seconds.
    const ValidUntil = (heard[0] as typeof input).InstanceMarketOptions.SpotOptions.ValidUntil;
    assert.equal(Math.trunc(ValidUntil.getTime() / 1000), Math.trunc(LAUNCHED.getTime() / 1000));
    assert.deepEqual(heard, [{ ...input, InstanceMarketOptions: { SpotOptions: { ValidUntil } } }]);
  });

  it("writes what an SDK reads", async () => {
    const { $metadata, ...answer } = await ec2().runInstances({ MinCount: 1, MaxCount: 1, ImageId: "ami-1" });
    assert.match($metadata.requestId ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(answer.ReservationId, "r-1");
    assert.deepEqual(answer.Groups ?? [], []);
    assert.deepEqual(answer.Instances, [
      {
        InstanceId: "i-1",
        LaunchTime: LAUNCHED,
        EbsOptimized: true,
        AmiLaunchIndex: 0,
        Tags: [{ Key: "a<b", Value: "x & y" }, { Key: "empty" }],
      },
    ]);
    const { Tags } = await ec2().describeTags({ Filters: [{ Name: "key", Values: ["a", "b"] }], MaxResults: 5 });
    assert.deepEqual(Tags ?? [], []);
    assert.deepEqual(heard.at(-1), { Filters: [{ Name: "key", Values: ["a", "b"] }], MaxResults: 5 });
  });

  it("refuses in EC2's form: what is missing, of no such value, of another type", async () => {
    const counts = { MinCount: 1, MaxCount: 1 };
    await assert.rejects(ec2().runInstances({ MinCount: 1, MaxCount: undefined }), {
      name: "MissingParameter",
      message: "The request must contain the parameter MaxCount",
    });
    const TagSpecifications = [{ ResourceType: "thing" as "instance" }];
    await assert.rejects(ec2().runInstances({ ...counts, TagSpecifications }), {
      name: "InvalidParameterValue",
      message: /^Value \(thing\) for parameter TagSpecifications\.1\.ResourceType is invalid\. /,
    });
    for (const [name, value, type] of [
      ["MinCount", "one", "integer"],
      ["EbsOptimized", "yes", "boolean"],
    ] as const) {
      const { status, text } = await send({ Action: "RunInstances", MinCount: "1", MaxCount: "1", [name]: value });
      assert.equal(status, 400);
      assert.match(text, /<Response><Errors><Error><Code>InvalidParameterValue<\/Code>/);
      assert.ok(text.includes(`Invalid value '${value}' for ${name}. Expected a value of type ${type}.`), text);
    }
    assert.deepEqual(heard, []);
  });

  it("asks the emulator for its operations and the owner for all others", async () => {
    const { Vpcs = [] } = await ec2().describeVpcs({});
    assert.ok(Vpcs.length > 0, "moto has a default VPC");
    await assert.rejects(ec2().describeVpcs({ VpcIds: ["vpc-0"] }), { name: "InvalidVpcID.NotFound" });
    await ec2().describeTags({});
    assert.equal(heard.length, 1);
  });
});
