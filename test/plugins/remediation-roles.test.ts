import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetPublicAccessBlockCommand,
  type PublicAccessBlockConfiguration,
  PutPublicAccessBlockCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  DeletePublicAccessBlockCommand as DeleteOfAccount,
  GetPublicAccessBlockCommand as GetOfAccount,
  S3ControlClient,
} from "@aws-sdk/client-s3-control";
import { SecurityHub } from "@aws-sdk/client-securityhub";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { response } from "../../programs/admin/response.ts";
import { adminStack } from "../../programs/admin/stack.ts";
import { remediationRoles } from "../../programs/baseline/remediation-roles.ts";
import { baselineStack } from "../../programs/baseline/stack.ts";
import { deploymentRole } from "../../programs/bootstrap/deployment-role.ts";
import { apply, type Change, type Clients, undo } from "../../remediation/s3-public-access-block/apply.ts";
import type { Target } from "../../remediation/s3-public-access-block/decide.ts";
import { s3PublicAccessBlock as manifest } from "../../remediation/s3-public-access-block/manifest.ts";
import { StepError } from "../../remediation/step-error.ts";
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
const bucket: Target = { kind: "bucket", accountId: MEMBER, bucket: "statements" };
const account: Target = { kind: "account", accountId: MEMBER };
const BOTH: readonly Target[] = [bucket, account];

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
    await root.s3().send(new CreateBucketCommand({ Bucket: "statements" }));
  });
  after(async () => {
    for (const one of opened) one.destroy();
    await engine?.remove();
    await sandbox?.close();
  });

  const clientsOf = (access: RootAccess): Clients => ({
    s3: client(new S3Client(access)),
    s3Control: client(new S3ControlClient({ ...access, endpointProvider: () => ({ url: new URL(access.endpoint) }) })),
  });
  /** What an independent client of the account sees and does. */
  const root = {
    s3: () => clientsOf(sandbox.root(MEMBER)).s3,
    s3Control: () => clientsOf(sandbox.root(MEMBER)).s3Control,
    async see({ kind }: Target): Promise<PublicAccessBlockConfiguration | undefined> {
      const asked: Promise<{ PublicAccessBlockConfiguration?: PublicAccessBlockConfiguration | undefined }> =
        kind === "bucket"
          ? root.s3().send(new GetPublicAccessBlockCommand({ Bucket: "statements" }))
          : root.s3Control().send(new GetOfAccount({ AccountId: MEMBER }));
      return asked.then(
        (answer) => answer.PublicAccessBlockConfiguration,
        (error: Error) => {
          assert.equal(error.name, "NoSuchPublicAccessBlockConfiguration");
          return undefined;
        },
      );
    },
    async open(): Promise<void> {
      await root.s3().send(new DeletePublicAccessBlockCommand({ Bucket: "statements" }));
      await root.s3Control().send(new DeleteOfAccount({ AccountId: MEMBER }));
    },
    putPolicy: (PolicyDocument: string) =>
      iam.putRolePolicy({ RoleName: NAME, PolicyName: "Remediation", PolicyDocument }),
  };

  const remediating = async () => clientsOf(await session(responding, ROLE));
  const stepOf = (work: Promise<unknown>) =>
    work.then(
      () => "done",
      (error: unknown) => {
        assert.ok(error instanceof StepError, String(error));
        assert.match(String((error.cause as Error).name), /^AccessDenied/, error.message);
        return error.step;
      },
    );
  const recorded: Change[] = [];
  const record = async (change: Change) => void recorded.push(change);

  it("comes with the response of the security account and its custom action, and is the same the second time", async () => {
    for (const [stack, program, all] of [
      ["admin", admin(), 7],
      ["account", baseline(), 5],
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

  it("closes a bucket and the account, records what was before, and gives back exactly that", async () => {
    const clients = await remediating();
    await root.open();
    await root
      .s3()
      .send(new PutPublicAccessBlockCommand({ Bucket: "statements", PublicAccessBlockConfiguration: PARTLY }));
    for (const [target, before] of [
      [bucket, PARTLY],
      [account, undefined],
    ] as const) {
      const change = await apply(clients, target, record);
      assert.deepEqual(await root.see(target), CLOSED);
      assert.deepEqual(recorded.at(-1), change);
      assert.equal(await apply(clients, target, () => assert.fail("recorded twice")), undefined);
      assert.ok(change !== undefined);
      await undo(clients, change);
      assert.deepEqual(await root.see(target), before);
      await undo(clients, change);
      assert.deepEqual(await root.see(target), before);
    }
  });

  it("changes nothing that was not recorded, and gives nothing back over what somebody else has set since", async () => {
    const clients = await remediating();
    await root.open();
    const unrecorded = apply(clients, bucket, () => Promise.reject(new Error("the ledger is away")));
    await assert.rejects(unrecorded, { step: "record", message: /recording .*bucket statements.*the ledger is away/ });
    assert.equal(await root.see(bucket), undefined);
    const change = await apply(clients, bucket, record);
    await root
      .s3()
      .send(new PutPublicAccessBlockCommand({ Bucket: "statements", PublicAccessBlockConfiguration: PARTLY }));
    assert.ok(change !== undefined);
    await assert.rejects(undo(clients, change), { step: "undo", message: /somebody has changed it since/ });
    assert.deepEqual(await root.see(bucket), PARTLY);
  });

  /** The step that fails without an action, going forth and going back. */
  const STEPS: Readonly<Record<string, { target: Target; forth: string; back: string }>> = {
    "s3:GetAccountPublicAccessBlock": { target: account, forth: "read", back: "read" },
    "s3:PutAccountPublicAccessBlock": { target: account, forth: "change", back: "undo" },
    "s3:GetBucketPublicAccessBlock": { target: bucket, forth: "read", back: "read" },
    "s3:PutBucketPublicAccessBlock": { target: bucket, forth: "change", back: "undo" },
  };

  it("needs every action of its manifest: without one, exactly the step that makes it fails", async () => {
    const actions = manifest.role.flatMap((statement) => statement.actions);
    assert.deepEqual([...actions].sort(), Object.keys(STEPS).sort());
    const clients = await remediating();
    const { PolicyDocument = "" } = await iam.getRolePolicy({ RoleName: NAME, PolicyName: "Remediation" });
    const whole = JSON.parse(decodeURIComponent(PolicyDocument)) as { Statement: { Action: string[] }[] };
    for (const [action, wanted] of Object.entries(STEPS)) {
      await root.open();
      const changes = await Promise.all(BOTH.map((target) => apply(clients, target, record)));
      const without = whole.Statement.map((statement) => ({
        ...statement,
        Action: statement.Action.filter((one) => one !== action),
      }));
      await root.putPolicy(document(...without));
      for (const change of changes) {
        assert.ok(change !== undefined);
        const { target } = change;
        const mine: boolean = wanted.target === target;
        assert.equal(await stepOf(undo(clients, change)), mine ? wanted.back : "done", `undo without ${action}`);
        assert.deepEqual(await root.see(target), mine ? CLOSED : undefined);
      }
      await root.open();
      for (const target of BOTH) {
        const mine: boolean = wanted.target === target;
        assert.equal(await stepOf(apply(clients, target, record)), mine ? wanted.forth : "done", `without ${action}`);
        assert.deepEqual(await root.see(target), mine ? undefined : CLOSED);
      }
      await root.putPolicy(JSON.stringify(whole));
    }
  });

  it("gets no further by a policy that somebody widens, and is narrowed again by the next deployment", async () => {
    await root.putPolicy(everything);
    const wide = await session(responding, ROLE);
    await refused(client(new IAM(wide)).createUser({ UserName: "backdoor" }));
    await refused(client(new IAM(wide)).listRoles({}));
    const drift = await engine.run("account", "refresh");
    assert.deepEqual(drift.diffs, { [`remediation-policy-${manifest.name}`]: ["~ policy"] });
    const { changes, errors } = await engine.run("account", "up");
    assert.deepEqual([changes, errors], [{ same: 4, update: 1 }, ""]);
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
    const { ActionTargets: [made] = [] } = await hub.describeActionTargets({});
    const { id, name: Name, description: Description } = manifest.customAction;
    assert.match(made?.ActionTargetArn ?? "", new RegExp(`:action/custom/${id}$`));
    await hub.updateActionTarget({ ActionTargetArn: made?.ActionTargetArn, Name: "Ignore" });
    const { diffs } = await engine.run("admin", "refresh");
    assert.deepEqual(diffs[`custom-action-${manifest.name}-us-east-1`], ["~ name"]);
    const { errors } = await engine.run("admin", "up", admin());
    assert.equal(errors, "");
    const { ActionTargets = [] } = await hub.describeActionTargets({});
    assert.deepEqual(ActionTargets, [{ ActionTargetArn: made?.ActionTargetArn, Name, Description }]);
    // The trust that this test put in place of Lambda's was drift too.
    await refused(session(sandbox.root(SECURITY), `arn:aws:iam::${SECURITY}:role/BulwarkResponse`));
  });

  it("goes when remediations are switched off, and its boundary with the deployment role", async () => {
    for (const [stack, program] of [
      ["admin", admin({ remediations: { enabled: false } })],
      ["account", baseline({ remediations: { off: [manifest.name] } })],
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
