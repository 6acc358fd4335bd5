import assert from "node:assert/strict";
import {
  CreateDetectorCommand,
  DeleteDetectorCommand,
  GuardDutyClient,
  ListDetectorsCommand,
  UpdateDetectorCommand,
} from "@aws-sdk/client-guardduty";
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  GetRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { CreateKeyCommand, DescribeKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import { Organizations } from "@aws-sdk/client-organizations";
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { guardrailPolicyTypes, guardrailsOf } from "../../programs/admin/guardrails/policies.ts";
import { guardDuty } from "../../sandbox/emulators/guardduty/emulator.ts";
import { enablePolicyTypes } from "../../stacks/bootstrap/policy-types.ts";
import { adminInputs } from "../programs/samples.ts";
import {
  type ClientSettings,
  MANAGEMENT,
  MEMBER,
  OPTED_IN,
  OUTSIDE,
  startTestSandbox,
  type TestSandbox,
} from "./gateway-fixture.ts";

const PROD = "ou-gate-prod00001";
const PARTNER = "700000000001";
const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });

/** The guardrails as the admin stack has them, attached to the unit of the member accounts and evaluated by the sandbox's IAM. */
describe("guardrails that are attached", () => {
  let sandbox: TestSandbox;
  let organizations: Organizations;
  /** Sessions of roles with every right. */
  const sessions: Record<string, ClientSettings> = {};
  const denied = (call: Promise<unknown>, kind: "service" | "resource" = "service") =>
    assert.rejects(call, { name: /^AccessDenied/, message: new RegExp(`explicit deny in a ${kind} control policy`) });

  async function makeSession(account: string, RoleName: string): Promise<ClientSettings> {
    const iam = new IAMClient(sandbox.as(account));
    const trust = document({ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    const PolicyDocument = document({ Effect: "Allow", Action: "*", Resource: "*" });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "all", PolicyDocument }));
    const { Credentials: keys } = await new STSClient(sandbox.as(account)).send(
      new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "test" }),
    );
    return {
      ...sandbox.as(account),
      credentials: {
        accessKeyId: keys?.AccessKeyId ?? "",
        secretAccessKey: keys?.SecretAccessKey ?? "",
        sessionToken: keys?.SessionToken ?? "",
      },
    };
  }
  const session = (name: string): ClientSettings => {
    const found = sessions[name];
    assert.ok(found, name);
    return found;
  };
  const guardDutyOf = (name: string, region = "us-east-1") => new GuardDutyClient({ ...session(name), region });
  const iamOf = (name: string, region = "us-east-1") => new IAMClient({ ...session(name), region });

  before(async () => {
    sandbox = await startTestSandbox([guardDuty]);
    organizations = new Organizations(sandbox.as(MANAGEMENT));
    for (const [name, account, role] of [
      ["team", MEMBER, "Admin"],
      ["deployment", MEMBER, "BulwarkDeployment"],
      ["remediation", MEMBER, "BulwarkRemediation-s3"],
      ["emergency", MEMBER, "BreakGlass"],
      ["colleague", OPTED_IN, "Admin"],
      ["boss", MANAGEMENT, "Admin"],
      ["stranger", OUTSIDE, "Admin"],
      ["impostor", OUTSIDE, "BulwarkDeployment"],
      ["partner", PARTNER, "Admin"],
    ] as const) {
      sessions[name] = await makeSession(account, role);
    }
    const inputs = adminInputs({
      organizationId: "o-gatewaytest",
      features: {
        guardrails: {
          enabled: true,
          trialUnit: PROD,
          breakGlassRoles: ["BreakGlass"],
          externalAccess: { partnerAccounts: [PARTNER] },
          ec2: { enabled: true },
        },
      },
    });
    const types = guardrailPolicyTypes(inputs.features);
    assert.deepEqual(await enablePolicyTypes(organizations, types, 10), types);
    assert.deepEqual(await enablePolicyTypes(organizations, types, 10), []);
    for (const { label, type, document: make } of guardrailsOf(inputs.features)) {
      const Content = JSON.stringify(make(inputs));
      const made = await organizations.createPolicy({ Name: label, Description: "", Type: type, Content });
      await organizations.attachPolicy({ PolicyId: made.Policy?.PolicySummary?.Id, TargetId: PROD });
    }
  });
  after(() => sandbox.close());

  it("keep a detector on against everyone in the account but Bulwark and emergencies", async () => {
    const { DetectorId } = await guardDutyOf("team").send(new CreateDetectorCommand({ Enable: true }));
    const off = new UpdateDetectorCommand({ DetectorId, Enable: false });
    await denied(guardDutyOf("team").send(off));
    await denied(new GuardDutyClient(sandbox.as(MEMBER)).send(off));
    await denied(guardDutyOf("team").send(new DeleteDetectorCommand({ DetectorId })));
    for (const exempt of ["deployment", "remediation", "emergency"]) await guardDutyOf(exempt).send(off);
    await guardDutyOf("deployment").send(new DeleteDetectorCommand({ DetectorId }));
  });

  it("let nobody else make or change roles of exempt names, and teams their own", async () => {
    const trust = document({ Effect: "Allow", Principal: { AWS: MEMBER }, Action: "sts:AssumeRole" });
    const rights = document({ Effect: "Allow", Action: "s3:*", Resource: "*" });
    const make = (name: string, RoleName: string) =>
      iamOf(name).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    const change = (name: string, RoleName: string) =>
      iamOf(name).send(new PutRolePolicyCommand({ RoleName, PolicyName: "more", PolicyDocument: rights }));
    for (const own of ["BulwarkDeployment", "BulwarkRemediation-s3", "BreakGlass"]) await denied(change("team", own));
    for (const name of ["BulwarkOfMine", "OrganizationAccountAccessRole"]) await denied(make("team", name));
    await denied(iamOf("team").send(new DeleteRoleCommand({ RoleName: "BulwarkDeployment" })));
    await iamOf("team").send(new GetRoleCommand({ RoleName: "BulwarkDeployment" }));
    await make("team", "Application");
    await change("deployment", "BulwarkRemediation-s3");
  });

  it("keep accounts in the organization, in an emergency, too", async () => {
    for (const name of ["team", "deployment", "emergency"]) {
      await denied(new Organizations(session(name)).leaveOrganization({}));
    }
  });

  it("deny what is not global in other regions", async () => {
    const detectors = (name: string, region: string) => guardDutyOf(name, region).send(new ListDetectorsCommand({}));
    await denied(detectors("team", "eu-west-1"));
    for (const region of ["us-east-1", "us-west-2"]) await detectors("team", region);
    await detectors("deployment", "eu-west-1");
    await iamOf("team", "eu-west-1").send(new GetRoleCommand({ RoleName: "Admin" }));
    await new STSClient({ ...session("team"), region: "eu-west-1" }).send(new GetCallerIdentityCommand({}));
    await denied(new KMSClient({ ...session("team"), region: "eu-west-1" }).send(new CreateKeyCommand({})));
    await detectors("boss", "eu-west-1");
  });

  it("close buckets and keys to principals of other organizations, whatever they are called, but not to partners", async () => {
    const s3 = (as: ClientSettings) => new S3Client({ ...as, forcePathStyle: true });
    const owner = s3(session("team"));
    const [Bucket, Key] = ["guardrail-test-open", "report"];
    await owner.send(new CreateBucketCommand({ Bucket }));
    await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
    const open = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` };
    await owner.send(new PutBucketPolicyCommand({ Bucket, Policy: document(open) }));
    await owner.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
    const read = (name: string) => s3(session(name)).send(new GetObjectCommand({ Bucket, Key }));
    for (const name of ["stranger", "impostor"]) await denied(read(name), "resource");
    assert.equal((await fetch(`${sandbox.url}/${Bucket}/${Key}`)).status, 403);
    for (const name of ["team", "colleague", "boss", "partner", "emergency"]) await read(name);

    const Policy = document({ Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*", Resource: "*" });
    const { KeyMetadata } = await new KMSClient(session("team")).send(new CreateKeyCommand({ Policy }));
    const look = (name: string) =>
      new KMSClient(session(name)).send(new DescribeKeyCommand({ KeyId: KeyMetadata?.Arn }));
    await denied(look("stranger"), "resource");
    // MiniStack serves keys to their own account only.
    await look("team");
  });

  it("close roles to principals of other organizations that they trust", async () => {
    const RoleName = "TrustsTooMany";
    const trust = document({ Effect: "Allow", Principal: { AWS: "*" }, Action: "sts:AssumeRole" });
    const { Role } = await iamOf("team").send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust }));
    const assume = (name: string) =>
      new STSClient(session(name)).send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "test" }));
    await denied(assume("stranger"), "resource");
    for (const name of ["partner", "colleague", "boss"]) await assume(name);
  });

  it("declare EC2's settings for the unit's accounts", async () => {
    const { EffectivePolicy } = await organizations.describeEffectivePolicy({
      PolicyType: "DECLARATIVE_POLICY_EC2",
      TargetId: MEMBER,
    });
    const { ec2_attributes: declared } = JSON.parse(EffectivePolicy?.PolicyContent ?? "{}");
    assert.deepEqual(declared.image_block_public_access, { state: "block_new_sharing" });
    assert.deepEqual(declared.serial_console_access, { status: "disabled" });
    assert.equal(declared.instance_metadata_defaults.http_tokens, "required");
  });
});
