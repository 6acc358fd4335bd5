import assert from "node:assert/strict";
import { adminProgram } from "../../programs/admin/program.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import type { PolicyDocument } from "../../programs/bootstrap/policy-document.ts";
import { remediationPolicy } from "../../programs/remediation-role.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { automationsOf } from "../../remediation/automations.ts";
import type { Manifest } from "../../remediation/manifest.ts";
import { MANIFESTS } from "../../remediation/manifests.ts";
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
  /^(remediation-|response-|custom-action-|alert-(rule|target)-bulwark-(request|remediate)-)/.test(name);

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
    const without = /^(s3:(Get|Put)AccountPublicAccessBlock|iam:GetAccountAuthorizationDetails)$/;
    for (const { role } of MANIFESTS) {
      for (const { actions, resources } of role) {
        for (const action of actions) assert.match(action, /^[a-z0-9-]+:[A-Z][A-Za-z]+$/);
        if (resources.includes("*")) for (const action of actions) assert.match(action, without);
      }
    }
  });

  it("hold a remediation of a region to the regions that Bulwark covers, beside its own conditions", () => {
    const [first] = MANIFESTS as [Manifest];
    const { Statement } = remediationPolicy({ ...first, scope: "regional" }, baselineInputs());
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

  it("are one role in every member, whatever its regions, and one custom action and two rules in the home region", () => {
    for (const { name, customAction } of MANIFESTS) {
      const own = ({ name: resource }: { readonly name: string }) => resource.includes(name);
      assert.deepEqual(
        baseline.resources.filter(own).map(({ type, provider }) => [type, provider]),
        [
          ["aws:iam/role:Role", `aws-${MEMBER}`],
          ["aws:iam/rolePolicy:RolePolicy", `aws-${MEMBER}`],
        ],
      );
      const action = admin.named(`custom-action-${name}-us-east-1`);
      const { id: identifier, name: label, description } = customAction;
      assert.deepEqual(action.inputs, { region: "us-east-1", identifier, name: label, description });
      assert.deepEqual([action.provider, action.dependsOn], [`aws-${SECURITY}`, ["hub-us-east-1"]]);
      assert.equal(admin.resources.filter(own).length, 5);
    }
  });

  it("are asked for by their own custom action, and by findings of their controls and types that somebody was told of", () => {
    const pattern = (rule: string) =>
      JSON.parse(String(admin.named(`alert-rule-${rule}-us-east-1`).inputs.eventPattern));
    assert.deepEqual(pattern("bulwark-request-s3-public-access-block"), {
      source: ["aws.securityhub"],
      "detail-type": ["Security Hub Findings - Custom Action"],
      resources: [`arn:aws:securityhub:us-east-1:${SECURITY}:action/custom/S3PublicAccessBlock`],
    });
    const { detail, ...of } = pattern("bulwark-remediate-s3-public-access-block");
    assert.deepEqual(of, { source: ["aws.securityhub"], "detail-type": ["Security Hub Findings - Imported"] });
    const [failed, typed] = detail.findings.$or;
    assert.deepEqual(failed, {
      Compliance: { Status: ["FAILED"], SecurityControlId: ["S3.1", "S3.2", "S3.3", "S3.8"] },
    });
    assert.equal(typed.Types.length, 4);
    assert.deepEqual([detail.findings.Workflow.Status, detail.findings.RecordState], [["NOTIFIED"], ["ACTIVE"]]);
    for (const way of ["request", "remediate"]) {
      const { inputs, dependsOn } = admin.named(`alert-target-bulwark-${way}-s3-public-access-block-us-east-1`);
      assert.equal(inputs.arn, `arn:aws:sqs:us-east-1:${SECURITY}:bulwark-respond`);
      assert.ok(dependsOn.includes("alert-respond-policy-us-east-1"));
    }
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
      const { Statement } = document(there.baseline.named("remediation-policy-s3-public-access-block").inputs.policy);
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
          Resource: [`${iam}*:role/BulwarkRemediation-*`],
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
      /off\.0.*must be a remediation: s3-public-access-block/,
    );
    assert.deepEqual(refused({ off: [name, name] }), [["features.remediations.off.1", `names ${name} twice`]]);
    const widened = baselineInputs({ roles: { deployment: "Other" } });
    assert.deepEqual(
      MANIFESTS.map((manifest) => remediationPolicy(manifest, widened)),
      MANIFESTS.map((manifest) => remediationPolicy(manifest, baselineInputs())),
    );
  });
});
