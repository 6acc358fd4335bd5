import assert from "node:assert/strict";
import { IAMClient } from "@aws-sdk/client-iam";
import { ensureRole, type RoleDocuments, type RolePlace, removeRole } from "../../stacks/bootstrap/role.ts";

const documents: RoleDocuments = {
  roleName: "BulwarkDeployment",
  description: "A role",
  trust: { Principal: { AWS: "arn:aws:iam::222222222222:role/BulwarkService" } },
  policies: {},
  version: "1",
};

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** An IAM that knows one role or none and answers `refusals` to the first trust policies. */
function iamWith(existing: { readonly trust: string } | undefined, refusals: Error[]) {
  const calls: string[] = [];
  const iam = new IAMClient({ region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } });
  iam.send = async (command: object) => {
    const call = command.constructor.name.replace(/Command$/, "");
    calls.push(call);
    if (call === "GetRole") {
      if (existing === undefined) throw failure("NoSuchEntityException", "no such role");
      const AssumeRolePolicyDocument = encodeURIComponent(existing.trust);
      return { Role: { AssumeRolePolicyDocument, Tags: [{ Key: "bulwark:version", Value: documents.version }] } };
    }
    if (call === "CreateRole" || call === "UpdateAssumeRolePolicy") {
      const refusal = refusals.shift();
      if (refusal !== undefined) throw refusal;
    }
    return {};
  };
  const place: RolePlace = { iam, partition: "aws", accountId: "222222222222", region: "us-east-1", attempts: 2 };
  return { place, calls };
}

const unknownPrincipal = () =>
  failure(
    "MalformedPolicyDocumentException",
    'Invalid principal in policy: "AWS":"arn:aws:iam::1:role/BulwarkService"',
  );

describe("setting up a role", () => {
  it("waits until IAM knows the principal that was created a moment ago", async () => {
    const { place, calls } = iamWith(undefined, [unknownPrincipal()]);
    assert.equal(await ensureRole(place, documents), "created");
    assert.deepEqual(calls, [
      "GetRole",
      "CreateRole",
      "CreateRole",
      "ListRolePolicies",
      "ListAttachedRolePolicies",
      "TagRole",
    ]);
  });

  it("gives up on a principal that does not appear, and at once on a policy that is malformed otherwise", async () => {
    const absent = iamWith(undefined, [unknownPrincipal(), unknownPrincipal()]);
    await assert.rejects(ensureRole(absent.place, documents), /iam:CreateRole .*Invalid principal/);
    const malformed = iamWith(undefined, [failure("MalformedPolicyDocumentException", "Syntax errors in policy.")]);
    await assert.rejects(ensureRole(malformed.place, documents), /Syntax errors/);
    assert.deepEqual(malformed.calls, ["GetRole", "CreateRole"]);
  });

  it("leaves a role of the wanted version alone", async () => {
    const { place, calls } = iamWith({ trust: JSON.stringify(documents.trust) }, []);
    assert.equal(await ensureRole(place, documents), "unchanged");
    assert.deepEqual(calls, ["GetRole"]);
  });

  it("mends a role of the wanted version whose trusted role was deleted and made again", async () => {
    const { place, calls } = iamWith({ trust: '{"Principal":{"AWS":"AROAEXAMPLEEXAMPLE123"}}' }, []);
    assert.equal(await ensureRole(place, documents), "updated");
    assert.ok(calls.includes("UpdateAssumeRolePolicy"));
  });

  it("attaches what has no room in the role before it takes it away there, and removes what is needed no more", async () => {
    const { place, calls } = iamWith({ trust: JSON.stringify(documents.trust) }, []);
    const answers: Record<string, object> = {
      ListRolePolicies: { PolicyNames: ["Former"] },
      ListPolicyVersions: { Versions: [] },
      ListAttachedRolePolicies: {
        AttachedPolicies: ["BulwarkDeployment-rights-1", "BulwarkDeployment-rights-2", "OfAnAdministrator"].map(
          (PolicyName) => ({ PolicyName, PolicyArn: `arn:aws:iam::222222222222:policy/${PolicyName}` }),
        ),
      },
    };
    const send = place.iam.send.bind(place.iam) as (command: object) => Promise<object>;
    const inputs: [string, object][] = [];
    place.iam.send = async (command: { readonly input: object }) => {
      const call = command.constructor.name.replace(/Command$/, "");
      inputs.push([call, command.input]);
      return { ...(await send(command)), ...answers[call] };
    };
    const attached = [{ policyName: "BulwarkDeployment-rights-1", document: {} }];
    assert.equal(await ensureRole(place, { ...documents, attached, version: "2" }), "updated");
    assert.ok(calls.indexOf("AttachRolePolicy") < calls.indexOf("DeleteRolePolicy"));
    const of = (call: string) => inputs.filter(([name]) => name === call).map(([, input]) => input);
    const arn = (name: string) => `arn:aws:iam::222222222222:policy/${name}`;
    const RoleName = documents.roleName;
    assert.deepEqual(of("AttachRolePolicy"), [{ RoleName, PolicyArn: arn("BulwarkDeployment-rights-1") }]);
    assert.deepEqual(of("DetachRolePolicy"), [{ RoleName, PolicyArn: arn("BulwarkDeployment-rights-2") }]);
    assert.deepEqual(of("DeletePolicy"), [{ PolicyArn: arn("BulwarkDeployment-rights-2") }]);

    calls.length = 0;
    inputs.length = 0;
    await removeRole(place, { roleName: RoleName, policyNames: [] });
    assert.deepEqual(
      of("DeletePolicy"),
      ["1", "2"].map((part) => ({ PolicyArn: arn(`BulwarkDeployment-rights-${part}`) })),
    );
    assert.ok(calls.lastIndexOf("DetachRolePolicy") < calls.indexOf("DeleteRole"));
  });
});
