import assert from "node:assert/strict";
import { CreateAccessKeyCommand, CreateUserCommand, IAMClient, PutUserPolicyCommand } from "@aws-sdk/client-iam";
import { type Environment, organization } from "./environment.ts";
import { asService, assume, refusal } from "./sessions.ts";

interface Call {
  readonly service: string;
  readonly operation: string;
  readonly accountId: string;
  readonly principalArn: string;
  readonly sessionName?: string;
  readonly sourceIdentity?: string;
}

const member = "100000000013";
const roles = [
  ["111111111111", "BulwarkManagement"],
  ["222222222222", "BulwarkService"],
  ["222222222222", "BulwarkDeployment"],
  ["333333333333", "BulwarkDeployment"],
  [member, "BulwarkDeployment"],
  ["222222222222", "BulwarkResponse"],
  [member, "BulwarkRemediation-s3-public-access-block"],
] as const;

describe("who can act as Bulwark", function () {
  this.timeout(600_000);
  let environment: Environment;
  let operationId: string;
  before(async () => {
    environment = await organization();
    ({ id: operationId } = await environment.api.done("POST", "/accounts", { accountId: member }));
  });

  /** An administrator of an account: its root may not assume roles at all on AWS. */
  async function administratorOf(accountId: string) {
    const iam = new IAMClient(environment.root(accountId));
    const UserName = "curious";
    await iam.send(new CreateUserCommand({ UserName }));
    const PolicyDocument = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
    });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: "everything", PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "" } = AccessKey ?? {};
    return { endpoint: environment.aws, credentials: { accessKeyId, secretAccessKey } };
  }

  it("nobody outside of the organization", async () => {
    const stranger = await administratorOf("555555555555");
    for (const [accountId, role] of roles) {
      assert.equal(await refusal(assume(stranger, accountId, role)), "AccessDenied", `${role} in ${accountId}`);
    }
  });

  it("no other member, and not the member itself", async () => {
    for (const accountId of ["100000000016", member]) {
      const curious = await administratorOf(accountId);
      for (const [target, role] of roles) {
        assert.equal(await refusal(assume(curious, target, role)), "AccessDenied", `${role} in ${target}`);
      }
    }
  });

  it("the service, in exactly the accounts where it works", async () => {
    const service = asService(environment);
    await assume(service, member, "BulwarkDeployment", { sourceIdentity: "end-to-end" });
    assert.equal(await refusal(assume(service, member, "OrganizationAccountAccessRole")), "AccessDenied");
    assert.equal(await refusal(assume(service, "555555555555", "BulwarkDeployment")), "AccessDenied");
    // Deploying and responding have nothing in common.
    const remediation = "BulwarkRemediation-s3-public-access-block";
    assert.equal(await refusal(assume(service, member, remediation)), "AccessDenied");
    assert.equal(await refusal(assume(service, "222222222222", "BulwarkResponse")), "AccessDenied");
  });

  it("leaves the operation's id as session name and source identity of every call in the member", async () => {
    const answer = await fetch(`${environment.aws}/_sandbox/calls?sessionName=${operationId}`);
    const calls = (await answer.json()) as Call[];
    const inMember = calls.filter(({ accountId }) => accountId === member);
    const deploying = inMember.filter(({ principalArn }) => principalArn.includes("assumed-role/BulwarkDeployment/"));
    assert.ok(deploying.some(({ operation }) => operation === "EnableSecurityHub"));
    assert.ok(deploying.some(({ operation }) => operation === "CreateDetector"));
    for (const call of deploying) assert.equal(call.sourceIdentity, operationId, `${call.service}:${call.operation}`);
    // The role itself is made through OrganizationAccountAccessRole, and nothing else is done by it.
    const others = inMember.filter((call) => !deploying.includes(call));
    for (const { principalArn, service } of others) {
      assert.match(principalArn, /assumed-role\/OrganizationAccountAccessRole\//);
      assert.equal(service, "iam");
    }
  });

  it("shows every changing call in the member to come from the operation", async () => {
    const answer = await fetch(`${environment.aws}/_sandbox/calls?accountId=${member}`);
    const calls = (await answer.json()) as Call[];
    const changing = calls.filter(({ operation }) => /^(Create|Put|Enable|BatchEnable|Update|Start)/.test(operation));
    const byBulwark = changing.filter(({ principalArn }) => principalArn.includes(":assumed-role/"));
    assert.ok(byBulwark.length > 10);
    for (const call of byBulwark) assert.equal(call.sessionName, operationId, `${call.service}:${call.operation}`);
  });
});
