import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { Organizations } from "@aws-sdk/client-organizations";
import { STS } from "@aws-sdk/client-sts";
import { managementRole } from "../../programs/bootstrap/management-role.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { readRootCredentials, removeRootCredentials } from "../../stacks/aws/root-credentials.ts";
import { settings } from "../api/fakes.ts";
import { assume, type RunningSandbox, runSandbox } from "./running-sandbox.ts";

const management = "111111111111";
const security = "222222222222";
const clearing = "100000000001";
const risk = "100000000002";
const outsider = "555555555555";
const task = (name: string) => ({ arn: `arn:aws:iam::aws:policy/root-task/${name}` });
const none = { password: false, accessKeys: 0, signingCertificates: 0, mfaDevices: 0 };
const removing = OrganizationSettings.parse({
  ...settings,
  features: { rootAccess: { enabled: true, removeCredentials: true } },
});

describe("credentials of root users", () => {
  let sandbox: RunningSandbox;
  let access: Awaited<ReturnType<typeof assume>>;
  let sts: STS;

  const role = async (accountId: string, name: string, policies: Readonly<Record<string, object>>) => {
    const iam = new IAM(sandbox.root(accountId));
    const Principal = { AWS: `arn:aws:iam::${accountId}:root` };
    const trust = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }] };
    await iam.createRole({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trust) });
    for (const [PolicyName, document] of Object.entries(policies)) {
      await iam.putRolePolicy({ RoleName: name, PolicyName, PolicyDocument: JSON.stringify(document) });
    }
    return assume(sandbox, accountId, accountId, name);
  };
  const open = async (name: string, TargetPrincipal = clearing) => {
    const { Credentials: keys } = await sts.assumeRoot({ TargetPrincipal, TaskPolicyArn: task(name) });
    return new IAM({
      ...sandbox.root(TargetPrincipal),
      credentials: {
        accessKeyId: keys?.AccessKeyId ?? "",
        secretAccessKey: keys?.SecretAccessKey ?? "",
        sessionToken: keys?.SessionToken ?? "",
      },
    });
  };
  const request = (accountId: string) => ({
    ...({ accountId, partition: "aws", region: "us-east-1", endpoint: sandbox.url } as const),
    management: { accountId: management, credentials: { ...access.credentials, expiration: "2099-01-01T00:00:00Z" } },
  });

  before(async () => {
    sandbox = await runSandbox();
    access = await role(management, "Manager", managementRole(removing, "o-bulwark0demo").policies);
    sts = new STS({ ...access, maxAttempts: 1 });
  });
  after(() => sandbox?.close());

  it("are out of reach until central root access is on, and the error says what to do", async () => {
    await assert.rejects(readRootCredentials(request(clearing)), {
      failure: "access_denied",
      call: "sts:AssumeRoot",
      accountId: management,
      remedy: /runs make bootstrap.*POST \/admin\/deployments switches central root access on/,
    });
    const organizations = new Organizations(sandbox.root(management));
    await organizations.enableAWSServiceAccess({ ServicePrincipal: "iam.amazonaws.com" });
    await new IAM(sandbox.root(management)).enableOrganizationsRootCredentialsManagement({});
    assert.deepEqual(await readRootCredentials(request(clearing)), { accountId: clearing, ...none });
  });

  it("are opened for the tasks of the role alone, in members alone, by nobody else", async () => {
    const denied = { name: "AccessDenied", message: /not authorized to perform: sts:AssumeRoot/ };
    const audit = task("IAMAuditRootUserCredentials");
    const passwords = task("IAMCreateRootUserPassword");
    await assert.rejects(sts.assumeRoot({ TargetPrincipal: clearing, TaskPolicyArn: passwords }), denied);
    for (const TargetPrincipal of [management, outsider]) {
      await assert.rejects(sts.assumeRoot({ TargetPrincipal, TaskPolicyArn: audit }), denied);
    }
    for (const accountId of [management, clearing]) {
      const root = new STS({ ...sandbox.root(accountId), maxAttempts: 1 });
      await assert.rejects(root.assumeRoot({ TargetPrincipal: risk, TaskPolicyArn: audit }), denied);
    }
    const invalid = (name: string, message: RegExp) => ({ name, message });
    const all = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "sts:*", Resource: "*" }] };
    const anybody = await role(management, "Anybody", { all });
    const free = new STS({ ...anybody, maxAttempts: 1 });
    const inMember = new STS({ ...(await role(security, "Anybody", { all })), maxAttempts: 1 });
    await assert.rejects(inMember.assumeRoot({ TargetPrincipal: clearing, TaskPolicyArn: audit }), denied);
    const unlock = task("S3UnlockBucketPolicy");
    await assert.rejects(
      free.assumeRoot({ TargetPrincipal: clearing, TaskPolicyArn: unlock }),
      denied,
      "needs sessions",
    );
    await assert.rejects(
      free.assumeRoot({ TargetPrincipal: clearing, TaskPolicyArn: { arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" } }),
      invalid("ValidationError", /not a policy for root tasks/),
    );
    await assert.rejects(
      free.assumeRoot({ TargetPrincipal: "not-an-account", TaskPolicyArn: audit }),
      invalid("ValidationError", /neither an account ID nor the ARN/),
    );
    await assert.rejects(
      free.assumeRoot({ TargetPrincipal: clearing, TaskPolicyArn: audit, DurationSeconds: 901 }),
      invalid("ValidationError", /900/),
    );
    const arn = `arn:aws:iam::${clearing}:root`;
    assert.ok((await free.assumeRoot({ TargetPrincipal: arn, TaskPolicyArn: passwords })).Credentials?.SessionToken);
  });

  it("are removed, whatever there is, and a second time there is nothing", async () => {
    const root = new IAM({ ...sandbox.root(clearing), maxAttempts: 1 });
    await root.createUser({ UserName: "operator" });
    await root.createLoginProfile({ UserName: "operator", Password: "Correct-horse-1" });
    await root.createAccessKey({});
    await root.createAccessKey({ UserName: "operator" });
    const pem = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
    await root.uploadSigningCertificate({ CertificateBody: pem });
    await assert.rejects(root.uploadSigningCertificate({ CertificateBody: "MIIB" }), {
      name: "MalformedCertificateException",
    });
    const device = await root.createVirtualMFADevice({ VirtualMFADeviceName: "phone" });
    const SerialNumber = device.VirtualMFADevice?.SerialNumber ?? "";
    const codes = { AuthenticationCode1: "123456", AuthenticationCode2: "654321" };
    await root.enableMFADevice({ UserName: "root-account", SerialNumber, ...codes });
    await assert.rejects(
      root.getLoginProfile({}),
      { name: "ValidationError" },
      "a root user's own credentials don't do",
    );
    const free = new STS(await assume(sandbox, management, management, "Anybody"));
    const manager = sts;
    sts = free;
    await (await open("IAMCreateRootUserPassword")).createLoginProfile({});
    sts = manager;

    const all = { accountId: clearing, password: true, accessKeys: 1, signingCertificates: 1, mfaDevices: 1 };
    assert.deepEqual(await readRootCredentials(request(clearing)), all);
    assert.deepEqual(await removeRootCredentials(request(clearing)), all);
    assert.deepEqual(await removeRootCredentials(request(clearing)), { accountId: clearing, ...none });
    assert.equal(
      (await root.listAccessKeys({ UserName: "operator" })).AccessKeyMetadata?.length,
      1,
      "of others, nothing",
    );
    assert.ok((await root.getLoginProfile({ UserName: "operator" })).LoginProfile);
  });

  it("are all that a session reaches, and looking is all that one for looking may", async () => {
    const denied = { name: "AccessDenied", message: /explicit deny/ };
    const looking = await open("IAMAuditRootUserCredentials");
    await assert.rejects(looking.deleteLoginProfile({}), denied);
    await assert.rejects(looking.listUsers({}), denied);
    const deleting = await open("IAMDeleteRootUserCredentials");
    await assert.rejects(deleting.deleteLoginProfile({ UserName: "operator" }), denied);
    await assert.rejects(deleting.deleteLoginProfile({}), { name: "NoSuchEntityException" });
  });

  it("stay where a service control policy denies root users, and the error says how to let the session pass", async () => {
    const organizations = new Organizations(sandbox.root(management));
    const [{ Id: RootId } = {}] = (await organizations.listRoots({})).Roots ?? [];
    const [enabled] = (await organizations.listRoots({})).Roots?.[0]?.PolicyTypes ?? [];
    if (enabled === undefined) await organizations.enablePolicyType({ RootId, PolicyType: "SERVICE_CONTROL_POLICY" });
    const forbid = async (Name: string, TargetId: string, Condition: object) => {
      const Statement = [{ Effect: "Deny", Action: "*", Resource: "*", Condition }];
      const Content = JSON.stringify({ Version: "2012-10-17", Statement });
      const made = await organizations.createPolicy({
        Name,
        Description: Name,
        Type: "SERVICE_CONTROL_POLICY",
        Content,
      });
      await organizations.attachPolicy({ PolicyId: made.Policy?.PolicySummary?.Id, TargetId });
    };
    const isRoot = { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:root" } };
    await forbid("no-roots", risk, isRoot);
    await assert.rejects(readRootCredentials(request(risk)), {
      failure: "access_denied",
      call: "iam:GetLoginProfile",
      accountId: risk,
      remedy: /service control policy that denies root users of account 100000000002.*aws:AssumedRoot/,
    });
    await forbid("no-roots-but-sessions", clearing, { ...isRoot, Null: { "aws:AssumedRoot": "true" } });
    assert.deepEqual(await readRootCredentials(request(clearing)), { accountId: clearing, ...none });
  });
});
