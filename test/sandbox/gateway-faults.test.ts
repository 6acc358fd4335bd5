import assert from "node:assert/strict";
import { DescribeInstancesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import { Inspector2Client, ListTagsForResourceCommand } from "@aws-sdk/client-inspector2";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { inspections, parameters } from "./gateway-emulators.ts";
import {
  type ClientSettings,
  MEMBER,
  NOT_READY,
  OPTED_IN,
  startTestSandbox,
  type TestSandbox,
} from "./gateway-fixture.ts";
import { until } from "./running-sandbox.ts";

describe("what the sandbox refuses on demand", () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await startTestSandbox([parameters, inspections()]);
    await parameter(sandbox.as(MEMBER), new PutParameterCommand({ Name: "p", Value: "1" }));
  });
  after(() => sandbox.close());

  const setFaults = (faults: unknown) =>
    fetch(`${sandbox.url}/_sandbox/faults`, { method: "PUT", body: JSON.stringify(faults) });
  const parameter = (settings: ClientSettings, command: GetParameterCommand | PutParameterCommand) =>
    new SSMClient(settings).send(command as GetParameterCommand);
  const read = (settings: ClientSettings) => parameter(settings, new GetParameterCommand({ Name: "p" }));
  const tags = (settings: ClientSettings) =>
    new Inspector2Client(settings).send(
      new ListTagsForResourceCommand({ resourceArn: "arn:aws:inspector2:us-east-1:1:x" }),
    );
  const buckets = (settings: ClientSettings) => new S3Client(settings).send(new ListBucketsCommand({}));
  const queues = (settings: ClientSettings) => new SQSClient(settings).send(new ListQueuesCommand({}));
  const instances = (settings: ClientSettings) => new EC2Client(settings).send(new DescribeInstancesCommand({}));
  const succeeds = (call: Promise<unknown>) =>
    call.then(
      () => true,
      () => false,
    );
  const listRoles = (settings: ClientSettings) => new IAMClient(settings).send(new ListRolesCommand({}));

  describe("faults", () => {
    afterEach(() => fetch(`${sandbox.url}/_sandbox/faults`, { method: "DELETE" }));

    it("throttle in each protocol's own words, so that clients retry", async () => {
      await setFaults(["ssm", "inspector2", "ec2", "s3", "iam"].map((service) => ({ service, kind: "throttle" })));
      for (const [call, name] of [
        [read, "ThrottlingException"],
        [tags, "ThrottlingException"],
        [instances, "RequestLimitExceeded"],
        [buckets, "SlowDown"],
        [listRoles, "Throttling"],
      ] as const) {
        await assert.rejects(call(sandbox.as(MEMBER)), { name });
      }
      await setFaults([{ service: "ssm", kind: "throttle", times: 1 }]);
      await read({ ...sandbox.as(MEMBER), maxAttempts: 3 });
    });

    it("hit only the service, operation, account and region that they name", async () => {
      await setFaults([
        { service: "ssm", operation: "GetParameter", accountId: MEMBER, region: "us-east-1", kind: "error" },
      ]);
      await assert.rejects(read(sandbox.as(MEMBER)), { name: "InternalFailure", $fault: "server" });
      await parameter(sandbox.as(MEMBER), new PutParameterCommand({ Name: "p", Value: "2" }));
      await assert.rejects(read(sandbox.as(OPTED_IN)), { name: "ParameterNotFound" });
      await assert.rejects(read(sandbox.as(MEMBER, "us-west-2")), { name: "ParameterNotFound" });
      await tags(sandbox.as(MEMBER));
    });

    it("come to an end", async () => {
      await setFaults([{ service: "*", kind: "opt-in-required", seconds: 1 }]);
      await assert.rejects(queues(sandbox.as(MEMBER)), { name: "OptInRequired" });
      await until(() => succeeds(queues(sandbox.as(MEMBER))), Boolean);
    });

    it("slow a call down", async () => {
      await setFaults([{ service: "ssm", kind: "latency", latencyMs: 200 }]);
      const started = Date.now();
      await read(sandbox.as(MEMBER));
      assert.ok(Date.now() - started >= 199);
    });

    const held = async () => (await (await fetch(`${sandbox.url}/_sandbox/held`)).json()) as { operation: string }[];
    const calls = async (operation: string) =>
      (await (await fetch(`${sandbox.url}/_sandbox/calls?operation=${operation}`)).json()) as { status: number }[];
    const send = (settings: ClientSettings, QueueName: string, abortSignal?: AbortSignal) =>
      new SQSClient(settings).send(new CreateQueueCommand({ QueueName }), abortSignal && { abortSignal });

    it("hold an answer back after the call was done, until the faults are replaced", async () => {
      await setFaults([
        { service: "ssm", operation: "PutParameter", kind: "hold", times: 1 },
        { service: "sqs", operation: "CreateQueue", kind: "hold", times: 1 },
      ]);
      let answered = 0;
      const waiting = [
        parameter(sandbox.as(MEMBER), new PutParameterCommand({ Name: "held", Value: "1" })),
        send(sandbox.as(MEMBER), "held"),
      ].map((call) => call.then(() => answered++));
      await until(held, (found) => found.length === 2);
      assert.equal(
        (await parameter(sandbox.as(MEMBER), new GetParameterCommand({ Name: "held" }))).Parameter?.Value,
        "1",
      );
      assert.match(String((await queues(sandbox.as(MEMBER))).QueueUrls), /held/);
      assert.equal(answered, 0);
      await setFaults([]);
      await Promise.all(waiting);
      assert.deepEqual(await held(), []);
    });

    it("let a held call go when its caller dies, and tell of it as done", async () => {
      await setFaults([
        { service: "ssm", operation: "PutParameter", kind: "hold" },
        { service: "sqs", operation: "CreateQueue", kind: "hold" },
      ]);
      const death = new AbortController();
      const dying = [
        new SSMClient(sandbox.as(MEMBER)).send(new PutParameterCommand({ Name: "orphan", Value: "1" }), {
          abortSignal: death.signal,
        }),
        send(sandbox.as(MEMBER), "orphan", death.signal),
      ];
      await until(held, (found) => found.length === 2);
      const before = { ssm: (await calls("PutParameter")).length, sqs: (await calls("CreateQueue")).length };
      death.abort();
      for (const call of dying) await assert.rejects(call);
      await until(held, (found) => found.length === 0);
      for (const [operation, known] of [
        ["PutParameter", before.ssm],
        ["CreateQueue", before.sqs],
      ] as const) {
        await until(
          () => calls(operation),
          (found) => found.length === known + 1,
        );
        assert.equal((await calls(operation)).at(-1)?.status, 200, operation);
      }
      assert.equal(
        (await parameter(sandbox.as(MEMBER), new GetParameterCommand({ Name: "orphan" }))).Parameter?.Value,
        "1",
      );
    });

    it("are refused when they are wrong, and change nothing", async () => {
      const answer = await setFaults([{ service: "ssm", kind: "explode" }]);
      assert.equal(answer.status, 400);
      assert.match(await answer.text(), /kind/);
      await read(sandbox.as(MEMBER));
    });
  });

  it("a region that the account has not enabled, in each protocol's own words", async () => {
    const there = sandbox.as(MEMBER, "ap-southeast-3");
    await assert.rejects(read(there), { name: "UnrecognizedClientException" });
    await assert.rejects(tags(there), { name: "UnrecognizedClientException" });
    await assert.rejects(instances(there), { name: "AuthFailure" });
    await listRoles(there);
    await tags(sandbox.as(OPTED_IN, "ap-southeast-3"));
  });

  it("a fresh account for some seconds after its first call", async () => {
    await listRoles(sandbox.as(NOT_READY));
    await assert.rejects(tags(sandbox.as(NOT_READY)), { name: "OptInRequired", $fault: "client" });
    await assert.rejects(instances(sandbox.as(NOT_READY)), { name: "OptInRequired" });
    await until(() => succeeds(tags(sandbox.as(NOT_READY))), Boolean);
    await instances(sandbox.as(NOT_READY));
  });
});
