import { appendFile } from "node:fs/promises";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { RoleDocuments } from "../../programs/bootstrap/policy-document.ts";
import { assume, type RunningSandbox } from "../sandbox/running-sandbox.ts";
import type { Engine } from "./engine.ts";

/** Makes one of Bulwark's roles in an account, with exactly its rights, and a profile `bulwark-<account>` of a session of it. */
export async function writeRoleProfile(
  engine: Engine,
  sandbox: RunningSandbox,
  accountId: string,
  role: RoleDocuments,
): Promise<void> {
  const iam = new IAMClient(sandbox.root(accountId));
  const trust = { Effect: "Allow", Principal: { AWS: accountId }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
  await iam.send(new CreateRoleCommand({ RoleName: role.roleName, AssumeRolePolicyDocument }));
  iam.destroy();
  await putRights(sandbox, accountId, role);
  const { credentials } = await assume(sandbox, accountId, accountId, role.roleName);
  const profile = [
    `\n[bulwark-${accountId}]`,
    `aws_access_key_id = ${credentials.accessKeyId}`,
    `aws_secret_access_key = ${credentials.secretAccessKey}`,
    `aws_session_token = ${credentials.sessionToken}\n`,
  ];
  await appendFile(engine.env.AWS_SHARED_CREDENTIALS_FILE ?? "", profile.join("\n"));
}

/** Gives the role its rights, but for some actions. */
export async function putRights(
  sandbox: RunningSandbox,
  accountId: string,
  { roleName, policies, attached = [] }: RoleDocuments,
  ...without: readonly string[]
): Promise<void> {
  const iam = new IAMClient(sandbox.root(accountId));
  // What has no room in the role is as good inline: the sandbox takes it.
  const more = attached.map(({ policyName, document }) => [policyName, document] as const);
  for (const [PolicyName, { Version, Statement }] of [...Object.entries(policies), ...more]) {
    const narrowed = Statement.map((statement) => {
      if (statement.Action === undefined) return statement;
      return { ...statement, Action: statement.Action.filter((action) => !without.includes(action)) };
    });
    const PolicyDocument = JSON.stringify({ Version, Statement: narrowed });
    await iam.send(new PutRolePolicyCommand({ RoleName: roleName, PolicyName, PolicyDocument }));
  }
  iam.destroy();
}
