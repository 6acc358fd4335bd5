import assert from "node:assert/strict";
import { configBucketPolicy, configKeyPolicy } from "../../programs/admin/evidence-policies.ts";
import { adoptOutsideMembers, outsideMemberProblems } from "../../programs/admin/outside-member-adoption.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import { decideAdoptions } from "../../programs/baseline/adoption.ts";
import { endedInvitations, invitationProblems } from "../../programs/baseline/invitations.ts";
import { membershipsToEnd } from "../../programs/baseline/memberships.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { bootstrapRoles, memberDeploymentRole, outsideDeploymentRole } from "../../programs/bootstrap/roles.ts";
import type { AdminInventory } from "../../programs/inventory.ts";
import { featuresOutside } from "../../programs/outside-members.ts";
import { unreadyOf } from "../../programs/readiness.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { type Declaration, declare } from "./declared.ts";
import {
  adminInputs,
  baselineInputs,
  EVERY_OPTION,
  LOG_ARCHIVE,
  MEMBER,
  OUTSIDE,
  SECURITY,
  settings,
} from "./samples.ts";

const entry = { accountId: OUTSIDE, email: "it@acquired.example.com" };
const outsideMembers = [entry];
const inviting = (more: Record<string, unknown> = {}) =>
  settings({ features: { securityHub: { outsideMembers } }, ...more });
const ORGANIZATION = "o-bulwark0demo";

function outsideInputs(from = inviting()) {
  const admin = { ...baselineInputs().admin, detectorIds: {} };
  return baselineInputs({ ...entry, accountName: OUTSIDE, admin, features: featuresOutside(from.features) }, from);
}

