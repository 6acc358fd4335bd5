import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { SSM } from "@aws-sdk/client-ssm";
import { assume, type RunningSandbox, runSandbox, until } from "./running-sandbox.ts";

const ACCOUNT = "100000000001";
const wait = { name: "rest", action: "aws:sleep", inputs: { Duration: "PT1H" } };

describe("Systems Manager Automation in the sandbox", () => {
  let sandbox: RunningSandbox;
  let ssm: SSM;
  let documents = 0;

  before(async () => {
    sandbox = await runSandbox();
    ssm = new SSM({ ...sandbox.root(ACCOUNT), maxAttempts: 1 });
  });
  after(async () => {
    ssm?.destroy();
    await sandbox?.close();
  });

  async function create(mainSteps: readonly object[], more: object = {}): Promise<string> {
    documents += 1;
    const Name = `Runbook-${documents}`;
    const Content = JSON.stringify({ schemaVersion: "0.3", mainSteps, ...more });
    await ssm.createDocument({ Name, DocumentType: "Automation", Content });
    return Name;
  }

  const seen = async (AutomationExecutionId?: string) =>
    (await ssm.getAutomationExecution({ AutomationExecutionId })).AutomationExecution ?? {};
  const ended = (id?: string) =>
    until(
      () => seen(id),
      ({ ExecutionEndTime }) => ExecutionEndTime !== undefined,
    );
  const statuses = (execution: Awaited<ReturnType<typeof seen>>) =>
    Object.fromEntries((execution.StepExecutions ?? []).map(({ StepName, StepStatus }) => [StepName, StepStatus]));

  it("goes on after a failure as the step says, and fills in parameters, variables and outputs with their types", async () => {
    const Service = "iam";
    const DocumentName = await create(
      [
        {
          name: "absent",
          action: "aws:executeAwsApi",
          ...{ onFailure: "step:list", isCritical: false },
          inputs: { Service, Api: "GetUser", UserName: "{{ Name }}" },
        },
        { name: "skipped", action: "aws:sleep", inputs: { Duration: "PT1H" } },
        {
          name: "list",
          action: "aws:executeAwsApi",
          inputs: { Service, Api: "ListUsers", MaxItems: "{{ Most }}" },
          outputs: [
            { Name: "Users", Selector: "$.Users[*].UserName", Type: "StringList" },
            { Name: "More", Selector: "$.IsTruncated", Type: "Boolean" },
            { Name: "Nothing", Selector: "$.Marker", Type: "String" },
          ],
        },
        {
          name: "choose",
          action: "aws:branch",
          inputs: {
            Choices: [
              { NextStep: "wrong", Variable: "{{ list.More }}", BooleanEquals: true },
              {
                NextStep: "right",
                And: [
                  { Variable: "{{ Name }}", StartsWith: "nob" },
                  { Not: { Variable: "{{ Most }}", NumericGreater: 10 } },
                ],
              },
            ],
            Default: "wrong",
          },
        },
        { name: "wrong", action: "aws:sleep", inputs: { Duration: "PT1H" } },
        {
          name: "right",
          action: "aws:assertAwsResourceProperty",
          inputs: {
            ...{ Service: "sqs", Api: "CreateQueue", QueueName: "{{ Name }}-{{ global:REGION }}" },
            PropertySelector: "$.QueueUrl",
            DesiredValues: ["elsewhere"],
          },
        },
        {
          name: "never",
          action: "aws:executeAwsApi",
          inputs: { Service, Api: "GetUser", UserName: "{{ list.Nothing }}" },
        },
      ],
      {
        parameters: { Name: { type: "String", allowedPattern: "^[a-z]+$" }, Most: { type: "Integer", default: 3 } },
        outputs: ["list.Users"],
      },
    );
    const { AutomationExecutionId } = await ssm.startAutomationExecution({
      DocumentName,
      Parameters: { Name: ["nobody"] },
    });
    const done = await ended(AutomationExecutionId);
    assert.deepEqual(statuses(done), {
      ...{ absent: "Failed", skipped: "Pending", list: "Success", choose: "Success", wrong: "Pending" },
      ...{ right: "Failed", never: "Pending" },
    });
    assert.equal(done.AutomationExecutionStatus, "Failed");
    assert.deepEqual(done.Outputs, { "list.Users": [] });
    assert.match(done.StepExecutions?.[0]?.FailureMessage ?? "", /An error occurred \(NoSuchEntity/);
    assert.match(done.FailureMessage ?? "", /not in desired values.*nobody-us-east-1.*elsewhere/);
  });

  it("fails a step that uses an output which nothing was selected for", async () => {
    const list = { Service: "iam", Api: "ListUsers" };
    const outputs = [{ Name: "Nothing", Selector: "$.Users[9].UserName", Type: "String" }];
    const DocumentName = await create([
      { name: "list", action: "aws:executeAwsApi", inputs: list, outputs },
      { name: "use", action: "aws:executeAwsApi", inputs: { ...list, PathPrefix: "/{{ list.Nothing }}/" } },
    ]);
    const { AutomationExecutionId } = await ssm.startAutomationExecution({ DocumentName });
    const done = await ended(AutomationExecutionId);
    assert.deepEqual(statuses(done), { list: "Success", use: "Failed" });
    assert.match(done.FailureMessage ?? "", /validating and resolving the step inputs.*list\.Nothing/);
  });

  it("works with the rights of who starts it where no role is named", async () => {
    const iam = new IAM(sandbox.root(ACCOUNT));
    const statement = (Action: string) => ({ Effect: "Allow", Action, Resource: "*" });
    const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
    const trust = policy({ Effect: "Allow", Principal: { AWS: ACCOUNT }, Action: "sts:AssumeRole" });
    const RoleName = "Operator";
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust });
    const PolicyDocument = policy(statement("ssm:StartAutomationExecution"), statement("iam:ListUsers"));
    await iam.putRolePolicy({ RoleName, PolicyName: "Start", PolicyDocument });
    iam.destroy();
    const operator = new SSM(await assume(sandbox, ACCOUNT, ACCOUNT, RoleName));
    const call = (name: string, Api: string) => ({
      name,
      action: "aws:executeAwsApi",
      inputs: { Service: "iam", Api },
    });
    const DocumentName = await create([call("users", "ListUsers"), call("roles", "ListRoles")]);
    const { AutomationExecutionId } = await operator.startAutomationExecution({ DocumentName });
    operator.destroy();
    const done = await ended(AutomationExecutionId);
    assert.deepEqual(statuses(done), { users: "Success", roles: "Failed" });
    assert.match(done.ExecutedBy ?? "", /assumed-role\/Operator\/test$/);
    assert.match(done.FailureMessage ?? "", /AccessDenied.*iam:ListRoles/);
  });

  it("runs a hundred at a time and the next when one is stopped, and starts what is sent twice once", async () => {
    const DocumentName = await create([wait]);
    const ids: (string | undefined)[] = [];
    for (let count = 0; count < 101; count++) {
      ids.push((await ssm.startAutomationExecution({ DocumentName })).AutomationExecutionId);
    }
    const [first] = ids;
    const last = ids.at(-1);
    assert.equal((await seen(last)).AutomationExecutionStatus, "Pending");
    await ssm.stopAutomationExecution({ AutomationExecutionId: first });
    assert.equal((await ended(first)).AutomationExecutionStatus, "Cancelled");
    await until(
      () => seen(last),
      ({ CurrentStepName }) => CurrentStepName === "rest",
    );
    await assert.rejects(ssm.stopAutomationExecution({ AutomationExecutionId: first }), {
      name: "InvalidAutomationStatusUpdateException",
    });
    const Filters = [{ Key: "ExecutionStatus" as const, Values: ["Cancelled"] }];
    const { AutomationExecutionMetadataList: found = [] } = await ssm.describeAutomationExecutions({ Filters });
    assert.deepEqual(
      found.map(({ AutomationExecutionId }) => AutomationExecutionId),
      [first],
    );
    const ClientToken = "11111111-2222-3333-4444-555555555555";
    const twice = [1, 2].map(() => ssm.startAutomationExecution({ DocumentName, ClientToken }));
    const [one, two] = await Promise.all(twice);
    assert.equal(one?.AutomationExecutionId, two?.AutomationExecutionId);
  });

  it("says what it can't start", async () => {
    const missing = { name: "AutomationDefinitionNotFoundException" };
    await assert.rejects(ssm.startAutomationExecution({ DocumentName: "NoSuch" }), missing);
    const DocumentName = await create([wait], { parameters: { Name: { type: "String" } } });
    await assert.rejects(ssm.startAutomationExecution({ DocumentName }), {
      name: "InvalidAutomationExecutionParametersException",
      message: /Name/,
    });
    const unknown = { AutomationExecutionId: "11111111-2222-3333-4444-555555555555" };
    await assert.rejects(ssm.getAutomationExecution(unknown), { name: "AutomationExecutionNotFoundException" });
  });
});
