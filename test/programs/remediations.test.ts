import assert from "node:assert/strict";
import { adminProgram } from "../../programs/admin/program.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import type { PolicyDocument } from "../../programs/bootstrap/policy-document.ts";
import { remediationPolicy } from "../../programs/remediation-role.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { automationsOf } from "../../remediation/automations.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
import { s3PublicAccessBlock } from "../../remediation/s3-public-access-block/manifest.ts";
import { controls } from "../../sandbox/emulators/securityhub/catalog/controls.ts";
import { type Declaration, declare } from "./declared.ts";
import { adminInputs, baselineInputs, MEMBER, SECURITY, settings } from "./samples.ts";

const PARTITIONS = [
  ["aws", "us-east-1"],
  ["aws-us-gov", "us-gov-west-1"],
  ["aws-cn", "cn-north-1"],
] as const;
const document = (value: unknown) => JSON.parse(String(value)) as PolicyDocument;
const ofRemediations = ({ name }: { readonly name: string }) =>
  /^(remediation-|response-|custom-action-|alert-(rule|target)-bulwark-(request|told|over)-)/.test(name);

const both = async (from: OrganizationSettings) => ({
  admin: await declare(() => adminProgram(adminInputs({}, from)), "admin"),
  baseline: await declare(() => baselineProgram(baselineInputs({}, from)), `account-${MEMBER}`),
});

describe("the manifests", () => {
  const distinct = (values: readonly string[]) => assert.equal(new Set(values).size, values.length);

  it("have names, custom actions and controls that AWS takes, each once", () => {
    distinct(MANIFESTS.map(({ name }) => name));
    distinct(MANIFESTS.map(({ customAction }) => customAction.id));
    distinct(MANIFESTS.map(({ customAction }) => customAction.name));
    assert.ok(MANIFESTS.length <= 50, "Security Hub takes 50 custom actions");
    const known = new Map(controls.map((control) => [control.id, control.requirements.get("cis50")]));
    for (const { name, customAction, controls: answered, mode } of MANIFESTS) {
      assert.match(name, /^[a-z][a-z0-9-]{2,39}$/);
      assert.match(customAction.id, /^[A-Za-z0-9]{1,20}$/);
      assert.ok(customAction.name.length <= 20 && customAction.description.length <= 512, customAction.name);
      assert.equal(mode, "observe");
      for (const { id, cis } of answered) {
        assert.ok(known.has(id), id);
        assert.equal(cis, known.get(id), id);
      }
    }
  });

  it("give no action by a pattern, and all resources only where IAM knows none", () => {
    // Service Authorization Reference: these have no resource type.
    const without = new RegExp(
      [
        "^autoscaling:Describe(AutoScalingGroups|AutoScalingInstances)$",
        "^cloudtrail:DescribeTrails$",
        // There is one recorder that an account has made, and calls name none.
        "^config:DescribeConfigurationRecorder(s|Status)$",
        "^ec2:(Describe[A-Za-z]+|GetEbsEncryptionByDefault)$",
        "^elasticloadbalancing:Describe(TargetGroups|TargetHealth)$",
        "^guardduty:ListDetectors$",
        "^iam:GetAccount(AuthorizationDetails|PasswordPolicy)$",
        "^s3:((Get|Put)AccountPublicAccessBlock|ListAllMyBuckets)$",
        "^ssm:(DescribeInstanceInformation|ListCommandInvocations)$",
      ].join("|"),
    );
    for (const { role } of MANIFESTS) {
      for (const { actions, resources } of role) {
        for (const action of actions) assert.match(action, /^[a-z0-9-]+:[A-Z][A-Za-z]+$/);
        if (resources.includes("*")) for (const action of actions) assert.match(action, without);
      }
    }
  });

  it("let a repair read, and nothing else: its stack has what changes the setting", () => {
    const repairs = MANIFESTS.filter(({ repairs: stack }) => stack !== undefined);
    assert.ok(repairs.length > 0);
    for (const { name, role, irreversible } of repairs) {
      assert.equal(irreversible, true, name);
      for (const action of role.flatMap(({ actions }) => actions)) assert.match(action, /:(Describe|Get|List)/);
    }
  });

  it("hold a remediation of a region to the regions that Bulwark covers, beside its own conditions", () => {
    const { Statement } = remediationPolicy({ ...s3PublicAccessBlock, scope: "regional" }, baselineInputs());
    const regions = { "aws:RequestedRegion": ["us-east-1", "us-west-2"] };
    assert.deepEqual(
      Statement.map(({ Condition }) => Condition?.StringEquals),
      [regions, { "aws:ResourceAccount": [MEMBER], ...regions }],
    );
  });
});

