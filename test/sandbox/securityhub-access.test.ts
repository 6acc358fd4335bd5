import assert from "node:assert/strict";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const MANAGEMENT = "111111111111";
const SECURITY = "222222222222";
const MEMBER = "100000000001";
const HUB = `arn:aws:securityhub:us-east-1:${MEMBER}:hub/default`;

describe("Security Hub in the sandbox: what IAM policies must say", () => {
  let sandbox: RunningSandbox;
  before(async () => {
    sandbox = await runSandbox();
  });
  after(() => sandbox.close());

  let roles = 0;
  /** Security Hub as a new role of the account that may do what the statements say. */
  async function allowed(accountId: string, ...statements: object[]): Promise<SecurityHub> {
    const iam = new IAMClient(sandbox.root(accountId));
    roles += 1;
    const RoleName = `tester-${roles}`;
    const trust = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${accountId}:root` }, Action: "sts:AssumeRole" };
    const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document(trust) }));
    const granted = statements.map((each) => ({ Effect: "Allow", ...each }));
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "allowed", PolicyDocument: document(...granted) }));
    const { Credentials: session } = await new STSClient(sandbox.root(accountId)).send(
      new AssumeRoleCommand({ RoleArn: `arn:aws:iam::${accountId}:role/${RoleName}`, RoleSessionName: "test" }),
    );
    return new SecurityHub({
      ...sandbox.root(accountId),
      maxAttempts: 1,
      credentials: {
        accessKeyId: session?.AccessKeyId ?? "",
        secretAccessKey: session?.SecretAccessKey ?? "",
        sessionToken: session?.SessionToken ?? "",
      },
    });
  }
  const denied = (error: Error) =>
    error.name === "AccessDeniedException" && /not authorized to perform/.test(error.message);

  it("takes the hub's ARN as resource of its actions", async () => {
    const enabler = await allowed(MEMBER, { Action: "securityhub:EnableSecurityHub", Resource: HUB });
    await enabler.enableSecurityHub({ EnableDefaultStandards: false });
    await assert.rejects(enabler.describeHub({}), denied);
    const elsewhere = await allowed(MEMBER, { Action: "securityhub:*", Resource: HUB.replace("east", "west") });
    await assert.rejects(elsewhere.describeHub({}), denied);
  });

  it("takes the product's ARN as resource of an import, and the findings' account as condition", async () => {
    const product = `arn:aws:securityhub:us-east-1:${MEMBER}:product/${MEMBER}/default`;
    const action = "securityhub:BatchImportFindings";
    const condition = (account: string) => ({ StringEquals: { "securityhub:TargetAccount": account } });
    const right = await allowed(MEMBER, { Action: action, Resource: product, Condition: condition(MEMBER) });
    const wrongAccount = await allowed(MEMBER, { Action: action, Resource: product, Condition: condition(SECURITY) });
    const onTheHub = await allowed(MEMBER, { Action: action, Resource: HUB });
    const Findings = [
      {
        SchemaVersion: "2018-10-08",
        Id: "1",
        ProductArn: product,
        GeneratorId: "test",
        AwsAccountId: MEMBER,
        CreatedAt: "2026-03-01T10:00:00Z",
        UpdatedAt: "2026-03-01T10:00:00Z",
        Severity: { Label: "LOW" as const },
        Title: "t",
        Description: "d",
        Resources: [{ Type: "Other", Id: "x" }],
      },
    ];
    assert.equal((await right.batchImportFindings({ Findings })).SuccessCount, 1);
    await assert.rejects(wrongAccount.batchImportFindings({ Findings }), denied);
    await assert.rejects(onTheHub.batchImportFindings({ Findings }), denied);
  });

  it("designates an administrator for a caller who may register one with Organizations, and not else", async () => {
    const enable = { Action: "securityhub:*OrganizationAdminAccount*", Resource: "*" };
    const forService = (principal: string) => ({
      Action: ["organizations:RegisterDelegatedAdministrator", "organizations:DeregisterDelegatedAdministrator"],
      Resource: "*",
      Condition: { StringEquals: { "organizations:ServicePrincipal": principal } },
    });
    const only = await allowed(MANAGEMENT, enable);
    await assert.rejects(only.enableOrganizationAdminAccount({ AdminAccountId: SECURITY }), denied);
    const another = await allowed(MANAGEMENT, enable, forService("guardduty.amazonaws.com"));
    await assert.rejects(another.enableOrganizationAdminAccount({ AdminAccountId: SECURITY }), denied);
    const both = await allowed(MANAGEMENT, enable, forService("securityhub.amazonaws.com"));
    await both.enableOrganizationAdminAccount({ AdminAccountId: SECURITY });
    assert.equal((await only.listOrganizationAdminAccounts({})).AdminAccounts?.length, 1);
    await both.disableOrganizationAdminAccount({ AdminAccountId: SECURITY });
  });
});
