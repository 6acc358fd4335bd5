import assert from "node:assert/strict";
import { ec2Policy } from "../../programs/admin/guardrails/ec2.ts";
import { externalAccessPolicy } from "../../programs/admin/guardrails/external-access.ts";
import { guardrailPolicyTypes, guardrailsOf } from "../../programs/admin/guardrails/policies.ts";
import { guardrailProblems } from "../../programs/admin/guardrails/preconditions.ts";
import { regionPolicy } from "../../programs/admin/guardrails/regions.ts";
import { securityPolicy } from "../../programs/admin/guardrails/security.ts";
import { untriedProblems } from "../../programs/admin/guardrails/trial.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import { bootstrapRoles } from "../../programs/bootstrap/roles.ts";
import { GuardrailSettings } from "../../programs/guardrail-settings.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { type Declaration, declare, upstreamOf } from "./declared.ts";
import { adminInputs, LOG_ARCHIVE, MANAGEMENT, OTHER_UNIT, settings, TRIAL_UNIT } from "./samples.ts";

const on = { enabled: true, trialUnit: TRIAL_UNIT, units: [OTHER_UNIT] };
const inputsOf = (guardrails: object = {}, overrides: object = {}) =>
  adminInputs({ features: { guardrails: { ...on, ...guardrails } }, ...overrides });

