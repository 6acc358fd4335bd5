import assert from "node:assert/strict";
import { Provider } from "@pulumi/aws/provider.js";
import { output } from "@pulumi/pulumi";
import type { BaselineArgs } from "../../programs/component/arguments.ts";
import { Baseline } from "../../programs/component/baseline.ts";
import { type Declaration, declare } from "./declared.ts";
import { CONTACT, LOG_ARCHIVE, MEMBER } from "./samples.ts";

const at = { accountId: MEMBER, homeRegion: "us-east-1", regions: ["us-east-1", "us-west-2"] };
const archive = { bucket: "team-archive", keyArn: `arn:aws:kms:us-east-1:${LOG_ARCHIVE}:key/one` };
const rules = { rules: [{ name: "volumes-in-use", identifier: "EC2_VOLUME_INUSE_CHECK" }] };
const whole: BaselineArgs = {
  ...at,
  owns: "account",
  archive,
  vpcs: { "us-east-1": { main: "vpc-0a1b2c3d" } },
  features: { account: { securityContact: CONTACT }, config: rules },
};

const of = (args: BaselineArgs, name = "payments"): Promise<Declaration> =>
  declare(() => {
    const provider = new Provider("team", { region: "us-east-1" });
    const { hubArns, detectorIds } = new Baseline(name, args, { provider });
    return { hubArns, detectorIds };
  }, "team");
const parts = ({ resources }: Declaration) =>
  resources.filter(({ type }) => type.startsWith("aws:")).map(({ name }) => name.replace("payments-", ""));

describe("the baseline as a component", () => {
  it("is what an account can have by itself, below the component, under the team's provider and names", async () => {
    const declared = await of(whole);
    const regional = (region: string) => [
      ...["ebs-encryption", "snapshot-sharing", "image-sharing", "instance-metadata", "recorder", "delivery-channel"],
      ...["recorder-status", "config-rule-volumes-in-use", "hub", "standard-fsbp-1.0.0", "standard-cis-5.0.0"],
      ...["host-management", "inventory", "patch-scan"],
      ...[
        "detector",
        "inspector-member-scans",
        ...(region === "us-east-1" ? ["default-security-group-main", "flow-log-main"] : []),
      ],
      ...["s3", "eks", "rds", "lambda", "malware", "runtime"].map((plan) => `detector-plan-${plan}`),
    ];
    assert.deepEqual(
      parts(declared).sort(),
      [
        ...[
          "public-access-block",
          "password-policy",
          "security-contact",
          "host-management-role",
          "host-management-policy",
        ],
        ...["config", "guardduty", "securityhub"].map((service) => `service-linked-role-${service}`),
        ...at.regions.flatMap((region) => regional(region).map((name) => `${name}-${region}`)),
      ].sort(),
    );
    for (const { type, name, parent, provider, inputs } of declared.resources) {
      if (!type.startsWith("aws:")) continue;
      assert.deepEqual([parent, provider], ["payments", "team"], name);
      assert.equal(inputs.tags, undefined, name);
      assert.doesNotMatch(type, /member:Member|memberDetectorFeature|organization/i);
    }
    assert.deepEqual(Object.keys(declared.outputs.hubArns as object), at.regions);
  });

  it("adds nothing but rules where the account has a baseline, under names that are not Bulwark's", async () => {
    const declared = await of({ ...at, owns: "additions", features: { config: rules } });
    assert.deepEqual(
      parts(declared),
      at.regions.map((region) => `config-rule-volumes-in-use-${region}`),
    );
    for (const { inputs } of declared.ofType("aws:cfg/rule:Rule")) assert.equal(inputs.name, "payments-volumes-in-use");
  });

  it("names what has a name in the account after itself, so that nothing meets Bulwark's own", async () => {
    const declared = await of(whole);
    const { name } = declared.named("payments-host-management-role").inputs;
    assert.equal(name, "payments-host-management");
    for (const region of at.regions) {
      assert.equal(declared.named(`payments-host-management-${region}`).inputs.settingValue, name);
      assert.equal(declared.named(`payments-inventory-${region}`).inputs.associationName, "payments-inventory");
      assert.equal(declared.named(`payments-patch-scan-${region}`).inputs.associationName, "payments-patch-scan");
    }
  });

  it("takes the ids of networks that the same program makes", async () => {
    const vpcs = { "us-west-2": { new: output("vpc-of-the-program") } };
    const declared = await of({ ...whole, vpcs });
    assert.equal(declared.named("payments-flow-log-new-us-west-2").inputs.vpcId, "vpc-of-the-program");
  });

  it("leaves out what is switched off, what nothing needs and what exists", async () => {
    const off = { enabled: false };
    const features = { account: off, guardDuty: off, inspector: off, securityHub: off, systemsManager: off };
    const bare = await of({ ...at, owns: "account", features });
    assert.deepEqual(parts(bare).sort(), [
      ...at.regions.map((region) => `ebs-encryption-${region}`),
      ...["password-policy", "public-access-block"],
    ]);
    const known = await of({ ...whole, existingRoles: ["config.amazonaws.com", "guardduty.amazonaws.com"] });
    assert.deepEqual(
      parts(known).filter((name) => name.startsWith("service-linked-role")),
      ["service-linked-role-securityhub"],
    );
  });

  for (const [what, args, path] of [
    ["no decision on what it owns", { ...at }, "owns"],
    ["a setting of the account beside a baseline", { ...at, owns: "additions", standards: ["fsbp-1.0.0"] }, ""],
    ["an unknown standard", { ...whole, standards: ["cis-9.9.9"] }, "standards.0"],
    ["a home region that is none of the regions", { ...whole, homeRegion: "eu-west-1" }, "homeRegion"],
    ["rules without a recorder", { ...whole, archive: undefined }, "features.config.rules"],
    [
      "two rules of one name",
      { ...whole, features: { config: { rules: [...rules.rules, ...rules.rules] } } },
      "features.config.rules.1.name",
    ],
    ["networks in another region", { ...whole, vpcs: { "eu-west-1": { main: "vpc-1" } } }, "vpcs.eu-west-1"],
    ["a number for a network", { ...whole, vpcs: { "us-east-1": { main: 1 } } }, "vpcs.us-east-1.main"],
  ] as const) {
    it(`refuses ${what}, with the path`, async () => {
      await assert.rejects(of(args as unknown as BaselineArgs), (error: { issues: { path: string[] }[] }) => {
        assert.ok(
          error.issues.some((issue) => issue.path.join(".") === path),
          JSON.stringify(error.issues),
        );
        return true;
      });
    });
  }

  it("refuses a name by which its rules could meet the organization's", async () => {
    for (const name of ["bulwark", "bulwark-team", "x", "Payments", "a".repeat(21)]) {
      await assert.rejects(of(whole, name), /its name must be 2 to 20/);
    }
  });
});
