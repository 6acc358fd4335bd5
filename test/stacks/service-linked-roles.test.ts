import assert from "node:assert/strict";
import { IAMClient } from "@aws-sdk/client-iam";
import { removeServiceLinkedRoles } from "../../stacks/aws/service-linked-roles.ts";

const role = { service: "config.amazonaws.com", roleName: "AWSServiceRoleForConfig" };

const ABSENT = "AWSServiceRoleForAmazonInspector2";

/** An IAM that has all roles but that one, and answers deletion requests with these, one after the other, the last of them again and again. */
function iamWith(...answers: readonly (object | Error)[]) {
  const calls: string[] = [];
  const iam = new IAMClient({ region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } });
  iam.send = async (command: object) => {
    const call = command.constructor.name.replace(/Command$/, "");
    if (call === "GetRole") {
      if (JSON.stringify(command).includes(ABSENT)) throw named("NoSuchEntityException");
      return {};
    }
    calls.push(call);
    const answer = answers[Math.min(calls.length, answers.length) - 1];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { iam, calls };
}

const named = (name: string) => Object.assign(new Error("refused"), { name });
const submitted = { DeletionTaskId: "task/aws-service-role/config.amazonaws.com/1" };

describe("removing service-linked roles", () => {
  it("waits until AWS has removed them; what is not there is passed over", async () => {
    const { iam, calls } = iamWith(submitted, { Status: "IN_PROGRESS" }, { Status: "SUCCEEDED" });
    assert.deepEqual(await removeServiceLinkedRoles({ iam, roles: [role], pollMs: 1 }), []);
    assert.equal(calls.length, 3);
    const gone = iamWith(named("NoSuchEntityException"));
    assert.deepEqual(await removeServiceLinkedRoles({ iam: gone.iam, roles: [role] }), []);
  });

  it("asks for no deletion of a role that is not there, which IAM would deny for want of its path", async () => {
    const { iam, calls } = iamWith(named("AccessDenied"));
    const absent = { service: "inspector2.amazonaws.com", roleName: ABSENT };
    assert.deepEqual(await removeServiceLinkedRoles({ iam, roles: [absent] }), []);
    assert.deepEqual(calls, []);
  });

  it("tells AWS's reason for what it keeps, and fails for none", async () => {
    const Reason = {
      Reason: "A resource is using the role.",
      RoleUsageList: [{ Region: "eu-central-1", Resources: ["recorder/default"] }],
    };
    const used = iamWith(submitted, { Status: "FAILED", Reason });
    assert.deepEqual(await removeServiceLinkedRoles({ iam: used.iam, roles: [role] }), [
      {
        service: role.service,
        reason: "AWS keeps it: A resource is using the role. (in use: eu-central-1 recorder/default)",
      },
    ]);
    const [silent] = await removeServiceLinkedRoles({
      iam: iamWith(submitted, { Status: "FAILED" }).iam,
      roles: [role],
    });
    assert.match(silent?.reason ?? "", /no reason/);
    const [denied] = await removeServiceLinkedRoles({ iam: iamWith(named("AccessDenied")).iam, roles: [role] });
    assert.match(denied?.reason ?? "", /AccessDenied: refused/);
  });

  it("does not wait longer than it may, and not at all for who is interrupted", async () => {
    const slow = iamWith(submitted, { Status: "IN_PROGRESS" });
    const [kept] = await removeServiceLinkedRoles({ iam: slow.iam, roles: [role], waitMs: 20, pollMs: 5 });
    assert.match(kept?.reason ?? "", /still removing/);
    const { iam } = iamWith(submitted, { Status: "IN_PROGRESS" });
    const interrupted = { iam, roles: [role], signal: AbortSignal.abort("cancelled"), pollMs: 1 };
    await assert.rejects(removeServiceLinkedRoles(interrupted), (reason) => reason === "cancelled");
  });
});