describe("the remediations in the stacks", () => {
  let admin: Declaration;
  let baseline: Declaration;
  before(async () => {
    // What responds is there where remediations are, and has tests of its own.
    ({ admin, baseline } = await both(settings({ features: { response: { enabled: false } } })));
  });

  it("are one role in every member with its rights in it, whatever its regions, and one custom action in the home region", () => {
    for (const { name, customAction } of MANIFESTS) {
      const own = ({ name: resource }: { readonly name: string }) =>
        resource === `remediation-role-${name}` || resource === `custom-action-${name}-us-east-1`;
      assert.deepEqual(
        baseline.resources.filter(own).map(({ type, provider }) => [type, provider]),
        [["aws:iam/role:Role", `aws-${MEMBER}`]],
      );
      const action = admin.named(`custom-action-${name}-us-east-1`);
      const { id: identifier, name: label, description } = customAction;
      assert.deepEqual(action.inputs, { region: "us-east-1", identifier, name: label, description });
      assert.deepEqual([action.provider, action.dependsOn], [`aws-${SECURITY}`, ["hub-us-east-1"]]);
      assert.equal(admin.resources.filter(own).length, 1);
    }
  });

  const patternOf = (declared: Declaration, rule: string, region = "us-east-1") =>
    JSON.parse(String(declared.named(`alert-rule-${rule}-${region}`).inputs.eventPattern));

  it("are asked for by their own custom actions, and by what somebody was told of: one rule for all, that no finding matches twice", () => {
    const asked = patternOf(admin, "bulwark-request");
    assert.deepEqual(asked["detail-type"], ["Security Hub Findings - Custom Action"]);
    const { resources } = asked as { resources: readonly { suffix: string }[] };
    const arnOf = (id: string) => `arn:aws:securityhub:us-east-1:${SECURITY}:action/custom/${id}`;
    const asks = (id: string) => resources.filter(({ suffix }) => arnOf(id).endsWith(suffix)).length;
    for (const { customAction } of MANIFESTS) assert.equal(asks(customAction.id), 1, customAction.id);
    for (const other of ["Block", "OtherS3PublicAccessBlock"]) assert.equal(asks(other), 0, other);
    const { detail, ...of } = patternOf(admin, "bulwark-told");
    assert.deepEqual(of, { source: ["aws.securityhub"], "detail-type": ["Security Hub Findings - Imported"] });
    const { Resources, ...told } = detail.findings;
    assert.deepEqual(told, { Workflow: { Status: ["NOTIFIED"] }, RecordState: ["ACTIVE"] });
    assert.deepEqual(new Set(Resources.Type), new Set(MANIFESTS.flatMap(({ resourceTypes }) => resourceTypes)));
    for (const way of ["request", "told"]) {
      const { inputs, dependsOn } = admin.named(`alert-target-bulwark-${way}-us-east-1`);
      assert.equal(inputs.arn, `arn:aws:sqs:us-east-1:${SECURITY}:bulwark-respond`);
      assert.ok(dependsOn.includes("alert-respond-policy-us-east-1"));
    }
    assert.equal(
      admin.resources.some(({ name }) => name.includes("bulwark-over")),
      false,
    );
  });

  it("are closed by findings that are over, where incidents are kept, and AWS takes every pattern and policy", async () => {
    const [partition, region] = ["aws-us-gov", "us-gov-west-1"] as const;
    const there = await both(settings({ partition, homeRegion: region, regions: [region] }));
    assert.deepEqual(patternOf(there.admin, "bulwark-over", region).detail.findings.$or, [
      { Workflow: { Status: ["RESOLVED", "SUPPRESSED"] } },
      { RecordState: ["ARCHIVED"] },
    ]);
    const rules = there.admin.ofType("aws:cloudwatch/eventRule:EventRule");
    // Amazon EventBridge User Guide, "Amazon EventBridge quotas".
    assert.ok(rules.length <= 30, `${rules.length} of 300 rules`);
    for (const { inputs } of rules) assert.ok(String(inputs.eventPattern).length <= 2048, String(inputs.name));
    // IAM User Guide, "IAM and AWS STS quotas".
    for (const { name } of MANIFESTS) {
      const { assumeRolePolicy, inlinePolicies } = there.baseline.named(`remediation-role-${name}`).inputs;
      assert.ok(String(assumeRolePolicy).length <= 2048, name);
      const [{ policy }] = inlinePolicies as [{ policy: string }];
      assert.ok(policy.length <= 10_240, name);
    }
    const { policy } = there.admin.named("response-role-policy").inputs;
    assert.ok(String(policy).length <= 10_240);
  });

  for (const [partition, region] of PARTITIONS) {
    it(`trust nobody but the response of the security account, and Systems Manager for their runbooks, in ${partition}`, async () => {
      const there = await both(settings({ partition, homeRegion: region, regions: [region] }));
      const iam = `arn:${partition}:iam::`;
      for (const { name } of MANIFESTS) {
        const { inputs } = there.baseline.named(`remediation-role-${name}`);
        const runbook = {
          Sid: "Runbook",
          Effect: "Allow",
          Principal: { Service: "ssm.amazonaws.com" },
          Action: ["sts:AssumeRole"],
          Condition: {
            ArnLike: { "aws:SourceArn": `arn:${partition}:ssm:*:${MEMBER}:automation-execution/*` },
            StringEquals: { "aws:SourceAccount": MEMBER },
          },
        };
        assert.deepEqual(document(inputs.assumeRolePolicy).Statement, [
          {
            Sid: "Response",
            Effect: "Allow",
            Principal: { AWS: `${iam}${SECURITY}:root` },
            Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
            Condition: {
              ArnEquals: { "aws:PrincipalArn": `${iam}${SECURITY}:role/BulwarkResponse` },
              StringEquals: { "aws:PrincipalOrgID": "o-bulwark0demo" },
            },
          },
          ...(automationsOf({ name }).length > 0 ? [runbook] : []),
        ]);
        assert.equal(inputs.permissionsBoundary, `${iam}${MEMBER}:policy/BulwarkRemediationBoundary`);
        assert.deepEqual([inputs.name, inputs.maxSessionDuration], [`BulwarkRemediation-${name}`, 3600]);
      }
      const { inlinePolicies } = there.baseline.named("remediation-role-s3-public-access-block").inputs;
      const [own, ...others] = inlinePolicies as readonly { readonly name: string; readonly policy: string }[];
      assert.deepEqual([own?.name, others], ["Rights", []]);
      const { Statement } = document(own?.policy);
      assert.deepEqual(
        Statement.map(({ Resource, Condition }) => [Resource, Condition]),
        [
          [["*"], undefined],
          [[`arn:${partition}:s3:::*`], { StringEquals: { "aws:ResourceAccount": [MEMBER] } }],
        ],
      );
      const response = there.admin.named("response-role");
      assert.equal(response.inputs.permissionsBoundary, `${iam}${SECURITY}:policy/BulwarkResponseBoundary`);
      assert.deepEqual(document(there.admin.named("response-role-policy").inputs.policy).Statement, [
        {
          Sid: "BecomeRemediations",
          Effect: "Allow",
          Action: ["sts:AssumeRole", "sts:SetSourceIdentity"],
          Resource: MANIFESTS.map(({ name }) => `${iam}*:role/BulwarkRemediation-${name}`),
          Condition: { StringEquals: { "aws:ResourceOrgID": "o-bulwark0demo" } },
        },
      ]);
    });
  }

  it("go with the setting, one or all of them, and nothing else changes", async () => {
    const rest = ({ resources }: Declaration) =>
      resources.filter((one) => !ofRemediations(one)).map(({ name }) => name);
    for (const remediations of [{ enabled: false }, { off: MANIFESTS.map(({ name }) => name) }]) {
      const off = await both(settings({ features: { remediations, response: { enabled: false } } }));
      for (const [before, after] of [
        [admin, off.admin],
        [baseline, off.baseline],
      ] as const) {
        assert.deepEqual(after.resources.filter(ofRemediations), []);
        assert.deepEqual(rest(after), rest(before));
      }
      assert.equal(off.admin.outputs.responseRoleArn, undefined);
    }
  });

  it("take no rights from settings, and no name that is none", () => {
    const refused = (remediations: object) =>
      OrganizationSettings.safeParse({
        homeRegion: "us-east-1",
        regions: ["us-east-1"],
        accounts: { management: "111111111111", security: SECURITY, logArchive: "333333333333" },
        features: { remediations },
      }).error?.issues.map(({ path, message }) => [path.join("."), message]);
    const [name] = MANIFESTS.map((manifest) => manifest.name);
    assert.match(JSON.stringify(refused({ actions: ["s3:*"] })), /features\.remediations.*actions/);
    assert.match(
      JSON.stringify(refused({ off: ["no-such"] })),
      /off\.0.*must be a remediation: .*s3-public-access-block/,
    );
    assert.deepEqual(refused({ off: [name, name] }), [["features.remediations.off.1", `names ${name} twice`]]);
    const widened = baselineInputs({ roles: { deployment: "Other" } });
    assert.deepEqual(
      MANIFESTS.map((manifest) => remediationPolicy(manifest, widened)),
      MANIFESTS.map((manifest) => remediationPolicy(manifest, baselineInputs())),
    );
  });
});
