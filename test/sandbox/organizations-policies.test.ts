import assert from "node:assert/strict";
import { GuardDutyClient, ListDetectorsCommand } from "@aws-sdk/client-guardduty";
import { CreateRoleCommand, IAMClient, ListRolesCommand, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { Organizations, type PolicyType } from "@aws-sdk/client-organizations";
import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { guardDuty } from "../../sandbox/emulators/guardduty/emulator.ts";
import {
  type ClientSettings,
  MANAGEMENT,
  MEMBER,
  OPTED_IN,
  OUTSIDE,
  startTestSandbox,
  type TestSandbox,
} from "./gateway-fixture.ts";
import { violates } from "./organizations-reason.ts";

const ROOT = "r-gate";
const PROD = "ou-gate-prod00001";
const document = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const deny = (Action: string | string[], more: object = {}) => ({ Effect: "Deny", Action, Resource: "*", ...more });

describe("policies of AWS Organizations in the sandbox", () => {
  let sandbox: TestSandbox;
  let organizations: Organizations;
  const refuses = (call: Promise<unknown>, name: string, message = /./) => assert.rejects(call, { name, message });
  const create = async (Type: PolicyType, Content: string, Name = `policy-${Math.random()}`) => {
    const { Policy } = await organizations.createPolicy({ Name, Description: "", Type, Content });
    return Policy?.PolicySummary?.Id ?? "";
  };
  const listed = async (TargetId: string, Filter: PolicyType) => {
    const { Policies } = await organizations.listPoliciesForTarget({ TargetId, Filter });
    return Policies?.map(({ Name }) => Name);
  };
  /** Runs `work` while a policy of this content is attached to the unit. */
  const under = async (Type: PolicyType, content: string, work: () => Promise<void>, TargetId = PROD) => {
    const PolicyId = await create(Type, content);
    await organizations.attachPolicy({ PolicyId, TargetId });
    try {
      await work();
    } finally {
      await organizations.detachPolicy({ PolicyId, TargetId });
      await organizations.deletePolicy({ PolicyId });
    }
  };

  before(async () => {
    sandbox = await startTestSandbox([guardDuty]);
    organizations = new Organizations(sandbox.as(MANAGEMENT));
  });
  after(() => sandbox.close());

  it("enables types in the root, which lists them, and attaches AWS's own policy everywhere", async () => {
    const PolicyType = "SERVICE_CONTROL_POLICY";
    await refuses(
      organizations.attachPolicy({ PolicyId: "p-FullAWSAccess", TargetId: PROD }),
      "PolicyTypeNotEnabledException",
    );
    await refuses(organizations.enablePolicyType({ RootId: "r-none", PolicyType }), "RootNotFoundException");
    await organizations.enablePolicyType({ RootId: ROOT, PolicyType });
    await refuses(organizations.enablePolicyType({ RootId: ROOT, PolicyType }), "PolicyTypeAlreadyEnabledException");
    await organizations.enablePolicyType({ RootId: ROOT, PolicyType: "RESOURCE_CONTROL_POLICY" });
    const { Roots } = await organizations.listRoots({});
    assert.deepEqual(Roots?.[0]?.PolicyTypes, [
      { Type: "SERVICE_CONTROL_POLICY", Status: "ENABLED" },
      { Type: "RESOURCE_CONTROL_POLICY", Status: "ENABLED" },
    ]);
    for (const target of [ROOT, PROD, MEMBER]) {
      assert.deepEqual(await listed(target, "SERVICE_CONTROL_POLICY"), ["FullAWSAccess"]);
      assert.deepEqual(await listed(target, "RESOURCE_CONTROL_POLICY"), ["RCPFullAWSAccess"]);
    }
    const { Policies } = await organizations.listPolicies({ Filter: PolicyType });
    assert.deepEqual(
      Policies?.map(({ Arn }) => Arn),
      ["arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess"],
    );
    await refuses(
      organizations.disablePolicyType({ RootId: ROOT, PolicyType: "TAG_POLICY" }),
      "PolicyTypeNotEnabledException",
    );
    await refuses(new Organizations(sandbox.as(MEMBER)).listPolicies({ Filter: PolicyType }), "AccessDeniedException");
  });

  it("makes, changes, attaches, detaches and deletes a policy in the order that AWS asks for", async () => {
    const Tags = [{ Key: "owner", Value: "security" }];
    const Content = document(deny("iam:DeleteRole"));
    const made = await organizations.createPolicy({
      ...{ Name: "one", Description: "first", Type: "SERVICE_CONTROL_POLICY", Content, Tags },
    });
    const PolicyId = made.Policy?.PolicySummary?.Id ?? "";
    assert.match(PolicyId, /^p-[0-9a-z]{10}$/);
    assert.equal(
      made.Policy?.PolicySummary?.Arn,
      `arn:aws:organizations::${MANAGEMENT}:policy/o-gatewaytest/service_control_policy/${PolicyId}`,
    );
    await refuses(create("SERVICE_CONTROL_POLICY", Content, "one"), "DuplicatePolicyException");
    await organizations.updatePolicy({ PolicyId, Description: "second" });
    const { Policy } = await organizations.describePolicy({ PolicyId });
    assert.deepEqual([Policy?.Content, Policy?.PolicySummary?.Description], [Content, "second"]);
    assert.deepEqual((await organizations.listTagsForResource({ ResourceId: PolicyId })).Tags, Tags);

    await refuses(organizations.detachPolicy({ PolicyId, TargetId: PROD }), "PolicyNotAttachedException");
    await refuses(organizations.attachPolicy({ PolicyId, TargetId: OUTSIDE }), "TargetNotFoundException");
    await organizations.attachPolicy({ PolicyId, TargetId: PROD });
    await refuses(organizations.attachPolicy({ PolicyId, TargetId: PROD }), "DuplicatePolicyAttachmentException");
    const { Targets } = await organizations.listTargetsForPolicy({ PolicyId });
    assert.deepEqual(
      Targets?.map(({ TargetId, Type, Name }) => [TargetId, Type, Name]),
      [[PROD, "ORGANIZATIONAL_UNIT", "Prod"]],
    );
    await refuses(organizations.deletePolicy({ PolicyId }), "PolicyInUseException");
    await organizations.detachPolicy({ PolicyId, TargetId: PROD });
    await organizations.deletePolicy({ PolicyId });
    await refuses(organizations.describePolicy({ PolicyId }), "PolicyNotFoundException");
  });

  it("keeps AWS's own policies as they are, and one of them on every target", async () => {
    const PolicyId = "p-FullAWSAccess";
    await violates(organizations.updatePolicy({ PolicyId, Name: "mine" }), "IMMUTABLE_POLICY");
    await violates(organizations.deletePolicy({ PolicyId }), "IMMUTABLE_POLICY");
    await violates(
      organizations.detachPolicy({ PolicyId, TargetId: PROD }),
      "MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
    );
    await violates(
      organizations.detachPolicy({ PolicyId: "p-RCPFullAWSAccess", TargetId: PROD }),
      "NON_DETACHABLE_POLICY",
    );
  });

  it("refuses documents that are too long, malformed or of another type", async () => {
    const long = document(
      ...Array.from({ length: 120 }, (_, i) => deny(`iam:DeleteRole`, { Sid: `S${"x".repeat(40)}${i}` })),
    );
    await violates(create("SERVICE_CONTROL_POLICY", long), "POLICY_CONTENT_LIMIT_EXCEEDED");
    await violates(create("RESOURCE_CONTROL_POLICY", " ".repeat(5121)), "POLICY_CONTENT_LIMIT_EXCEEDED");
    const malformed: readonly [PolicyType, string][] = [
      ["SERVICE_CONTROL_POLICY", "no json"],
      ["SERVICE_CONTROL_POLICY", document({ Effect: "Deny", Resource: "*" })],
      ["SERVICE_CONTROL_POLICY", document(deny("s3:*", { Principal: "*" }))],
      ["SERVICE_CONTROL_POLICY", document({ ...deny("s3:*"), Effect: "Maybe" })],
      ["RESOURCE_CONTROL_POLICY", document(deny("s3:*"))],
      ["RESOURCE_CONTROL_POLICY", document({ ...deny("s3:*", { Principal: "*" }), Effect: "Allow" })],
      ["RESOURCE_CONTROL_POLICY", document(deny("*", { Principal: "*" }))],
      ["RESOURCE_CONTROL_POLICY", document(deny("ec2:*", { Principal: "*" }))],
      ["RESOURCE_CONTROL_POLICY", document({ Effect: "Deny", NotAction: "s3:*", Principal: "*", Resource: "*" })],
      ["DECLARATIVE_POLICY_EC2", document(deny("ec2:*"))],
      ["DECLARATIVE_POLICY_EC2", JSON.stringify({ ec2_attributes: { imds: {} } })],
    ];
    for (const [type, content] of malformed) {
      await refuses(create(type, content), "MalformedPolicyDocumentException");
    }
  });

  it("takes five resource control policies per target, AWS's own among them", async () => {
    const content = document(deny("sqs:PurgeQueue", { Principal: "*" }));
    const ids = await Promise.all([1, 2, 3, 4, 5].map(() => create("RESOURCE_CONTROL_POLICY", content)));
    for (const PolicyId of ids.slice(0, 4)) await organizations.attachPolicy({ PolicyId, TargetId: MEMBER });
    await violates(
      organizations.attachPolicy({ PolicyId: ids[4], TargetId: MEMBER }),
      "MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED",
    );
    for (const PolicyId of ids.slice(0, 4)) await organizations.detachPolicy({ PolicyId, TargetId: MEMBER });
    for (const PolicyId of ids) await organizations.deletePolicy({ PolicyId });
  });

  it("merges declarative policies from the root down to the account", async () => {
    await organizations.enablePolicyType({ RootId: ROOT, PolicyType: "DECLARATIVE_POLICY_EC2" });
    const PolicyType = "DECLARATIVE_POLICY_EC2";
    await refuses(
      organizations.describeEffectivePolicy({ PolicyType, TargetId: MEMBER }),
      "EffectivePolicyNotFoundException",
    );
    const state = (value: string) => ({ state: { "@@assign": value } });
    const above = {
      image_block_public_access: state("unblocked"),
      serial_console_access: { status: { "@@assign": "disabled" } },
    };
    await under(
      PolicyType,
      JSON.stringify({ ec2_attributes: above }),
      () =>
        under(
          PolicyType,
          JSON.stringify({ ec2_attributes: { image_block_public_access: state("block_new_sharing") } }),
          async () => {
            const { EffectivePolicy } = await new Organizations(sandbox.as(MEMBER)).describeEffectivePolicy({
              PolicyType,
            });
            assert.deepEqual(JSON.parse(EffectivePolicy?.PolicyContent ?? ""), {
              ec2_attributes: {
                image_block_public_access: { state: "block_new_sharing" },
                serial_console_access: { status: "disabled" },
              },
            });
          },
        ),
      ROOT,
    );
  });

  describe("bind", () => {
    let roles = 0;
    /** A session of a role with every right, in the member account. */
    async function session(account: string, more: object = {}): Promise<ClientSettings> {
      const iam = new IAMClient(sandbox.as(account));
      const RoleName = `policy-role-${++roles}`;
      const trust = document({ Effect: "Allow", Principal: { AWS: account }, Action: "sts:AssumeRole" });
      const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, ...more }));
      const PolicyDocument = document({ Effect: "Allow", Action: "*", Resource: "*" });
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "all", PolicyDocument }));
      const { Credentials: keys } = await new STSClient(sandbox.as(account)).send(
        new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: "test" }),
      );
      const credentials = {
        accessKeyId: keys?.AccessKeyId ?? "",
        secretAccessKey: keys?.SecretAccessKey ?? "",
        sessionToken: keys?.SessionToken ?? "",
      };
      return { ...sandbox.as(account), credentials };
    }
    const listRoles = (as: ClientSettings) => new IAMClient(as).send(new ListRolesCommand({}));
    const listDetectors = (as: ClientSettings, region = "us-east-1") =>
      new GuardDutyClient({ ...as, region }).send(new ListDetectorsCommand({}));

    it("roles and roots of member accounts by service control policies, in MiniStack and in the gateway, but not the management account", async () => {
      const role = await session(MEMBER);
      const boss = await session(MANAGEMENT);
      const byPolicy = /explicit deny in a service control policy/;
      const content = document(deny(["iam:ListRoles", "guardduty:ListDetectors"]));
      await under(
        "SERVICE_CONTROL_POLICY",
        content,
        async () => {
          for (const as of [role, sandbox.as(MEMBER)]) {
            await refuses(listRoles(as), "AccessDenied", byPolicy);
            await refuses(listDetectors(as), "AccessDeniedException", byPolicy);
          }
          for (const as of [boss, sandbox.as(MANAGEMENT), sandbox.as(OUTSIDE)]) {
            await listRoles(as);
            await listDetectors(as);
          }
        },
        ROOT,
      );
      await listRoles(role);
    });

    it("nobody by a policy whose type is disabled", async () => {
      const PolicyId = await create("SERVICE_CONTROL_POLICY", document(deny("iam:ListRoles")));
      await organizations.attachPolicy({ PolicyId, TargetId: MEMBER });
      await refuses(listRoles(sandbox.as(MEMBER)), "AccessDenied");
      const type = { RootId: ROOT, PolicyType: "SERVICE_CONTROL_POLICY" } as const;
      await organizations.disablePolicyType(type);
      await listRoles(sandbox.as(MEMBER));
      await organizations.enablePolicyType(type);
      await listRoles(sandbox.as(MEMBER));
      await organizations.deletePolicy({ PolicyId });
    });

    it("accounts to what every level allows", async () => {
      const PolicyId = await create(
        "SERVICE_CONTROL_POLICY",
        document({ Effect: "Allow", Action: "iam:*", Resource: "*" }),
      );
      await organizations.attachPolicy({ PolicyId, TargetId: MEMBER });
      await organizations.detachPolicy({ PolicyId: "p-FullAWSAccess", TargetId: MEMBER });
      await listRoles(sandbox.as(MEMBER));
      await refuses(listDetectors(sandbox.as(MEMBER)), "AccessDeniedException");
      await organizations.attachPolicy({ PolicyId: "p-FullAWSAccess", TargetId: MEMBER });
      await listDetectors(sandbox.as(MEMBER));
      await organizations.detachPolicy({ PolicyId, TargetId: MEMBER });
      await organizations.deletePolicy({ PolicyId });
    });

    it("calls to regions and by principals that their conditions name, and not service-linked roles", async () => {
      const free = await session(MEMBER);
      const linked = await session(MEMBER, { Path: "/aws-service-role/guardduty.amazonaws.com/" });
      const exempt = { ArnNotLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/policy-role-*" } };
      const elsewhere = { StringNotEquals: { "aws:RequestedRegion": ["us-east-1"] } };
      await under("SERVICE_CONTROL_POLICY", document(deny("guardduty:*", { Condition: elsewhere })), async () => {
        await listDetectors(free);
        await refuses(listDetectors(free, "us-west-2"), "AccessDeniedException");
        await listDetectors(linked, "us-west-2");
      });
      await under("SERVICE_CONTROL_POLICY", document(deny("iam:ListRoles", { Condition: exempt })), async () => {
        await listRoles(free);
        await refuses(listRoles(sandbox.as(MEMBER)), "AccessDenied");
      });
    });

    it("whoever comes to a member's bucket by resource control policies, and not who comes to others'", async () => {
      const s3 = (as: ClientSettings) => new S3Client({ ...as, forcePathStyle: true });
      const owner = s3(sandbox.as(MEMBER));
      const [Bucket, Key] = ["policy-test-open", "report"];
      await owner.send(new CreateBucketCommand({ Bucket }));
      await owner.send(new DeletePublicAccessBlockCommand({ Bucket }));
      await owner.send(new PutObjectCommand({ Bucket, Key, Body: "x" }));
      const open = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/*` };
      await owner.send(new PutBucketPolicyCommand({ Bucket, Policy: document(open) }));
      const read = (as: ClientSettings) => s3(as).send(new GetObjectCommand({ Bucket, Key }));
      const anonymous = async () => (await fetch(`${sandbox.url}/${Bucket}/${Key}`)).status;
      const stranger = await session(OUTSIDE);
      await read(stranger);
      assert.equal(await anonymous(), 200);

      const Condition = {
        StringNotEqualsIfExists: { "aws:PrincipalOrgID": "o-gatewaytest" },
        BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
      };
      await under("RESOURCE_CONTROL_POLICY", document(deny("s3:*", { Principal: "*", Condition })), async () => {
        await refuses(read(stranger), "AccessDenied", /explicit deny in a resource control policy/);
        assert.equal(await anonymous(), 403);
        for (const account of [MEMBER, OPTED_IN, MANAGEMENT]) await read(await session(account));
        const theirs = s3(stranger);
        await theirs.send(new CreateBucketCommand({ Bucket: "policy-test-theirs" }));
      });
      await read(stranger);
    });
  });
});