describe("an account outside of the organization", () => {
  for (const [partition, regions] of [
    ["aws", ["us-east-1", "us-west-2"]],
    ["aws-us-gov", ["us-gov-west-1", "us-gov-east-1"]],
    ["aws-cn", ["cn-north-1"]],
  ] as const) {
    describe(`in ${partition}`, () => {
      const from = inviting({ partition, homeRegion: regions[0], regions });
      let admin: Declaration;
      let baseline: Declaration;
      before(async () => {
        admin = await declare(() => adminProgram(adminInputs({}, from)), "admin");
        baseline = await declare(() => baselineProgram(outsideInputs(from)), `account-${OUTSIDE}`);
      });

      it("is invited in every region, once the security account administers the organization there", () => {
        for (const region of regions) {
          const member = admin.named(`hub-outside-member-${OUTSIDE}-${region}`);
          assert.equal(member.type, "aws:securityhub/member:Member");
          assert.deepEqual(member.inputs, { region, ...entry, invite: true });
          assert.equal(member.provider, `aws-${SECURITY}`);
          assert.deepEqual([...member.dependsOn].sort(), [`hub-${region}`, `hub-organization-${region}`].sort());
        }
      });

      it("accepts by itself, once its hub and standards are on", () => {
        for (const region of regions) {
          const accepter = baseline.named(`hub-invitation-${region}`);
          assert.equal(accepter.type, "aws:securityhub/inviteAccepter:InviteAccepter");
          assert.deepEqual(accepter.inputs, { region, masterId: SECURITY });
          assert.equal(accepter.provider, `aws-${OUTSIDE}`);
          assert.ok(accepter.dependsOn.includes(`hub-${region}`));
          assert.ok(accepter.dependsOn.includes(`standard-fsbp-1.0.0-${region}`));
        }
      });

      it("makes nothing in the security account, and sets GuardDuty's plans itself", () => {
        const elsewhere = baseline.resources.filter(({ provider }) => provider === `aws-${SECURITY}`);
        assert.deepEqual(elsewhere, []);
        assert.deepEqual(baseline.ofType("aws:inspector2/memberAssociation:MemberAssociation"), []);
        const plan = baseline.named(`detector-plan-s3-${regions[0]}`);
        assert.equal(plan.provider, `aws-${OUTSIDE}`);
        assert.equal(plan.inputs.detectorId, `detector-${regions[0]}-id`);
      });

      it("delivers its configuration into its own folder, by its id", () => {
        const inputs = adminInputs({}, from);
        const bucket = `bulwark-config-${LOG_ARCHIVE}-${regions[0]}`;
        const statement = configBucketPolicy(inputs, bucket).Statement.find(({ Sid }) => Sid === "OutsideDelivers");
        assert.deepEqual(statement?.Resource, [
          `arn:${partition}:s3:::${bucket}/AWSLogs/\${aws:SourceAccount}/Config/*`,
          `arn:${partition}:s3:::${bucket}/AWSLogs/\${aws:SourceAccount}/vpcflowlogs/*`,
        ]);
        assert.deepEqual(statement?.Condition?.StringEquals?.["aws:SourceAccount"], [OUTSIDE]);
        const keys = configKeyPolicy(inputs).Statement.filter(({ Sid }) => Sid?.endsWith("Outside"));
        assert.deepEqual(
          keys.map(({ Condition }) => Condition?.StringEquals),
          [{ "aws:SourceAccount": [OUTSIDE] }, { "aws:SourceAccount": [OUTSIDE] }],
        );
      });
    });
  }

  it("changes nothing for anybody else", async () => {
    const names = ({ resources }: Declaration) => resources.map(({ type, name }) => `${type} ${name}`);
    const without = await declare(() => adminProgram(adminInputs()), "admin");
    const with_ = await declare(() => adminProgram(adminInputs({}, inviting())), "admin");
    const added = names(with_).filter((one) => !names(without).includes(one));
    assert.deepEqual(
      added.sort(),
      ["us-east-1", "us-west-2"].map(
        (region) => `aws:securityhub/member:Member hub-outside-member-${OUTSIDE}-${region}`,
      ),
    );
    const member = await declare(() => baselineProgram(baselineInputs()), `account-${MEMBER}`);
    const same = await declare(() => baselineProgram(baselineInputs({}, inviting())), `account-${MEMBER}`);
    assert.deepEqual(same.resources, member.resources);
    assert.deepEqual(
      configBucketPolicy(adminInputs(), "b").Statement.filter(({ Sid }) => Sid?.startsWith("Outside")),
      [],
    );
  });

  it("has nothing that only the organization's accounts can use", async () => {
    const every = settings({
      features: { ...EVERY_OPTION, config: { auditPack: { leaveOut: [{ rule: "secret-keys" }] } } },
    });
    const baseline = await declare(() => baselineProgram(outsideInputs(every)), `account-${OUTSIDE}`);
    const names = baseline.resources.map(({ name }) => name);
    // Uploads, signatures and responses are let in by the organization's id.
    for (const gone of [/^host-document-/, /^host-scan-/, /^host-policy$/, /^remediation-(role|modes)-/]) {
      assert.deepEqual(
        names.filter((name) => gone.test(name)),
        [],
      );
    }
    for (const stays of ["inventory-us-east-1", "patch-scan-us-east-1", "patch-baseline-linux-us-east-1"]) {
      assert.ok(names.includes(stays), stays);
    }
    const template = String(baseline.named("audit-pack-us-east-1").inputs.templateBody);
    assert.doesNotMatch(template, /ACCOUNT_PART_OF_ORGANIZATIONS|SECRETSMANAGER_USING_CMK/);
    assert.match(template, /IAM_USER_GROUP_MEMBERSHIP_CHECK/);
  });

  it("leaves room for a hundred in every policy that names them", () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      accountId: String(500_000_000_000 + index),
      email: `root-${index}@acquired.example.com`,
    }));
    const from = inviting({
      features: { securityHub: { outsideMembers: many } },
      partition: "aws-us-gov",
      homeRegion: "us-gov-west-1",
      regions: ["us-gov-west-1"],
      roles: { deployment: "D".repeat(64), service: "S".repeat(64), management: "M".repeat(64) },
    });
    const inputs = adminInputs({}, from);
    const size = (policy: unknown) => JSON.stringify(policy).length;
    // S3 takes 20 kilobytes, KMS 32, IAM 10,240 characters of a role's own policies.
    assert.ok(size(configBucketPolicy(inputs, `bulwark-config-${LOG_ARCHIVE}-us-gov-west-1`)) <= 20_480);
    assert.ok(size(configKeyPolicy(inputs)) <= 32_768);
    const [service] = bootstrapRoles(from, ORGANIZATION);
    assert.ok(size(Object.values(service?.role.policies ?? {})) <= 10_240);
    const document = { ...JSON.parse(JSON.stringify(from)) };
    document.features.securityHub.outsideMembers.push({ accountId: "600000000000", email: "more@example.com" });
    const [issue] = OrganizationSettings.safeParse(document).error?.issues ?? [];
    assert.equal(issue?.path.join("."), "features.securityHub.outsideMembers");
  });

  it("is its own baseline's in central mode, too", () => {
    const central = settings({
      features: {
        securityHub: {
          outsideMembers,
          mode: "central",
          central: { policies: [{ name: "all", targets: ["r-bulw"] }] },
        },
      },
    });
    assert.equal(outsideInputs(central).features.securityHub.mode, "local");
  });

  it("that somebody has invited before is adopted on both sides, and invited nowhere twice", async () => {
    const from = inviting();
    const found: AdminInventory = {
      ...{ organizationId: ORGANIZATION, delegatedAdministrators: {}, trustedServices: [], regions: {} },
      outsideMembers: { [OUTSIDE]: { "us-west-2": "Enabled" } },
    };
    const inputs = adminInputs({}, from);
    const adoptions = adoptOutsideMembers(found, inputs, undefined);
    assert.deepEqual(
      adoptions.map(({ name, id, before }) => [name, id, before]),
      [[`hub-outside-member-${OUTSIDE}-us-west-2`, OUTSIDE, entry]],
    );
    assert.deepEqual(adoptOutsideMembers(found, inputs, { regions: inputs.regions, features: inputs.features }), []);
    const declared = await declare(() => adminProgram({ ...inputs, adoptions, phase: "adopt" }), "admin");
    const member = declared.named(`hub-outside-member-${OUTSIDE}-us-west-2`);
    assert.equal(member.importId, `${OUTSIDE}@us-west-2`);
    assert.ok(member.ignoreChanges.includes("invite"));

    const membership = { securityHub: { email: entry.email } };
    const held = {
      accountId: OUTSIDE,
      serviceLinkedRoles: [],
      regions: { "us-west-2": { ebsEncryptionByDefault: false, membership } },
    };
    assert.deepEqual(
      decideAdoptions(held, outsideInputs(from)).map(({ name, id, before }) => [name, id, before]),
      [["hub-invitation-us-west-2", OUTSIDE, { masterId: SECURITY }]],
    );
  });

  it("is refused with its path where it is in the organization", () => {
    assert.deepEqual(outsideMemberProblems(adminInputs({}, inviting()), [MEMBER]), []);
    const [problem, ...more] = outsideMemberProblems(adminInputs({}, inviting()), [OUTSIDE, MEMBER]);
    assert.deepEqual(more, []);
    assert.match(
      problem?.message ?? "",
      /^features\.securityHub\.outsideMembers\.0\.accountId: .*is in the organization/,
    );
  });

  it("leaves by itself", () => {
    assert.deepEqual(membershipsToEnd(outsideInputs(), []), []);
    assert.equal(membershipsToEnd(baselineInputs({}, inviting()), []).length, 2);
  });

  it("waits for its invitation in each region, and needs another one where it was let go", () => {
    const regions = ["us-east-1", "us-west-2"];
    const [problem, ...more] = invitationProblems({ "us-east-1": "Invited" }, OUTSIDE, regions);
    assert.deepEqual(more, []);
    assert.equal(problem?.region, "us-west-2");
    assert.match(problem?.message ?? "", /the admin stack has not invited it yet/);
    assert.match(problem?.remedy ?? "", /POST \/admin\/deployments/);
    const found = { a: "Invited", b: "Enabled", c: "Removed", d: "Resigned" };
    assert.deepEqual(invitationProblems(found, OUTSIDE, Object.keys(found)), []);
    assert.deepEqual(endedInvitations(found), ["c", "d"]);
  });

  it("is ready without a GuardDuty membership", () => {
    const missing = (outside: boolean) => unreadyOf({}, { ...outsideInputs(), outside }).map(({ what }) => what);
    assert.ok(!missing(true).includes("GuardDuty membership"));
    assert.ok(missing(true).includes("Security Hub membership"));
    assert.ok(missing(false).includes("GuardDuty membership"));
  });

  it("is entered by a role that its own administrator sets up, and that the service's role names", () => {
    const from = inviting();
    const actions = (role: ReturnType<typeof outsideDeploymentRole>) =>
      Object.values(role.policies).flatMap(({ Statement }) => Statement.flatMap(({ Action }) => Action ?? []));
    const more = actions(outsideDeploymentRole(from)).filter(
      (one) => !actions(memberDeploymentRole(from)).includes(one),
    );
    assert.deepEqual(more, [
      "securityhub:AcceptInvitation",
      "securityhub:DisassociateFromMasterAccount",
      "securityhub:GetMasterAccount",
      "securityhub:ListInvitations",
    ]);
    assert.ok(JSON.stringify(Object.values(outsideDeploymentRole(from).policies)).length <= 10_240);
    const statements = bootstrapRoles(from, ORGANIZATION)[0]?.role.policies.Bulwark?.Statement;
    const own = statements?.find(({ Sid }) => Sid === "OutsideMembers");
    assert.deepEqual(own?.Resource, ["arn:aws:iam::*:role/BulwarkDeployment"]);
    assert.deepEqual(own?.Condition, { StringEquals: { "aws:ResourceAccount": [OUTSIDE] } });
  });

  for (const [what, more, path, message] of [
    ["a core account", { outsideMembers: [{ ...entry, accountId: SECURITY }] }, "0.accountId", /the security account/],
    ["one that is named twice", { outsideMembers: [entry, entry] }, "0.accountId|1.accountId", /named twice/],
    ["no address", { outsideMembers: [{ ...entry, email: "nobody" }] }, "0.email", /address/],
  ] as const) {
    it(`is refused with the path of the field: ${what}`, () => {
      const document = { ...JSON.parse(JSON.stringify(settings())), features: { securityHub: more } };
      const issues = OrganizationSettings.safeParse(document).error?.issues ?? [];
      assert.equal(issues.length, 1);
      assert.match(issues[0]?.path.join(".") ?? "", new RegExp(`^features.securityHub.outsideMembers.(${path})$`));
      assert.match(issues[0]?.message ?? "", message);
    });
  }

  it("is refused where it is excluded", () => {
    const document = { ...JSON.parse(JSON.stringify(inviting())), excludedAccounts: [OUTSIDE] };
    const [issue] = OrganizationSettings.safeParse(document).error?.issues ?? [];
    assert.equal(issue?.path.join("."), "features.securityHub.outsideMembers.0.accountId");
  });
});
