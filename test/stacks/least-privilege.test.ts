import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { deploymentRole } from "../../programs/bootstrap/deployment-role.ts";
import { type PolicyDocument, policyDocument } from "../../programs/bootstrap/policy-document.ts";
import { ensureRole } from "../../stacks/bootstrap/role.ts";
import { EVERY_OPTION, settings } from "../programs/samples.ts";
import { assume, type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { ACCOUNTS, TRIED_RIGHTS, type TriedPlace } from "./tried-rights.ts";

const POLICY = "Bulwark";
/** There is no client of these here; test/plugins/alerts-role.test.ts deploys what they are for under this role. */
const ELSEWHERE = ["cloudwatch", "logs", "scheduler"];

describe("the deployment role", () => {
  let sandbox: RunningSandbox;
  before(async () => {
    sandbox = await runSandbox();
  });
  after(() => sandbox?.close());

  for (const place of Object.keys(TRIED_RIGHTS) as TriedPlace[]) {
    const accountId = ACCOUNTS[place];
    const role = deploymentRole(settings({ features: EVERY_OPTION }), place);
    // What has no room in the role is attached to it; here all is one policy, from which a right can be taken.
    const parts = [role.policies[POLICY] as PolicyDocument, ...(role.attached ?? []).map((one) => one.document)];
    const document = policyDocument(...parts.flatMap(({ Statement }) => Statement));
    const rights = TRIED_RIGHTS[place];

    it(`of the ${place} account does with each right what it is for, and nothing of that without`, async () => {
      const iam = new IAM(sandbox.root(accountId));
      const trust = {
        ...role.trust,
        Statement: [{ Effect: "Allow", Principal: { AWS: accountId }, Action: "sts:AssumeRole" }],
      };
      const { attached: _, ...inOne } = role;
      await ensureRole({ iam, partition: "aws", accountId, region: "us-east-1" }, { ...inOne, trust });
      for (const { prepare } of rights) await prepare?.(sandbox.root(accountId));
      const put = (wanted: PolicyDocument) =>
        iam.putRolePolicy({
          RoleName: role.roleName,
          PolicyName: POLICY,
          PolicyDocument: JSON.stringify(wanted),
        });
      const access = await assume(sandbox, accountId, accountId, role.roleName);
      const outcomes = async () => {
        const told: string[] = [];
        for (const { action, call } of rights) {
          const error = await call(access).then(
            () => undefined,
            (thrown: Error) => thrown,
          );
          told.push(error === undefined ? `${action} goes` : `${action}: ${error.name} ${error.message}`);
        }
        return told;
      };

      await put(without(document, new Set(rights.map(({ action }) => action))));
      for (const [index, told] of (await outcomes()).entries()) {
        const { action } = rights[index] as (typeof rights)[number];
        assert.match(told, /: (AccessDenied\w*|UnauthorizedOperation|AuthorizationError\w*) /);
        assert.ok(told.includes(`perform: ${action}`) || told.includes(`${action} `), told);
      }
      await put(document);
      assert.deepEqual(
        await outcomes(),
        rights.map(({ action }) => `${action} goes`),
      );
    });

    it(`of the ${place} account was tried with a right of every service that it has any of`, () => {
      const services = (actions: readonly string[]) =>
        [...new Set(actions.map((action) => action.split(":")[0]))].sort();
      const has = services(document.Statement.flatMap(({ Action = [] }) => Action));
      const tried = services(rights.map(({ action }) => action));
      assert.deepEqual(
        has.filter((service) => !ELSEWHERE.includes(service ?? "")),
        tried,
      );
    });
  }
});

/** The policy less what allows any of the actions. */
function without(document: PolicyDocument, actions: ReadonlySet<string>): PolicyDocument {
  const allows = (pattern: string) => {
    const all = new RegExp(`^${pattern.replaceAll("*", ".*")}$`, "i");
    return [...actions].some((action) => all.test(action));
  };
  const Statement = document.Statement.map((statement) => ({
    ...statement,
    Action: (statement.Action ?? []).filter((pattern) => !allows(pattern)),
  })).filter(({ Action }) => Action.length > 0);
  return { ...document, Statement };
}
