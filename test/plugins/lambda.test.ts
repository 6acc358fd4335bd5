import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { IAM } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { SQS } from "@aws-sdk/client-sqs";
import { Table, type TableArgs } from "@pulumi/aws/dynamodb/table.js";
import { EventSourceMapping, type EventSourceMappingArgs } from "@pulumi/aws/lambda/eventSourceMapping.js";
import { type FunctionArgs, Function as LambdaFunction } from "@pulumi/aws/lambda/function.js";
import { FunctionUrl } from "@pulumi/aws/lambda/functionUrl.js";
import { Permission } from "@pulumi/aws/lambda/permission.js";
import { Provider } from "@pulumi/aws/provider.js";
import { Queue } from "@pulumi/aws/sqs/queue.js";
import { FileArchive } from "@pulumi/pulumi/asset/archive.js";
import { lambdaZip } from "../../setup/lambda-zips.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeRootProfiles } from "./profiles.ts";

const ACCOUNT = "100000000001";
const NAME = "echo";
const source = (said: string) => `export const handler = async (event) => {
  const results = (event.Records ?? []).map(({ messageId, body }) => ({ messageId, body }));
  const failed = results.filter(({ body }) => body === "bad").map(({ messageId }) => ({ itemIdentifier: messageId }));
  return event.Records === undefined ? { said: ${JSON.stringify(said)}, mode: process.env.MODE } : { batchItemFailures: failed };
};
`;

interface Choices {
  readonly code?: "one" | "two";
  readonly lambda?: Partial<FunctionArgs>;
  readonly mapping?: Partial<EventSourceMappingArgs>;
  readonly table?: Partial<TableArgs>;
  readonly permission?: string;
  readonly url?: string;
}

const index = (name: string, hash: string) => ({
  name,
  keySchemas: [
    { attributeName: hash, keyType: "HASH" },
    { attributeName: "since", keyType: "RANGE" },
  ],
  projectionType: "ALL",
});

