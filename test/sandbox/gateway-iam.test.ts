import assert from "node:assert/strict";
import { EC2Client, GetEbsEncryptionByDefaultCommand } from "@aws-sdk/client-ec2";
import {
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateServiceLinkedRoleCommand,
  CreateUserCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountPasswordPolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  UpdateAccountPasswordPolicyCommand,
} from "@aws-sdk/client-iam";
import { Inspector2Client, ListTagsForResourceCommand } from "@aws-sdk/client-inspector2";
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { inspections, parameters } from "./gateway-emulators.ts";
import {
  type ClientSettings,
  MANAGEMENT,
  MEMBER,
  OPTED_IN,
  OUTSIDE,
  SUSPENDED,
  startTestSandbox,
  type TestSandbox,
} from "./gateway-fixture.ts";

const ARN = `arn:aws:inspector2:us-east-1:${MEMBER}:owner/${MEMBER}/filter/abc`;

interface Statement {
  readonly Effect?: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource?: string;
  readonly Principal?: object | "*";
  readonly Condition?: object;
}

function policy(...statements: readonly Statement[]): string {
  const resource = (statement: Statement) => ("Principal" in statement ? {} : { Resource: "*" });
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map((statement) => ({ Effect: "Allow", ...resource(statement), ...statement })),
  });
}

