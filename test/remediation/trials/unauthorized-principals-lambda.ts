import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { Lambda } from "@aws-sdk/client-lambda";
import { unauthorizedPrincipalsLambdaRemediation as remediation } from "../../../remediation/unauthorized-principals-lambda/remediation.ts";
import { PARTNER, STRANGER } from "./shared-policies.ts";
import type { Trial } from "./trial.ts";

type Statement = { readonly Sid?: string };

/** A new function that nobody calls, under a role of its own. */
async function functionOf([{ access }, suffix]: Parameters<Trial["arrange"]>, name: string) {
  const lambda = new Lambda(access());
  const FunctionName = `${name}-${suffix}`;
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
  const { Role } = await new IAM(access()).createRole({ RoleName: FunctionName, AssumeRolePolicyDocument });
  const { FunctionArn = "" } = await lambda.createFunction({
    FunctionName,
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Role: Role?.Arn,
    Code: { ZipFile: EMPTY_ZIP },
  });
  return { lambda, FunctionName, FunctionArn };
}

/** What a policy says; Lambda keeps no order that anybody can choose. */
async function statementsOf(lambda: Lambda, of: { readonly FunctionName: string; readonly Qualifier?: string }) {
  const Policy = await lambda.getPolicy(of).then(
    (answer) => answer.Policy ?? "",
    ({ name }: Error) => {
      assert.equal(name, "ResourceNotFoundException");
      return '{"Statement":[]}';
    },
  );
  const { Statement } = JSON.parse(Policy) as { Statement: readonly Statement[] };
  return [...Statement].sort((a, b) => String(a.Sid).localeCompare(String(b.Sid)));
}

/** A function that a stranger may call and everybody by a URL, beside a partner and rules of its own account. */
export const functionPolicyNarrowed: Trial = {
  remediation,
  async arrange(...arranged) {
    const [{ id: AwsAccountId }] = arranged;
    const { lambda, FunctionName, FunctionArn } = await functionOf(arranged, "shared");
    const invoke = { FunctionName, Action: "lambda:InvokeFunction" };
    const url = { FunctionName, Action: "lambda:InvokeFunctionUrl", FunctionUrlAuthType: "NONE" as const };
    await lambda.addPermission({ ...invoke, StatementId: "Stranger", Principal: STRANGER });
    await lambda.addPermission({ ...url, StatementId: "Open", Principal: "*" });
    await lambda.addPermission({ ...invoke, StatementId: "OpenByUrl", Principal: "*", InvokedViaFunctionUrl: true });
    await lambda.addPermission({ ...invoke, StatementId: "Partner", Principal: PARTNER });
    await lambda.addPermission({
      ...invoke,
      StatementId: "Rule",
      Principal: "events.amazonaws.com",
      SourceArn: `arn:aws:events:us-east-1:${AwsAccountId}:rule/x`,
      SourceAccount: AwsAccountId,
    });
    const see = () => statementsOf(lambda, { FunctionName });
    const before = await see();
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsLambdaFunction", Id: FunctionArn }] },
      see,
      remediated: before.filter(({ Sid }) => Sid === "Partner" || Sid === "Rule"),
    };
  },
  steps: {
    "lambda:AddPermission": { forth: "done", back: "undo" },
    "lambda:GetPolicy": { forth: "read", back: "read" },
    "lambda:ListTags": { forth: "read", back: "done" },
    "lambda:RemovePermission": { forth: "change", back: "done" },
  },
};

/** An alias that a stranger alone may call. */
export const aliasPolicyEmptied: Trial = {
  remediation,
  async arrange(...arranged) {
    const [{ id: AwsAccountId }] = arranged;
    const { lambda, FunctionName } = await functionOf(arranged, "given");
    const { Version } = await lambda.publishVersion({ FunctionName });
    const alias = { FunctionName, Name: "live", FunctionVersion: Version };
    const { AliasArn = "" } = await lambda.createAlias(alias);
    const of = { FunctionName, Qualifier: alias.Name };
    const invoke = { ...of, Action: "lambda:InvokeFunction" };
    await lambda.addPermission({ ...invoke, StatementId: "Stranger", Principal: STRANGER });
    return {
      finding: { AwsAccountId, Resources: [{ Type: "AwsLambdaFunction", Id: AliasArn }] },
      see: () => statementsOf(lambda, of),
      remediated: [],
    };
  },
  steps: functionPolicyNarrowed.steps,
};

/** An archive without files: its end of central directory. */
const EMPTY_ZIP = Uint8Array.from([0x50, 0x4b, 0x05, 0x06, ...new Array<number>(18).fill(0)]);