describe("functions, what feeds them and tables, through the real engine", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let folder: string;
  let lambda: Lambda;
  let dynamoDb: DynamoDB;
  let sqs: SQS;
  const zips: Record<string, { file: string; sha256: string }> = {};

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    await writeRootProfiles(engine, ACCOUNT);
    folder = await mkdtemp(join(tmpdir(), "bulwark-lambda-"));
    for (const name of ["one", "two"]) {
      await writeFile(join(folder, `${name}.ts`), source(name));
      const { bytes, sha256 } = await lambdaZip(name, `${name}.ts`, folder);
      const file = join(folder, `${name}.zip`);
      await writeFile(file, bytes);
      zips[name] = { file, sha256 };
    }
    const iam = new IAM(sandbox.root(ACCOUNT));
    const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    await iam.createRole({ RoleName: NAME, AssumeRolePolicyDocument });
    const allow = { Effect: "Allow", Action: ["sqs:*", "logs:*"], Resource: "*" };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [allow] });
    await iam.putRolePolicy({ RoleName: NAME, PolicyName: "work", PolicyDocument });
    iam.destroy();
    lambda = new Lambda(sandbox.root(ACCOUNT));
    dynamoDb = new DynamoDB(sandbox.root(ACCOUNT));
    sqs = new SQS({ ...sandbox.root(ACCOUNT), useQueueUrlAsEndpoint: false });
  });
  after(async () => {
    for (const client of [lambda, dynamoDb, sqs]) client?.destroy();
    await engine?.remove();
    await sandbox?.close();
    await rm(folder, { recursive: true, force: true });
  });

  function program({ code = "one", permission = "events.amazonaws.com", ...given }: Choices = {}): Program {
    return async () => {
      const at = { provider: new Provider("aws", { region: "us-east-1", profile: `bulwark-${ACCOUNT}` }) };
      const { file = "", sha256 = "" } = zips[code] ?? {};
      const echo = new LambdaFunction(
        NAME,
        {
          name: NAME,
          role: `arn:aws:iam::${ACCOUNT}:role/${NAME}`,
          runtime: "nodejs22.x",
          handler: "index.handler",
          architectures: ["arm64"],
          code: new FileArchive(file),
          sourceCodeHash: sha256,
          memorySize: 256,
          timeout: 30,
          environment: { variables: { MODE: "quiet" } },
          tags: { part: "response" },
          ...given.lambda,
        },
        at,
      );
      const { arn: eventSourceArn } = new Queue("work", { visibilityTimeoutSeconds: 1 }, at);
      new EventSourceMapping(
        "feed",
        {
          eventSourceArn,
          functionName: echo.name,
          batchSize: 5,
          functionResponseTypes: ["ReportBatchItemFailures"],
          ...given.mapping,
        },
        at,
      );
      new Permission(
        "rule",
        { function: echo.name, action: "lambda:InvokeFunction", principal: permission, sourceAccount: ACCOUNT },
        at,
      );
      new FunctionUrl("url", { functionName: echo.name, authorizationType: given.url ?? "AWS_IAM" }, at);
      new Table(
        "ledger",
        {
          billingMode: "PAY_PER_REQUEST",
          hashKey: "pk",
          rangeKey: "sk",
          attributes: ["pk", "shelf", "since", "sk"].map((name) => ({ name, type: "S" })),
          globalSecondaryIndexes: [index("by-shelf", "shelf")],
          ttl: { attributeName: "expires", enabled: true },
          pointInTimeRecovery: { enabled: true },
          deletionProtectionEnabled: true,
          tags: { part: "response" },
          ...given.table,
        },
        at,
      );
      return {};
    };
  }

  const said = async () => {
    const { Payload } = await lambda.invoke({ FunctionName: NAME, Payload: "{}" });
    return JSON.parse(Buffer.from(Payload ?? []).toString()) as { said?: string; mode?: string };
  };

  it("previews, creates, and runs", async () => {
    assert.deepEqual(await engine.run("it", "preview", program()), { changes: { create: 8 }, diffs: {}, errors: "" });
    const made = await engine.run("it", "up");
    assert.deepEqual([made.changes, made.errors], [{ create: 8 }, ""]);
    assert.deepEqual(await said(), { said: "one", mode: "quiet" });
    const { Configuration, Tags } = await lambda.getFunction({ FunctionName: NAME });
    assert.equal(Configuration?.CodeSha256, zips.one?.sha256);
    assert.deepEqual([Configuration?.MemorySize, Configuration?.Timeout, Tags], [256, 30, { part: "response" }]);
    const { Table: found } = await dynamoDb.describeTable({ TableName: (await engine.resource("it", "ledger")).id });
    assert.deepEqual(
      [found?.DeletionProtectionEnabled, found?.BillingModeSummary?.BillingMode],
      [true, "PAY_PER_REQUEST"],
    );
  });

  it("feeds the function from the queue, and gives back what failed alone", async () => {
    const { id: QueueUrl } = await engine.resource("it", "work");
    await sqs.sendMessage({ QueueUrl, MessageBody: "good" });
    await sqs.sendMessage({ QueueUrl, MessageBody: "bad" });
    const left = async () => {
      const AttributeNames = ["ApproximateNumberOfMessages" as const, "ApproximateNumberOfMessagesNotVisible" as const];
      const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames });
      return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
    };
    while ((await left()) !== 1) await sleep(100);
  });

  it("is the same when it is deployed again, and has not drifted", async () => {
    assert.deepEqual(await engine.run("it", "up"), { changes: { same: 8 }, diffs: {}, errors: "" });
    assert.deepEqual((await engine.run("it", "previewRefresh")).changes, { same: 8 });
  });

  it("shows code, settings and statements that somebody else has changed, and puts them back", async () => {
    await lambda.updateFunctionConfiguration({ FunctionName: NAME, Timeout: 900, Environment: { Variables: {} } });
    await lambda.updateFunctionCode({ FunctionName: NAME, ZipFile: await readFile(zips.two?.file ?? "") });
    const { id: StatementId } = await engine.resource("it", "rule");
    await lambda.removePermission({ FunctionName: NAME, StatementId });
    const { id: TableName } = await engine.resource("it", "ledger");
    await dynamoDb.updateTable({ TableName, DeletionProtectionEnabled: false });
    await dynamoDb.updateTable({
      TableName,
      GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "by-shelf" } }],
    });
    await lambda.updateFunctionUrlConfig({ FunctionName: NAME, AuthType: "NONE" });
    assert.equal((await said()).said, "two");
    const { changes, diffs } = await engine.run("it", "refresh");
    assert.deepEqual(changes, { same: 4, update: 3, delete: 1 });
    assert.deepEqual(diffs[NAME]?.toSorted(), ["- environment", "~ sourceCodeHash", "~ timeout"]);
    assert.deepEqual(diffs.url, ["~ authorizationType"]);
    assert.deepEqual(diffs.ledger?.toSorted(), [
      // An attribute that no key has any more goes with the index.
      "- attributes[1]",
      "- attributes[2]",
      "- globalSecondaryIndexes[0]",
      "~ deletionProtectionEnabled",
    ]);
    const { errors } = await engine.run("it", "up");
    assert.equal(errors, "");
    assert.deepEqual(await said(), { said: "one", mode: "quiet" });
    assert.deepEqual((await engine.run("it", "up")).changes, { same: 8 });
  });

  it("updates in place what can be, and replaces what can't", async () => {
    const changed: Choices = {
      code: "two",
      lambda: { timeout: 60, environment: { variables: { MODE: "loud" } }, tags: { part: "alerts" } },
      mapping: { batchSize: 3 },
      permission: "sns.amazonaws.com",
      url: "NONE",
      table: {
        attributes: ["pk", "since", "sk", "untold"].map((name) => ({ name, type: "S" })),
        globalSecondaryIndexes: [index("untold", "untold")],
        ttl: { enabled: false },
        pointInTimeRecovery: { enabled: false },
      },
    };
    const { changes, diffs, errors } = await engine.run("it", "preview", program(changed));
    assert.deepEqual([changes, errors], [{ same: 3, update: 4, replace: 1 }, ""]);
    assert.deepEqual(diffs.rule, ["+- principal"]);
    assert.deepEqual(diffs.feed, ["~ batchSize"]);
    assert.equal((await engine.run("it", "up")).errors, "");
    assert.deepEqual(await said(), { said: "two", mode: "loud" });
    assert.deepEqual(await engine.run("it", "up"), { changes: { same: 8 }, diffs: {}, errors: "" });
    const { Table: made } = await dynamoDb.describeTable({ TableName: (await engine.resource("it", "ledger")).id });
    assert.deepEqual(
      made?.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName),
      ["untold"],
    );
    const { id } = await engine.resource("it", "feed");
    assert.equal((await lambda.getEventSourceMapping({ UUID: id })).BatchSize, 3);
  });

  it("goes, once the table may", async () => {
    const guarded = await engine.run("it", "destroy");
    assert.match(guarded.errors, /deletion protection|DeletionProtection/i);
    const { errors } = await engine.run("it", "up", program({ table: { deletionProtectionEnabled: false } }));
    assert.equal(errors, "");
    assert.equal((await engine.run("it", "destroy")).errors, "");
    assert.deepEqual((await lambda.listFunctions({})).Functions, []);
    assert.deepEqual((await lambda.listEventSourceMappings({})).EventSourceMappings, []);
    assert.deepEqual((await dynamoDb.listTables({})).TableNames, []);
  });
});
