import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  GetPublicAccessBlockCommand,
  type PublicAccessBlockConfiguration,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { response } from "../../programs/admin/response.ts";
import { adminStack } from "../../programs/admin/stack.ts";
import { remediationRoles } from "../../programs/baseline/remediation-roles.ts";
import { baselineStack } from "../../programs/baseline/stack.ts";
import { deploymentRole } from "../../programs/bootstrap/deployment-role.ts";
import { remediationPolicy } from "../../programs/remediation-role.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
import { s3PublicAccessBlock as manifest } from "../../remediation/s3-public-access-block/manifest.ts";
import type { RootAccess } from "../../sandbox/organization/root-access.ts";
import { ensureRole, type RolePlace, removeRole } from "../../stacks/bootstrap/role.ts";
import {
  adminInputs,
  baselineInputs,
  LOG_ARCHIVE,
  MANAGEMENT,
  MEMBER,
  SECURITY,
  settings,
} from "../programs/samples.ts";
import { type RunningSandbox, runSandbox } from "../sandbox/running-sandbox.ts";
import { type Engine, type Program, startEngine } from "./engine.ts";
import { writeProfiles } from "./profiles.ts";

const FOREIGN = "555555555555";
const OTHER_MEMBER = "100000000016";
const NAME = `BulwarkRemediation-${manifest.name}`;
const ROLE = `arn:aws:iam::${MEMBER}:role/${NAME}`;
const CLOSED = { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true };
const PARTLY = { ...CLOSED, BlockPublicPolicy: false, RestrictPublicBuckets: false };

const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const everything = document({ Effect: "Allow", Action: "*", Resource: "*" });
const trusts = (AWS: string) => document({ Effect: "Allow", Principal: { AWS }, Action: "sts:AssumeRole" });
const from = (features: object) => settings({ features });

const admin =
  (features: object = {}): Program =>
  async () => ({ role: response(adminStack(adminInputs({}, from(features)))) });
const baseline =
  (features: object = {}): Program =>
  async () => {
    remediationRoles(baselineStack(baselineInputs({}, from(features))));
    return {};
  };