describe("guardrails", () => {
  describe("in the settings", () => {
    const problems = (given: object) =>
      GuardrailSettings.safeParse(given).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ??
      [];

    it("are off, and on they keep security, regions and the organization's resources, but leave EC2 to the baseline", () => {
      assert.deepEqual(guardrailsOf(settings().features), []);
      assert.deepEqual(
        guardrailsOf(inputsOf().features).map(({ kind }) => kind),
        ["security", "regions", "externalAccess"],
      );
      assert.deepEqual(guardrailPolicyTypes(inputsOf({ ec2: { enabled: true } }).features), [
        "SERVICE_CONTROL_POLICY",
        "RESOURCE_CONTROL_POLICY",
        "DECLARATIVE_POLICY_EC2",
      ]);
    });

    it("are refused with the path of what is wrong", () => {
      assert.match(problems({ enabled: true }).join(), /^trialUnit: must name an organizational unit/);
      assert.match(problems({ ...on, units: [TRIAL_UNIT] }).join(), /^units.0: .* is the trial unit already/);
      assert.match(problems({ ...on, units: [OTHER_UNIT, OTHER_UNIT] }).join(), /^units.1: names .* twice/);
      assert.match(problems({ ...on, units: ["r-bulw"] }).join(), /^units.0: must be an organizational unit id/);
      assert.match(problems({ ...on, breakGlassRoles: ["*"] }).join(), /^breakGlassRoles.0: must be a role's name/);
      assert.match(
        problems({ ...on, externalAccess: { partnerAccounts: ["1"] } }).join(),
        /^externalAccess.partnerAccounts.0/,
      );
      const off = { enabled: false };
      const nothing = { ...on, security: off, regions: off, externalAccess: off, ec2: off };
      assert.match(problems(nothing).join(), /^enabled: nothing is switched on/);
    });
  });

  describe("in the admin stack", () => {
    let declared: Declaration;
    before(async () => {
      declared = await declare(() => adminProgram(inputsOf({ ec2: { enabled: true } })), "admin");
    });

    it("are nothing while they are off", async () => {
      const off = await declare(() => adminProgram(adminInputs()), "admin");
      assert.deepEqual(off.ofType("aws:organizations/policy:Policy"), []);
    });

    it("are policies of the management account that say which they are", () => {
      assert.deepEqual(
        declared
          .ofType("aws:organizations/policy:Policy")
          .map(({ name, provider, inputs }) => [name, provider, inputs.name, inputs.type]),
        [
          ["guardrail-security", `aws-${MANAGEMENT}`, "bulwark-security", "SERVICE_CONTROL_POLICY"],
          ["guardrail-regions", `aws-${MANAGEMENT}`, "bulwark-regions", "SERVICE_CONTROL_POLICY"],
          ["guardrail-external-access", `aws-${MANAGEMENT}`, "bulwark-external-access", "RESOURCE_CONTROL_POLICY"],
          ["guardrail-ec2", `aws-${MANAGEMENT}`, "bulwark-ec2", "DECLARATIVE_POLICY_EC2"],
        ],
      );
      assert.deepEqual(declared.named("guardrail-ec2").inputs.tags, {
        ManagedBy: "Bulwark",
        BulwarkResource: "admin/guardrail-ec2",
      });
    });

    it("are attached to the trial unit one after the other, and then to the others", () => {
      const labels = ["security", "regions", "external-access", "ec2"];
      const last = `guardrail-ec2-${TRIAL_UNIT}`;
      for (const unit of [TRIAL_UNIT, OTHER_UNIT]) {
        for (const [index, label] of labels.entries()) {
          const { inputs, dependsOn } = declared.named(`guardrail-${label}-${unit}`);
          assert.deepEqual(inputs, { policyId: `guardrail-${label}-id`, targetId: unit });
          const before = index === 0 ? [] : [`guardrail-${labels[index - 1]}-${unit}`];
          const first = index === 0 && unit === OTHER_UNIT ? [last] : [];
          assert.deepEqual([...dependsOn].sort(), [`guardrail-${label}`, ...before, ...first].sort());
        }
      }
      assert.ok(upstreamOf(declared, `guardrail-security-${OTHER_UNIT}`).has(last));
      assert.equal(declared.ofType("aws:organizations/policyAttachment:PolicyAttachment").length, 8);
    });
  });

  it("fit into AWS's limits with everything that the settings take", () => {
    const longest = "R".repeat(63);
    const roles = {
      service: `${longest}S`,
      management: `${longest}M`,
      deployment: `${longest}D`,
      bootstrap: `${longest}B`,
    };
    const many = inputsOf({
      breakGlassRoles: Array.from(
        { length: 10 },
        (_, i) => `aws-reserved/sso.amazonaws.com/AWSReservedSSO_BreakGlass${i}_*`,
      ),
      exemptRoles: Array.from({ length: 10 }, (_, i) => `LandingZoneAutomationExecution${i}`),
      regions: { globalActions: Array.from({ length: 40 }, (_, i) => `service-number-${i}:*`) },
      externalAccess: {
        originAccessIdentities: Array.from({ length: 12 }, () => "E".padEnd(21, "X")),
        partnerAccounts: Array.from({ length: 200 }, (_, i) =>
          `7000000000${String(i).padStart(2, "0")}`.slice(0, 12).padEnd(12, "0"),
        ),
      },
    });
    const size = (document: object) => JSON.stringify(document).length;
    const { breakGlassRoles, exemptRoles } = many.features.guardrails;
    const tooMany = {
      ...JSON.parse(JSON.stringify(settings({ roles }))),
      features: {
        guardrails: { ...on, breakGlassRoles, exemptRoles: exemptRoles.map((role) => role.padEnd(100, "n")) },
      },
    };
    const [issue, ...others] = OrganizationSettings.safeParse(tooMany).error?.issues ?? [];
    assert.deepEqual(others, []);
    assert.equal(issue?.path.join("."), "features.guardrails.exemptRoles");
    assert.match(issue?.message ?? "", /characters longer than the 10240 that AWS takes/);
    // Service control policies had half of today's limit until May 2026; the usual ones fit into that, too.
    assert.ok(size(securityPolicy(many)) <= 10_240, String(size(securityPolicy(many))));
    assert.ok(size(regionPolicy(many)) <= 10_240);
    assert.ok(size(securityPolicy(inputsOf())) <= 5_120, String(size(securityPolicy(inputsOf()))));
    assert.ok(size(regionPolicy(inputsOf())) <= 5_120);
    assert.ok(size(externalAccessPolicy(many)) <= 5_120);
    assert.ok(size(ec2Policy(many)) <= 10_000);
  });

  it("name the partition in every ARN, and in China and GovCloud no service that policies do not know there", () => {
    for (const [partition, region] of [
      ["aws-us-gov", "us-gov-west-1"],
      ["aws-cn", "cn-north-1"],
    ] as const) {
      const from = settings({ partition, homeRegion: region, regions: [region] });
      const inputs = adminInputs({ features: { guardrails: on } }, from);
      const text = JSON.stringify(guardrailsOf(inputs.features).map(({ document }) => document(inputs)));
      assert.deepEqual([...new Set(text.match(/arn:[a-z-]+:/g))], [`arn:${partition}:`]);
      assert.doesNotMatch(text, /aoss:|ecr:/);
    }
  });

  describe("of security", () => {
    const statementsOf = (overrides: object = {}, from = settings()) =>
      securityPolicy(
        adminInputs({ features: { guardrails: on, ...((overrides as { features?: object }).features ?? {}) } }, from),
      ).Statement;
    const named = (sid: string, ...given: Parameters<typeof statementsOf>) =>
      statementsOf(...given).find(({ Sid }) => Sid === sid);

    it("keep on what the baseline sets of a whole account, and leave to accounts what it leaves to them", () => {
      const settingsOfAccounts = (account: object) =>
        named("SecurityServicesStayOn", { features: { account } })?.Action?.filter((action) =>
          /PublicAccess|MetadataDefaults|EbsEncryption/.test(action),
        );
      assert.deepEqual(settingsOfAccounts({}), [
        "ec2:DisableEbsEncryptionByDefault",
        "s3:PutAccountPublicAccessBlock",
        "ec2:DisableImageBlockPublicAccess",
        "ec2:*ableSnapshotBlockPublicAccess",
        "ec2:ModifyInstanceMetadataDefaults",
      ]);
      const always = ["ec2:DisableEbsEncryptionByDefault", "s3:PutAccountPublicAccessBlock"];
      assert.deepEqual(settingsOfAccounts({ enabled: false }), always);
      assert.deepEqual(
        settingsOfAccounts({ imageSharing: "off", snapshotSharing: "off", instanceMetadata: { enabled: false } }),
        always,
      );
      assert.ok(named("SecurityServicesStayOn")?.Action?.includes("securityhub:UpdateSecurityControl"));
    });

    it("keep alerts, packs and evidence by their names, and nothing else of those services", () => {
      const own = named("OwnStaysAsItIs");
      for (const action of [
        "events:RemoveTargets",
        "sns:DeleteTopic",
        "sqs:SetQueueAttributes",
        "cloudwatch:DeleteAlarms",
        "config:*ConformancePack",
        "s3:DeleteObjectVersion",
        "s3:PutBucketPolicy",
      ]) {
        assert.ok(own?.Action?.includes(action), action);
      }
      for (const resource of own?.Resource ?? []) assert.match(resource, /[:/](Bulwark|bulwark-|OrganizationAccount)/);
      assert.ok(own?.Resource?.includes(`arn:aws:s3:::bulwark-evidence-${LOG_ARCHIVE}-*`));
      // Where Bulwark's state and the signatures are, objects come and go.
      assert.ok(!own?.Resource?.some((resource) => /:::bulwark-\*|signatures/.test(resource)));
      const trail = named("OwnStaysAsItIs", { features: { trail: { enabled: true, bucket: "bulwark-logs" } } });
      assert.ok(trail?.Resource?.includes("arn:aws:s3:::bulwark-logs/*"));
    });

    it("keep what has no name by its tag: rules, flow logs and keys", () => {
      const tagged = named("TaggedStaysAsItIs");
      for (const action of ["config:DeleteConfigRule", "ec2:DeleteFlowLogs", "kms:ScheduleKeyDeletion"]) {
        assert.ok(tagged?.Action?.includes(action), action);
      }
      assert.deepEqual(tagged?.Condition?.StringEquals, { "aws:ResourceTag/ManagedBy": "Bulwark" });
    });

    it("leave out and protect every role of Bulwark's, whatever the settings call it", () => {
      const roles = {
        service: "Deployer",
        management: "Organizer",
        deployment: "Baseline",
        deploymentBoundary: "Most",
      };
      const found = statementsOf({}, settings({ roles }));
      for (const { Sid, Condition, Resource } of found.filter(({ Sid }) => Sid !== "AccountsStay")) {
        for (const role of ["Bulwark*", "Deployer", "Organizer", "Baseline"]) {
          const exempt = Condition?.ArnNotLike?.["aws:PrincipalArn"] ?? [];
          assert.ok(exempt.includes(`arn:aws:iam::*:role/${role}`), `${Sid} ${role}`);
          if (Sid === "OwnStaysAsItIs") assert.ok(Resource?.includes(`arn:aws:iam::*:role/${role}`), role);
        }
      }
      const own = found.find(({ Sid }) => Sid === "OwnStaysAsItIs")?.Resource;
      for (const policy of ["Bulwark*", "Most", "Baseline-rights-*", "Organizer-rights-*"]) {
        assert.ok(own?.includes(`arn:aws:iam::*:policy/${policy}`), policy);
      }
      assert.ok(!own?.includes("arn:aws:iam::*:role/Most"));
    });
  });

  it("let in the accounts and users by which some of AWS's services call, where the settings name them", () => {
    const externalAccess = {
      partnerAccounts: ["700000000001"],
      // Elastic Load Balancing in us-east-1.
      awsAccounts: ["127311923021"],
      originAccessIdentities: ["E127EXAMPLE51Z"],
    };
    const [statement] = externalAccessPolicy(inputsOf({ externalAccess })).Statement;
    assert.deepEqual(statement?.Condition, {
      StringNotEqualsIfExists: {
        "aws:PrincipalOrgID": "o-bulwark0demo",
        "aws:PrincipalAccount": ["700000000001", "127311923021"],
      },
      ArnNotEqualsIfExists: {
        "aws:PrincipalArn": ["arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E127EXAMPLE51Z"],
      },
      BoolIfExists: { "aws:PrincipalIsAWSService": "false" },
    });
    const [plain] = externalAccessPolicy(inputsOf()).Statement;
    assert.deepEqual(Object.keys(plain?.Condition ?? {}), ["StringNotEqualsIfExists", "BoolIfExists"]);
    const refused = (given: object) =>
      GuardrailSettings.safeParse({ ...on, externalAccess: given }).error?.issues.map(({ path }) => path.join("."));
    assert.deepEqual(refused({ originAccessIdentities: ["cloudfront"] }), ["externalAccess.originAccessIdentities.0"]);
    const hundred = (from: number) => Array.from({ length: 101 }, (_, index) => String(from + index));
    const both = { partnerAccounts: hundred(700_000_000_000), awsAccounts: hundred(800_000_000_000) };
    assert.deepEqual(refused(both), ["externalAccess.awsAccounts"]);
  });

  it("let no role in from outside by its name", () => {
    const inputs = inputsOf({ breakGlassRoles: ["BreakGlass"], exemptRoles: ["Automation"] });
    assert.doesNotMatch(JSON.stringify(externalAccessPolicy(inputs)), /role\//);
  });

  it("are not begun where a type of policy is not enabled or a unit is not there", () => {
    const { features } = inputsOf();
    const units = new Set([TRIAL_UNIT, OTHER_UNIT]);
    const enabled = ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"];
    assert.deepEqual(guardrailProblems(features, { enabledPolicyTypes: enabled, organizationalUnits: units }), []);
    const found = guardrailProblems(features, {
      enabledPolicyTypes: ["SERVICE_CONTROL_POLICY"],
      organizationalUnits: new Set([TRIAL_UNIT]),
    }).map(({ message }) => message);
    assert.equal(found.length, 2);
    assert.match(
      found.join("\n"),
      /RESOURCE_CONTROL_POLICY are not enabled[\s\S]*no organizational unit ou-bulw-prod00001/,
    );
    assert.deepEqual(guardrailProblems(settings().features, { organizationalUnits: new Set() }), []);
  });

  describe("of units that are named for the first time", () => {
    const trying = inputsOf({ units: [] });
    const messages = (...given: Parameters<typeof untriedProblems>) =>
      untriedProblems(...given).map(({ message, remedy }) => `${message}; ${remedy}`);

    it("are refused until an earlier deployment has put them into the trial unit", () => {
      assert.deepEqual(messages(trying, undefined), []);
      for (const last of [
        undefined,
        { inputs: adminInputs(), succeeded: true },
        { inputs: trying, succeeded: false },
      ]) {
        const [found, ...more] = messages(inputsOf(), last);
        assert.deepEqual(more, []);
        assert.match(found ?? "", /^features\.guardrails\.units names ou-bulw-prod00001 for the first time/);
        assert.match(found ?? "", /trial unit ou-bulw-dev000001 yet.*; Take ou-bulw-prod00001 out/);
      }
      // As a database keeps them.
      assert.deepEqual(messages(inputsOf(), { inputs: JSON.parse(JSON.stringify(trying)), succeeded: true }), []);
    });

    it("are refused where the policies change with it, or where they were tried elsewhere", () => {
      const tried = { inputs: trying, succeeded: true };
      assert.equal(messages(inputsOf({ breakGlassRoles: ["BreakGlass"] }), tried).length, 1);
      assert.equal(messages(inputsOf({ ec2: { enabled: true } }), tried).length, 1);
      assert.equal(messages(inputsOf({ trialUnit: "ou-bulw-stage0001" }), tried).length, 1);
    });

    it("don't keep the units that have them from a change", () => {
      const standing = { inputs: inputsOf(), succeeded: false };
      assert.deepEqual(messages(inputsOf({ breakGlassRoles: ["BreakGlass"] }), standing), []);
      const older = { ...standing, inputs: { features: { guardrails: { enabled: true, units: [OTHER_UNIT] } } } };
      assert.deepEqual(messages(inputsOf(), older), []);
      const swapped = inputsOf({ trialUnit: OTHER_UNIT, units: [TRIAL_UNIT] });
      assert.deepEqual(messages(swapped, standing), []);
    });
  });

  describe("need rights of the management role", () => {
    const management = (features: object) => {
      const role = bootstrapRoles(settings({ features }), "o-bulwark0demo").find(
        ({ accountId }) => accountId === MANAGEMENT,
      )?.role;
      assert.ok(JSON.stringify(Object.values(role?.policies ?? {})).length <= 10_240);
      return Object.values(role?.policies ?? {}).flatMap(({ Statement }) => Statement);
    };

    it("that it has only while they are on", () => {
      const actions = management({}).flatMap(({ Action = [] }) => Action);
      assert.ok(
        actions.every((action) => !/Policy/.test(action)),
        actions.join(),
      );
    });

    it("over policies of their types on organizational units, never over types, the root or accounts", () => {
      const statements = management({ guardrails: on });
      const changing = statements.filter(({ Action }) =>
        Action?.some((action) => /(Create|Update|Attach)Policy$/.test(action)),
      );
      for (const { Condition } of changing) {
        assert.deepEqual(Condition, {
          StringEquals: { "organizations:PolicyType": ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"] },
        });
      }
      assert.deepEqual(changing.find(({ Action }) => Action?.includes("organizations:AttachPolicy"))?.Resource, [
        `arn:aws:organizations::${MANAGEMENT}:policy/o-bulwark0demo/*`,
        `arn:aws:organizations::${MANAGEMENT}:ou/o-bulwark0demo/*`,
      ]);
      const actions = statements.flatMap(({ Action = [] }) => Action);
      assert.ok(actions.every((action) => !/PolicyType$/.test(action)));
    });
  });
});