describe("the one IAM of the sandbox", () => {
  let sandbox: TestSandbox;
  before(async () => {
    sandbox = await startTestSandbox([parameters, inspections()]);
  });
  after(() => sandbox.close());

  let roles = 0;
  /** Makes a role in `account` that `trust` lets in, with one inline policy. */
  async function makeRole(account: string, rights: string, trust: Statement, more: object = {}): Promise<string> {
    const iam = new IAMClient(sandbox.as(account));
    const RoleName = `role-${++roles}`;
    const { Role } = await iam.send(
      new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: policy(trust), ...more }),
    );
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "rights", PolicyDocument: rights }));
    return Role?.Arn ?? "";
  }

  async function assume(caller: ClientSettings, RoleArn: string, more: object = {}): Promise<ClientSettings> {
    const command = new AssumeRoleCommand({ RoleArn, RoleSessionName: "op-1", ...more });
    const { Credentials } = await new STSClient(caller).send(command);
    return {
      ...caller,
      credentials: {
        accessKeyId: Credentials?.AccessKeyId ?? "",
        secretAccessKey: Credentials?.SecretAccessKey ?? "",
        sessionToken: Credentials?.SessionToken ?? "",
      },
    };
  }

  const trustOf = (account: string, ...actions: string[]): Statement => ({
    Action: ["sts:AssumeRole", ...actions],
    Principal: { AWS: `arn:aws:iam::${account}:root` },
  });
  const tags = (settings: ClientSettings) =>
    new Inspector2Client(settings).send(new ListTagsForResourceCommand({ resourceArn: ARN }));
  const encryption = (settings: ClientSettings) =>
    new EC2Client(settings).send(new GetEbsEncryptionByDefaultCommand({}));
  const buckets = (settings: ClientSettings) => new S3Client(settings).send(new ListBucketsCommand({}));

  it("allows what the role's policy names and denies the rest, whoever serves the call", async () => {
    const rights = policy({ Action: ["inspector2:ListTagsForResource", "ec2:GetEbsEncryptionByDefault"] });
    const allowed = await assume(sandbox.as(MEMBER), await makeRole(MEMBER, rights, trustOf(MEMBER)));
    await tags(allowed);
    await encryption(allowed);
    await assert.rejects(buckets(allowed), { name: "AccessDenied" });
    const s3Only = await assume(
      sandbox.as(MEMBER),
      await makeRole(MEMBER, policy({ Action: "s3:*" }), trustOf(MEMBER)),
    );
    await buckets(s3Only);
    await assert.rejects(tags(s3Only), {
      name: "AccessDeniedException",
      message: new RegExp(
        `^User: arn:aws:sts::${MEMBER}:assumed-role/role-\\d+/op-1 is not authorized to perform: inspector2:ListTagsForResource`,
      ),
    });
    await assert.rejects(encryption(s3Only), { name: "UnauthorizedOperation" });
  });

  it("checks an emulated call on the resource that its emulator names", async () => {
    await new SSMClient(sandbox.as(MEMBER)).send(new PutParameterCommand({ Name: "public", Value: "1" }));
    const rights = policy({ Action: "ssm:GetParameter", Resource: `arn:aws:ssm:*:${MEMBER}:parameter/public` });
    const reader = new SSMClient(await assume(sandbox.as(MEMBER), await makeRole(MEMBER, rights, trustOf(MEMBER))));
    await reader.send(new GetParameterCommand({ Name: "public" }));
    await assert.rejects(reader.send(new GetParameterCommand({ Name: "secret" })), { name: "AccessDeniedException" });
  });

  it("refuses a stranger, a wrong signature and an unknown key", async () => {
    const role = await makeRole(MEMBER, policy({ Action: "*" }), trustOf(MANAGEMENT));
    const inside = await assume(sandbox.as(MANAGEMENT), role);
    await tags(inside);
    await assert.rejects(assume(sandbox.as(OUTSIDE), role), { name: "AccessDenied" });
    const forged = { ...inside, credentials: { ...inside.credentials, secretAccessKey: "x".repeat(40) } };
    await assert.rejects(tags(forged), { name: "InvalidSignatureException" });
    await assert.rejects(buckets(forged), { name: "SignatureDoesNotMatch" });
    const unknown = { ...inside, credentials: { accessKeyId: "AKIAUNKNOWNUNKNOWN00", secretAccessKey: "x" } };
    await assert.rejects(tags(unknown), { name: "UnrecognizedClientException" });
    await assert.rejects(encryption(unknown), { name: "AuthFailure" });
  });

  it("never lets a stranger's root assume a role that trusts a service", async () => {
    const trust = { Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } };
    const role = await makeRole(MEMBER, policy({ Action: "*" }), trust);
    await assert.rejects(assume(sandbox.as(OUTSIDE), role), { name: "AccessDenied" });
    await assert.rejects(assume(sandbox.as(MEMBER), role), { name: "AccessDenied" });
  });

  it("keeps within session policies and permissions boundaries", async () => {
    const iam = new IAMClient(sandbox.as(MEMBER));
    const document = policy({ Action: ["inspector2:*", "s3:*"] });
    const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: "Boundary", PolicyDocument: document }));
    const bounded = { PermissionsBoundary: Policy?.Arn };
    const role = await makeRole(MEMBER, policy({ Action: "*" }), trustOf(MEMBER), bounded);
    const session = await assume(sandbox.as(MEMBER), role);
    await tags(session);
    await assert.rejects(encryption(session), { name: "UnauthorizedOperation" });
    const narrowed = await assume(sandbox.as(MEMBER), role, { Policy: policy({ Action: "s3:*" }) });
    await buckets(narrowed);
    await assert.rejects(tags(narrowed), { name: "AccessDeniedException" });
  });

  it("knows the organization of principal and resource", async () => {
    const own = { StringEquals: { "aws:PrincipalOrgID": "o-gatewaytest" } };
    const trust: Statement = { Action: "sts:AssumeRole", Principal: "*", Condition: own };
    const role = await makeRole(MEMBER, policy({ Action: "*" }), trust);
    await assume(sandbox.as(OPTED_IN), role);
    await assert.rejects(assume(sandbox.as(OUTSIDE), role), { name: "AccessDenied" });

    const path = { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-gatewaytest/r-gate/ou-gate-prod00001/*" } };
    const prodOnly = await makeRole(MEMBER, policy({ Action: "*" }), { ...trust, Condition: path });
    await assume(sandbox.as(OPTED_IN), prodOnly);
    await assert.rejects(assume(sandbox.as(MANAGEMENT), prodOnly), { name: "AccessDenied" });

    const resource = { StringEquals: { "aws:ResourceOrgID": "o-gatewaytest" } };
    const rights = policy({ Action: "sts:AssumeRole", Condition: resource });
    const climber = await assume(sandbox.as(MANAGEMENT), await makeRole(MANAGEMENT, rights, trustOf(MANAGEMENT)));
    const inside = await makeRole(MEMBER, policy({ Action: "*" }), trustOf(MANAGEMENT));
    const outside = await makeRole(OUTSIDE, policy({ Action: "*" }), trustOf(MANAGEMENT));
    await assume(climber, inside);
    await assert.rejects(assume(climber, outside), { name: "AccessDenied" });
    const unconditional = policy({ Action: "sts:AssumeRole" });
    const free = await assume(sandbox.as(MANAGEMENT), await makeRole(MANAGEMENT, unconditional, trustOf(MANAGEMENT)));
    await assume(free, outside);
  });

  it("opens a bucket to its organization by the bucket's policy", async () => {
    const owner = new S3Client(sandbox.as(MEMBER));
    await owner.send(new CreateBucketCommand({ Bucket: "org-wide" }));
    await owner.send(new PutObjectCommand({ Bucket: "org-wide", Key: "k", Body: "v" }));
    const condition = { StringEquals: { "aws:PrincipalOrgID": "o-gatewaytest" } };
    const statement: Statement = {
      Action: "s3:GetObject",
      Principal: "*",
      Resource: "arn:aws:s3:::org-wide/*",
      Condition: condition,
    };
    await owner.send(new PutBucketPolicyCommand({ Bucket: "org-wide", Policy: policy(statement) }));
    const read = (account: string) =>
      new S3Client(sandbox.as(account)).send(new GetObjectCommand({ Bucket: "org-wide", Key: "k" }));
    assert.equal(await (await read(OPTED_IN)).Body?.transformToString(), "v");
    await assert.rejects(read(OUTSIDE), { name: "AccessDenied" });
  });

  it("takes the role's ARN, path included, for aws:PrincipalArn of its sessions", async () => {
    const inPath = await makeRole(MEMBER, policy({ Action: "s3:*" }), trustOf(MEMBER), { Path: "/app/eu/" });
    const other = await makeRole(MEMBER, policy({ Action: "s3:*" }), trustOf(MEMBER));
    assert.match(inPath, /:role\/app\/eu\/role-\d+$/);
    const owner = new S3Client(sandbox.as(MEMBER));
    await owner.send(new CreateBucketCommand({ Bucket: "not-for-apps" }));
    const statement: Statement = {
      Effect: "Deny",
      Action: "s3:PutObject",
      Principal: "*",
      Resource: "arn:aws:s3:::not-for-apps/*",
      Condition: { ArnLike: { "aws:PrincipalArn": `arn:aws:iam::${MEMBER}:role/app/*` } },
    };
    await owner.send(new PutBucketPolicyCommand({ Bucket: "not-for-apps", Policy: policy(statement) }));
    const put = async (role: string) =>
      new S3Client(await assume(sandbox.as(MEMBER), role)).send(
        new PutObjectCommand({ Bucket: "not-for-apps", Key: "k", Body: "v" }),
      );
    await put(other);
    await assert.rejects(put(inPath), { name: "AccessDenied" });

    // One of the gateway's own services, and a trust policy.
    const only = (arn: string) => ({ Condition: { ArnEquals: { "aws:PrincipalArn": arn } } });
    const name = `role-${roles + 1}`;
    const arn = `arn:aws:iam::${MEMBER}:role/app/${name}`;
    const rights = policy(
      { Action: "inspector2:*", ...only(arn) },
      { Action: "ec2:*", ...only(`arn:aws:sts::${MEMBER}:assumed-role/${name}/op-1`) },
      { Action: "sts:AssumeRole" },
    );
    const session = await assume(
      sandbox.as(MEMBER),
      await makeRole(MEMBER, rights, trustOf(MEMBER), { Path: "/app/" }),
    );
    await tags(session);
    await assert.rejects(encryption(session), { name: "UnauthorizedOperation" });
    const everyone: Statement = { Action: "sts:AssumeRole", Principal: "*" };
    await assume(session, await makeRole(MEMBER, policy({ Action: "*" }), { ...everyone, ...only(arn) }));
    const another = await makeRole(MEMBER, policy({ Action: "*" }), { ...everyone, ...only(other) });
    await assert.rejects(assume(session, another), { name: "AccessDenied" });
  });

  it("puts what an update of the password policy leaves out back to its default", async () => {
    const iam = new IAMClient(sandbox.as(OUTSIDE));
    const read = async () => (await iam.send(new GetAccountPasswordPolicyCommand({}))).PasswordPolicy;
    const strict = { MinimumPasswordLength: 14, PasswordReusePrevention: 24, MaxPasswordAge: 90, RequireSymbols: true };
    await iam.send(new UpdateAccountPasswordPolicyCommand(strict));
    assert.equal((await read())?.PasswordReusePrevention, 24);
    await iam.send(new UpdateAccountPasswordPolicyCommand({ RequireNumbers: true }));
    assert.deepEqual(await read(), {
      MinimumPasswordLength: 6,
      RequireSymbols: false,
      RequireNumbers: true,
      RequireUppercaseCharacters: false,
      RequireLowercaseCharacters: false,
      AllowUsersToChangePassword: false,
      ExpirePasswords: false,
      HardExpiry: false,
    });
  });

  it("holds a root to a bucket policy, and counts its own connections as encrypted unless told otherwise", async () => {
    const owner = new S3Client(sandbox.as(MEMBER));
    await owner.send(new CreateBucketCommand({ Bucket: "tls-only" }));
    const insecure = { Bool: { "aws:SecureTransport": "false" } };
    const statement: Statement = {
      Effect: "Deny",
      Action: "s3:*",
      Principal: "*",
      Resource: "arn:aws:s3:::tls-only/*",
      Condition: insecure,
    };
    await owner.send(new PutBucketPolicyCommand({ Bucket: "tls-only", Policy: policy(statement) }));
    await owner.send(new PutObjectCommand({ Bucket: "tls-only", Key: "k", Body: "v" }));
    const plain = new S3Client(sandbox.as(MEMBER));
    plain.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers["x-forwarded-proto"] = "http";
        return next(args);
      },
      { step: "build" },
    );
    await assert.rejects(plain.send(new PutObjectCommand({ Bucket: "tls-only", Key: "k", Body: "v" })), {
      name: "AccessDenied",
    });
    await owner.send(new DeleteBucketPolicyCommand({ Bucket: "tls-only" }));
  });

  it("refuses the keys of a suspended account and the way into it", async () => {
    const suspended = sandbox.as(SUSPENDED);
    await assert.rejects(new STSClient(suspended).send(new GetCallerIdentityCommand({})), {
      name: "InvalidClientTokenId",
    });
    await assert.rejects(tags(suspended), { name: "UnrecognizedClientException" });
    await assert.rejects(buckets(suspended), { name: "InvalidAccessKeyId" });
    const role = `arn:aws:iam::${SUSPENDED}:role/OrganizationAccountAccessRole`;
    await assert.rejects(assume(sandbox.as(MANAGEMENT), role), { name: "AccessDenied" });
  });

  describe("source identity", () => {
    const all = policy({ Action: "*" });

    it("needs sts:SetSourceIdentity in the trust policy and in the caller's own", async () => {
      const willing = await makeRole(MEMBER, all, trustOf(MEMBER, "sts:SetSourceIdentity"));
      const unwilling = await makeRole(MEMBER, all, trustOf(MEMBER));
      await assume(sandbox.as(MEMBER), willing, { SourceIdentity: "op-7" });
      await assert.rejects(assume(sandbox.as(MEMBER), unwilling, { SourceIdentity: "op-7" }), {
        name: "AccessDenied",
        message: /sts:SetSourceIdentity/,
      });
      const assumeOnly = await makeRole(MEMBER, policy({ Action: "sts:AssumeRole" }), trustOf(MEMBER));
      const caller = await assume(sandbox.as(MEMBER), assumeOnly);
      await assume(caller, willing);
      await assert.rejects(assume(caller, willing, { SourceIdentity: "op-7" }), { message: /sts:SetSourceIdentity/ });
    });

    it("stays through a chain, can't be changed, and needs every role's consent", async () => {
      const first = await makeRole(MEMBER, all, trustOf(MEMBER, "sts:SetSourceIdentity"));
      const second = await makeRole(OPTED_IN, all, trustOf(MEMBER, "sts:SetSourceIdentity"));
      const deaf = await makeRole(OPTED_IN, all, trustOf(MEMBER));
      const session = await assume(sandbox.as(MEMBER), first, { SourceIdentity: "op-8" });
      const chained = await assume(session, second);
      await tags(chained);
      const calls = await fetch(`${sandbox.url}/_sandbox/calls?service=inspector2&sourceIdentity=op-8`);
      const [call] = (await calls.json()) as { sessionName?: string; accountId?: string }[];
      assert.deepEqual([call?.sessionName, call?.accountId], ["op-1", OPTED_IN]);
      await assert.rejects(assume(session, second, { SourceIdentity: "op-9" }), { name: "AccessDenied" });
      await assert.rejects(assume(session, deaf), { name: "AccessDenied", message: /sts:SetSourceIdentity/ });
    });

    it("is a condition of the trust and of later calls, and part of the answer", async () => {
      const named = { StringLike: { "sts:SourceIdentity": "op-*" } };
      const trust = { ...trustOf(MEMBER, "sts:SetSourceIdentity"), Condition: named };
      const rights = policy({ Action: "inspector2:*", Condition: { StringEquals: { "aws:SourceIdentity": "op-10" } } });
      const role = await makeRole(MEMBER, rights, trust);
      await assert.rejects(assume(sandbox.as(MEMBER), role), { name: "AccessDenied" });
      await assert.rejects(assume(sandbox.as(MEMBER), role, { SourceIdentity: "someone" }), { name: "AccessDenied" });
      await tags(await assume(sandbox.as(MEMBER), role, { SourceIdentity: "op-10" }));
      await assert.rejects(tags(await assume(sandbox.as(MEMBER), role, { SourceIdentity: "op-11" })), {
        name: "AccessDeniedException",
      });
      const command = new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "session", SourceIdentity: "op-12" });
      const answer = await new STSClient(sandbox.as(MEMBER)).send(command);
      assert.equal(answer.SourceIdentity, "op-12");
      await assert.rejects(assume(sandbox.as(MEMBER), role, { SourceIdentity: "no spaces" }), {
        name: "ValidationError",
      });
    });
  });

  it("checks IAM's own calls on paths, service-linked roles, boundaries and attached policies", async () => {
    const iam = new IAMClient(sandbox.as(OPTED_IN));
    const boundary = `arn:aws:iam::${OPTED_IN}:policy/Bound`;
    await iam.send(new CreatePolicyCommand({ PolicyName: "Bound", PolicyDocument: policy({ Action: "*" }) }));
    const rights = policy(
      {
        Action: "iam:CreateServiceLinkedRole",
        Resource: "arn:aws:iam::*:role/aws-service-role/config.amazonaws.com/*",
      },
      {
        Action: "iam:CreateRole",
        Resource: "arn:aws:iam::*:role/app/*",
        Condition: { StringEquals: { "iam:PermissionsBoundary": boundary } },
      },
      { Action: "iam:GetRole", Resource: "arn:aws:iam::*:role/app/*" },
      {
        Action: "iam:AttachRolePolicy",
        Condition: { ArnEquals: { "iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess" } },
      },
    );
    const builder = new IAMClient(
      await assume(sandbox.as(OPTED_IN), await makeRole(OPTED_IN, rights, trustOf(OPTED_IN))),
    );
    const { Role } = await builder.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: "config.amazonaws.com" }));
    assert.equal(
      Role?.Arn,
      `arn:aws:iam::${OPTED_IN}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig`,
    );
    await assert.rejects(builder.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: "config.amazonaws.com" })), {
      name: /InvalidInput/,
    });
    await assert.rejects(
      builder.send(new CreateServiceLinkedRoleCommand({ AWSServiceName: "securityhub.amazonaws.com" })),
      {
        name: "AccessDenied",
      },
    );
    const create = { RoleName: "worker", Path: "/app/", AssumeRolePolicyDocument: policy(trustOf(OPTED_IN)) };
    await assert.rejects(builder.send(new CreateRoleCommand(create)), { name: "AccessDenied" });
    await builder.send(new CreateRoleCommand({ ...create, PermissionsBoundary: boundary }));
    await builder.send(new GetRoleCommand({ RoleName: "worker" }));
    const attach = (name: string) =>
      builder.send(new AttachRolePolicyCommand({ RoleName: "worker", PolicyArn: `arn:aws:iam::aws:policy/${name}` }));
    await attach("ReadOnlyAccess");
    await assert.rejects(attach("AdministratorAccess"), { name: "AccessDenied" });
    await assert.rejects(builder.send(new ListRolesCommand({})), { name: "AccessDenied" });
  });

  it("asks about an access key's last use on the user that owns it, and knows no keys of users that are not there", async () => {
    const iam = new IAMClient(sandbox.as(OPTED_IN));
    const made = ["own", "others"].map(async (UserName) => {
      await iam.send(new CreateUserCommand({ UserName, Path: "/people/" }));
      return (await iam.send(new CreateAccessKeyCommand({ UserName }))).AccessKey?.AccessKeyId ?? "";
    });
    const [own, others] = await Promise.all(made);
    const rights = policy(
      { Action: "iam:GetAccessKeyLastUsed", Resource: `arn:aws:iam::${OPTED_IN}:user/people/own` },
      { Action: "iam:ListAccessKeys" },
    );
    const reader = new IAMClient(
      await assume(sandbox.as(OPTED_IN), await makeRole(OPTED_IN, rights, trustOf(OPTED_IN))),
    );
    const answer = await reader.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: own }));
    assert.equal(answer.UserName, "own");
    await assert.rejects(reader.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: others })), {
      name: "AccessDenied",
    });
    await assert.rejects(reader.send(new ListAccessKeysCommand({ UserName: "nobody" })), {
      name: "NoSuchEntityException",
    });
  });

  it("checks a rule and a key by every name that a call has for it", async () => {
    const rights = policy(
      { Action: "events:*", Resource: `arn:aws:events:us-east-1:${MEMBER}:rule/mine` },
      { Action: "kms:CreateAlias", Resource: `arn:aws:kms:us-east-1:${MEMBER}:key/*` },
    );
    const session = await assume(sandbox.as(MEMBER), await makeRole(MEMBER, rights, trustOf(MEMBER)));
    const events = new EventBridgeClient(session);
    await events.send(new PutRuleCommand({ Name: "mine", EventPattern: '{"source":["aws.config"]}' }));
    const target = { Id: "queue", Arn: `arn:aws:sqs:us-east-1:${MEMBER}:queue` };
    await events.send(new PutTargetsCommand({ Rule: "mine", EventBusName: "default", Targets: [target] }));
    await events.send(new RemoveTargetsCommand({ Rule: "mine", Ids: ["queue"] }));
    await assert.rejects(events.send(new RemoveTargetsCommand({ Rule: "another", Ids: ["queue"] })), {
      name: "AccessDeniedException",
    });
    const { KeyMetadata } = await new KMSClient(sandbox.as(MEMBER)).send(new CreateKeyCommand({}));
    const alias = { AliasName: "alias/mine", TargetKeyId: KeyMetadata?.KeyId };
    await new KMSClient(session).send(new CreateAliasCommand(alias));
  });
});