describe("the role of a remediation, deployed with the rights of the deployment roles", () => {
  let sandbox: RunningSandbox;
  let engine: Engine;
  let iam: IAM;
  let deployment: RootAccess;
  let responding: RootAccess;
  const opened: { destroy(): void }[] = [];
  const client = <Client extends { destroy(): void }>(made: Client): Client => {
    opened.push(made);
    return made;
  };

  async function session(caller: RootAccess, RoleArn: string): Promise<RootAccess> {
    const sts = client(new STSClient(caller));
    const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "test" }));
    const { AccessKeyId: accessKeyId = "", SecretAccessKey: secretAccessKey = "", SessionToken } = keys ?? {};
    const credentials = { accessKeyId, secretAccessKey, sessionToken: SessionToken ?? "" };
    return { ...caller, credentials };
  }
  const refused = (call: Promise<unknown>) => assert.rejects(call, { name: /^AccessDenied/ });

  /** A role with every right, which its own account may assume, and a session of it. */
  async function privileged(accountId: string, RoleName: string): Promise<RootAccess> {
    const there = client(new IAM(sandbox.root(accountId)));
    await there.createRole({ RoleName, AssumeRolePolicyDocument: trusts(accountId) });
    await there.putRolePolicy({ RoleName, PolicyName: "all", PolicyDocument: everything });
    return session(sandbox.root(accountId), `arn:aws:iam::${accountId}:role/${RoleName}`);
  }

  /** The deployment role as the bootstrap makes it, but that the account itself may assume it. */
  async function deployed(accountId: string, place: "member" | "security"): Promise<RootAccess> {
    const role = deploymentRole(settings(), place);
    const trust = JSON.parse(trusts(accountId)) as object;
    const at: RolePlace = {
      ...{ iam: client(new IAM(sandbox.root(accountId))), partition: "aws", accountId, region: "us-east-1" },
    };
    await ensureRole(at, { ...role, trust });
    return session(sandbox.root(accountId), `arn:aws:iam::${accountId}:role/${role.roleName}`);
  }

  before(async () => {
    sandbox = await runSandbox();
    engine = await startEngine(sandbox.url);
    iam = client(new IAM(sandbox.root(MEMBER)));
    deployment = await deployed(MEMBER, "member");
    await writeProfiles(engine, {
      [MANAGEMENT]: sandbox.root(MANAGEMENT),
      [LOG_ARCHIVE]: sandbox.root(LOG_ARCHIVE),
      [SECURITY]: await deployed(SECURITY, "security"),
      [MEMBER]: deployment,
    });
    const hub = client(new SecurityHub(sandbox.root(SECURITY)));
    await hub.enableSecurityHub({ EnableDefaultStandards: false });
    await s3().send(new CreateBucketCommand({ Bucket: "statements" }));
  });
  after(async () => {
    for (const one of opened) one.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  const s3 = () => client(new S3Client(sandbox.root(MEMBER)));
  /** What an independent client of the account sees and does. */
  const root = {
    see: async (): Promise<PublicAccessBlockConfiguration | undefined> =>
      (await s3().send(new GetPublicAccessBlockCommand({ Bucket: "statements" }))).PublicAccessBlockConfiguration,
    putPolicy: (PolicyDocument: string) => iam.putRolePolicy({ RoleName: NAME, PolicyName: "Rights", PolicyDocument }),
    policies: async () => (await iam.listRolePolicies({ RoleName: NAME })).PolicyNames,
    policy: async () =>
      decodeURIComponent((await iam.getRolePolicy({ RoleName: NAME, PolicyName: "Rights" })).PolicyDocument ?? ""),
  };

  it("comes with the response of the security account and its custom action, and is the same the second time", async () => {
    for (const [stack, program, all] of [
      // Beside stack and providers the response's role with its policy, and custom actions; or roles.
      ["admin", admin(), 4 + 2 + MANIFESTS.length],
      ["account", baseline(), 3 + MANIFESTS.length],
    ] as const) {
      assert.deepEqual(await engine.run(stack, "up", program), { changes: { create: all }, diffs: {}, errors: "" });
      assert.deepEqual(await engine.run(stack, "up"), { changes: { same: all }, diffs: {}, errors: "" });
    }
    const security = client(new IAM(sandbox.root(SECURITY)));
    const { Role } = await security.getRole({ RoleName: "BulwarkResponse" });
    assert.match(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ""), /"lambda\.amazonaws\.com"/);
    // In place of the Lambda that will run as it.
    await security.updateAssumeRolePolicy({ RoleName: "BulwarkResponse", PolicyDocument: trusts(SECURITY) });
    responding = await session(sandbox.root(SECURITY), `arn:aws:iam::${SECURITY}:role/BulwarkResponse`);
  });

  it("can be assumed by the response, and by nobody else, whatever their rights", async () => {
    await session(responding, ROLE);
    for (const [accountId, name] of [
      [SECURITY, "Administrator"],
      [MEMBER, "Administrator"],
      [OTHER_MEMBER, "BulwarkResponse"],
      [FOREIGN, "BulwarkResponse"],
    ] as const) {
      await refused(session(await privileged(accountId, name), ROLE));
    }
  });

  it("is all that the response can become, in the organization alone", async () => {
    await refused(session(responding, `arn:aws:iam::${SECURITY}:role/BulwarkDeployment`));
    await refused(session(responding, `arn:aws:iam::${MEMBER}:role/BulwarkDeployment`));
    const foreign = client(new IAM(sandbox.root(FOREIGN)));
    await foreign.createRole({ RoleName: NAME, AssumeRolePolicyDocument: trusts("*") });
    await refused(session(responding, `arn:aws:iam::${FOREIGN}:role/${NAME}`));
  });

  it("does what its manifest says with a bucket, as others see it", async () => {
    const own = client(new S3Client(await session(responding, ROLE)));
    for (const PublicAccessBlockConfiguration of [CLOSED, PARTLY]) {
      await own.send(new PutPublicAccessBlockCommand({ Bucket: "statements", PublicAccessBlockConfiguration }));
      assert.deepEqual(await root.see(), PublicAccessBlockConfiguration);
    }
  });

  it("gets no further by a policy that somebody widens, and is narrowed again by the next deployment", async () => {
    await root.putPolicy(everything);
    const wide = await session(responding, ROLE);
    await refused(client(new IAM(wide)).createUser({ UserName: "backdoor" }));
    await refused(client(new IAM(wide)).listRoles({}));
    await isRepaired(["~ inlinePolicies[0]"]);
  });

  /** The role's drift is seen by what is different, and all that is repaired; what it may do is then what its manifest says, and nothing else. */
  async function isRepaired(differences: readonly string[]): Promise<void> {
    const name = `remediation-role-${manifest.name}`;
    assert.deepEqual((await engine.run("account", "refresh")).diffs, { [name]: differences });
    const { changes, errors } = await engine.run("account", "up");
    assert.deepEqual([changes, errors], [{ same: 2 + MANIFESTS.length, update: 1 }, ""]);
    assert.deepEqual(await root.policies(), ["Rights"]);
    assert.deepEqual(JSON.parse(await root.policy()), remediationPolicy(manifest, baselineInputs()));
  }

  it("shows rights that somebody adds beside its own, or takes from it, and has them as they were", async () => {
    await iam.putRolePolicy({ RoleName: NAME, PolicyName: "More", PolicyDocument: everything });
    await isRepaired(["+ inlinePolicies[1]"]);
    await iam.deleteRolePolicy({ RoleName: NAME, PolicyName: "Rights" });
    await isRepaired(["- inlinePolicies[0]"]);
  });

  it("is nothing that the deployment role could make or widen without the boundary, or free of it", async () => {
    const own = client(new IAM(deployment));
    const boundary = `arn:aws:iam::${MEMBER}:policy/BulwarkRemediationBoundary`;
    const RoleName = "BulwarkRemediation-another";
    const make = (PermissionsBoundary?: string) =>
      own.createRole({ RoleName, AssumeRolePolicyDocument: trusts(MEMBER), PermissionsBoundary });
    await refused(make());
    await refused(make(`arn:aws:iam::${MEMBER}:policy/BulwarkDeploymentBoundary`));
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trusts(MEMBER) });
    const widen = () => own.putRolePolicy({ RoleName, PolicyName: "all", PolicyDocument: everything });
    await refused(widen());
    await own.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: boundary });
    await widen();
    await refused(own.deleteRolePermissionsBoundary({ RoleName }));
    await refused(own.createPolicyVersion({ PolicyArn: boundary, PolicyDocument: everything, SetAsDefault: true }));
    await own.deleteRolePolicy({ RoleName, PolicyName: "all" });
    await own.deleteRole({ RoleName });
    await make(boundary);
    await own.deleteRole({ RoleName });
  });

  it("shows a custom action that somebody renamed, and has it back", async () => {
    const hub = client(new SecurityHub(sandbox.root(SECURITY)));
    const { id, name: Name, description: Description } = manifest.customAction;
    const own = async () =>
      (await hub.describeActionTargets({})).ActionTargets?.filter(({ ActionTargetArn }) =>
        ActionTargetArn?.endsWith(`:action/custom/${id}`),
      );
    const [made] = (await own()) ?? [];
    await hub.updateActionTarget({ ActionTargetArn: made?.ActionTargetArn, Name: "Ignore" });
    const { diffs } = await engine.run("admin", "refresh");
    assert.deepEqual(diffs[`custom-action-${manifest.name}-us-east-1`], ["~ name"]);
    const { errors } = await engine.run("admin", "up", admin());
    assert.equal(errors, "");
    assert.deepEqual(await own(), [{ ActionTargetArn: made?.ActionTargetArn, Name, Description }]);
    // The trust that this test put in place of Lambda's was drift too.
    await refused(session(sandbox.root(SECURITY), `arn:aws:iam::${SECURITY}:role/BulwarkResponse`));
  });

  it("goes when remediations are switched off, and its boundary with the deployment role", async () => {
    for (const [stack, program] of [
      ["admin", admin({ remediations: { enabled: false } })],
      ["account", baseline({ remediations: { off: MANIFESTS.map(({ name }) => name) } })],
    ] as const) {
      assert.equal((await engine.run(stack, "up", program)).errors, "");
    }
    const names = async (at: IAM) => (await at.listRoles({})).Roles?.map(({ RoleName }) => RoleName);
    assert.ok(!(await names(iam))?.includes(NAME));
    assert.ok(!(await names(client(new IAM(sandbox.root(SECURITY)))))?.includes("BulwarkResponse"));
    assert.deepEqual(
      (await client(new SecurityHub(sandbox.root(SECURITY))).describeActionTargets({})).ActionTargets,
      [],
    );
    const { roleName, boundary, boundariesOfOthers = [] } = deploymentRole(settings(), "member");
    await removeRole(
      { iam, partition: "aws", accountId: MEMBER, region: "us-east-1" },
      { roleName, policyNames: [boundary, ...boundariesOfOthers].flatMap((policy) => policy?.policyName ?? []) },
    );
    assert.deepEqual((await iam.listPolicies({ Scope: "Local" })).Policies, []);
  });
});
