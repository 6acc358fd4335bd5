import assert from "node:assert/strict";
import { adminProgram } from "../../programs/admin/program.ts";
import { decideAdoptions } from "../../programs/baseline/adoption.ts";
import { governingFrom, governingProblems } from "../../programs/baseline/governing.ts";
import { membershipsToEnd } from "../../programs/baseline/memberships.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { BaselineInputs } from "../../programs/inputs.ts";
import { WAYS } from "../../programs/recovery/ways.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { standardArn } from "../../programs/standards.ts";
import { type Declaration, declare, upstreamOf } from "./declared.ts";
import { occupied } from "./inventories.ts";
import { adminInputs, baselineInputs, LOG_ARCHIVE, MANAGEMENT, MEMBER, SECURITY, settings } from "./samples.ts";

const HOME = "us-east-1";
const LINKED = "us-west-2";
const UNIT = "ou-bulw-dev000001";

const policies = [
  { name: "prod", targets: [MEMBER], disabledControls: ["IAM.6"] },
  { name: "dev", targets: [UNIT, "r-bulw"], standards: ["fsbp-1.0.0"] },
  { name: "cis", targets: ["100000000003"], standards: ["cis-5.0.0"] },
  { name: "without", targets: ["100000000004"], disabledControls: ["ACM.1"] },
  { name: "off", targets: ["100000000002"], enabled: false },
];
const central = settings({ features: { securityHub: { mode: "central", central: { policies } } } });
const governing = {
  ...{ policyId: "11111111-2222-3333-4444-555555555555", enabled: true, standards: ["cis-5.0.0"] },
  held: { regions: [LINKED], standards: ["cis-5.0.0"], controls: ["ACM.1"] },
};

describe("the admin stack in central mode", () => {
  let declared: Declaration;
  before(async () => {
    declared = await declare(() => adminProgram(adminInputs({}, central)), "admin");
  });

  it("configures the organization from the home region, once findings are aggregated there", () => {
    const configuration = declared.named(`hub-organization-${HOME}`);
    assert.deepEqual(configuration.inputs, {
      region: HOME,
      autoEnable: false,
      autoEnableStandards: "NONE",
      organizationConfiguration: { configurationType: "CENTRAL" },
    });
    const before = upstreamOf(declared, configuration.name);
    for (const name of [`finding-aggregator-${HOME}`, `hub-organization-${LINKED}`, `standard-cis-5.0.0-${LINKED}`]) {
      assert.ok(before.has(name), name);
    }
    const linked = declared.named(`hub-organization-${LINKED}`);
    assert.deepEqual(linked.ignoreChanges, ["organizationConfiguration"]);
  });

  it("leaves the security account to itself, before any policy is applied", () => {
    const own = declared.named(`policy-association-${SECURITY}-${HOME}`);
    assert.equal(own.type, "aws-native:securityhub:PolicyAssociation");
    assert.deepEqual(own.inputs, {
      ...{ configurationPolicyId: "SELF_MANAGED_SECURITY_HUB", targetId: SECURITY, targetType: "ACCOUNT" },
    });
    assert.equal(own.provider, `aws-native-${SECURITY}-${HOME}`);
    const others = declared.ofType("aws:securityhub/configurationPolicyAssociation:ConfigurationPolicyAssociation");
    assert.equal(others.length, 6);
    for (const { dependsOn } of others) assert.ok(dependsOn.includes(own.name));
  });

  it("has the policies of the settings, with the organization's standards and parameters unless they say otherwise", () => {
    const policyOf = (name: string) => declared.named(`configuration-policy-${name}-${HOME}`).inputs;
    const arns = (...names: Parameters<typeof standardArn>[2][]) => names.map((name) => standardArn("aws", HOME, name));
    const parameters = [{ name: "daysToExpiration", valueType: "CUSTOM", int: { value: 60 } }];
    assert.deepEqual(policyOf("prod"), {
      ...{ region: HOME, name: "bulwark-prod", description: "Managed by Bulwark" },
      configurationPolicy: {
        serviceEnabled: true,
        enabledStandardArns: arns("fsbp-1.0.0", "cis-5.0.0"),
        securityControlsConfiguration: {
          disabledControlIdentifiers: ["IAM.6"],
          securityControlCustomParameters: [{ securityControlId: "ACM.1", parameters }],
        },
      },
    });
    const dev = policyOf("dev").configurationPolicy as { enabledStandardArns: string[] };
    assert.deepEqual(dev.enabledStandardArns, arns("fsbp-1.0.0"));
    // AWS refuses parameters of controls that are off.
    for (const name of ["cis", "without"]) {
      const { securityControlsConfiguration } = policyOf(name).configurationPolicy as {
        securityControlsConfiguration: { securityControlCustomParameters: object[] };
      };
      assert.deepEqual(securityControlsConfiguration.securityControlCustomParameters, [], name);
    }
    assert.deepEqual(policyOf("off").configurationPolicy, { serviceEnabled: false });
    const association = declared.named(`policy-association-${UNIT}-${HOME}`);
    const policyId = `configuration-policy-dev-${HOME}-id`;
    assert.deepEqual(association.inputs, { region: HOME, targetId: UNIT, policyId });
  });

  it("can be found again in all of its parts", () => {
    for (const { type, inputs, name } of declared.resources) {
      const way = WAYS[type];
      assert.ok(way, type);
      if (!name.startsWith("policy-association")) continue;
      const place = { accountId: SECURITY, partition: "aws", region: HOME } as const;
      assert.equal(way.by === "name" && way.id({ ...place, type, name, inputs }), inputs.targetId);
    }
  });
});

describe("a baseline in central mode", () => {
  const inputs = baselineInputs({ governing }, central);
  let declared: Declaration;
  before(async () => {
    declared = await declare(() => baselineProgram(inputs), `account-${MEMBER}`);
  });

  it("keeps what it has made in local mode, and lets nothing of it go", () => {
    for (const [name, provider] of [
      [`hub-${LINKED}`, MEMBER],
      [`standard-cis-5.0.0-${LINKED}`, MEMBER],
      [`hub-member-${LINKED}`, SECURITY],
    ] as const) {
      const kept = declared.named(name);
      assert.deepEqual([kept.importId, kept.retainOnDelete], [undefined, true], name);
      assert.equal(kept.provider, `aws-${provider}`, name);
    }
    const changeable = ["autoEnableControls", "controlFindingGenerator", "enableDefaultStandards"];
    assert.deepEqual([...declared.named(`hub-${LINKED}`).ignoreChanges].sort(), changeable);
    const control = declared.named(`security-control-ACM.1-${LINKED}`);
    assert.deepEqual(
      [control.retainOnDelete, control.provider, [...control.ignoreChanges].sort()],
      [true, `aws-native-${MEMBER}-${LINKED}`, ["lastUpdateReason", "parameters"]],
    );
    const hubs = declared.resources.filter(({ type }) => type.startsWith("aws:securityhub/"));
    assert.deepEqual(hubs.map(({ name }) => name).sort(), [
      `hub-member-${LINKED}`,
      `hub-${LINKED}`,
      `standard-cis-5.0.0-${LINKED}`,
    ]);
    const { hubArns } = declared.outputs as { hubArns: Record<string, string> };
    assert.equal(hubArns[HOME], `arn:aws:securityhub:${HOME}:${MEMBER}:hub/default`);
  });

  it("holds what it made as long as the policy has it, however often it is tried", () => {
    const found = {
      policyId: "p",
      enabled: true,
      status: "SUCCESS",
      standardArns: [standardArn("aws", HOME, "cis-5.0.0")],
    };
    const local = baselineInputs();
    const first = governingFrom(found, local);
    assert.deepEqual(first.held, { regions: [HOME, LINKED], standards: ["cis-5.0.0"], controls: ["ACM.1"] });
    const second = governingFrom(found, { ...inputs, governing: first });
    assert.deepEqual(second, first);
    const more = { ...found, standardArns: [...found.standardArns, standardArn("aws", HOME, "fsbp-1.0.0")] };
    assert.deepEqual(governingFrom(more, { ...inputs, governing: first }).held, first.held);
    assert.deepEqual(governingFrom(found, undefined).held, { regions: [], standards: [], controls: [] });
  });

  it("has the rest of its own, as in local mode", async () => {
    const local = await declare(() => baselineProgram(baselineInputs()), `account-${MEMBER}`);
    const rest = ({ resources }: Declaration) =>
      resources
        .filter(({ type, name }) => !type.includes(":securityhub") && !name.startsWith("aws-native-"))
        .map(({ name }) => name);
    assert.deepEqual(rest(declared).sort(), rest(local).sort());
  });

  it("keeps nothing where its policy has switched Security Hub off", async () => {
    const off = baselineInputs({ governing: { ...governing, enabled: false } }, central);
    const { resources } = await declare(() => baselineProgram(off), `account-${MEMBER}`);
    assert.deepEqual(
      resources.filter(({ type }) => type.startsWith("aws:securityhub/")),
      [],
    );
  });

  it("adopts nothing of Security Hub, and ends no membership in it", () => {
    const adopted = decideAdoptions(occupied, inputs).map(({ type }) => type);
    assert.ok(adopted.length > 0 && adopted.every((type) => !type.startsWith("aws:securityhub/")), adopted.join(" "));
    assert.ok(membershipsToEnd(inputs, []).every(({ securityHub }) => !securityHub));
    assert.ok(membershipsToEnd(baselineInputs(), []).every(({ securityHub }) => securityHub));
  });

  it("must know what governs its account, and that it holds", () => {
    const { governing: _, ...without } = inputs;
    const refused = BaselineInputs.safeParse(without);
    assert.deepEqual(refused.error?.issues[0]?.path, ["governing"]);
    const found = { policyId: "p", enabled: true, standardArns: [standardArn("aws", HOME, "cis-3.0.0"), "arn:other"] };
    assert.deepEqual(governingProblems({ ...found, status: "SUCCESS" }, MEMBER), []);
    for (const [state, text] of [
      [undefined, /no configuration policy of Security Hub governs account 100000000001/],
      [{ ...found, status: "PENDING" }, /still applying the configuration policy p to account 100000000001/],
      [{ ...found, status: "FAILED", message: "it is closed" }, /could not be applied .*: it is closed/],
    ] as const) {
      assert.match(governingProblems(state, MEMBER)[0]?.message ?? "", text);
    }
    assert.deepEqual(governingFrom({ ...found, status: "SUCCESS" }, undefined).standards, ["cis-3.0.0"]);
  });
});

describe("the mode of Security Hub in the settings", () => {
  const complaints = (securityHub: Record<string, unknown>, regions = [HOME, LINKED]) => {
    const accounts = { management: MANAGEMENT, security: SECURITY, logArchive: LOG_ARCHIVE };
    const document = { homeRegion: HOME, regions, accounts, features: { securityHub } };
    const { error } = OrganizationSettings.safeParse(document);
    return error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
  };
  const disabledControls = [{ controlId: "IAM.6", standards: ["fsbp-1.0.0"], reason: "x" }];

  it("is one or the other, and both at once are refused", () => {
    assert.deepEqual(complaints({ mode: "central", central: { policies } }), []);
    for (const [securityHub, complaint] of [
      [{ central: { policies } }, /^features\.securityHub\.central\.policies: are of mode central, but mode is local/],
      [{ mode: "central", disabledControls }, /^features\.securityHub\.disabledControls: are of mode local/],
      [{ mode: "both" }, /^features\.securityHub\.mode: must be local or central/],
    ] as const) {
      assert.match(complaints(securityHub).join("; "), complaint);
    }
  });

  it("is refused without a linked region, with a target twice or that can't be one", () => {
    assert.match(complaints({ mode: "central" }, [HOME]).join(), /^regions: must name a region beside the home region/);
    const targets = (...lists: string[][]) => ({
      mode: "central",
      central: { policies: lists.map((each, index) => ({ name: `p${index}`, targets: each })) },
    });
    assert.match(complaints(targets([SECURITY]))[0] ?? "", /policies\.0\.targets\.0: is the security account/);
    assert.match(
      complaints(targets([MEMBER], [MEMBER]))[0] ?? "",
      /policies\.0\.targets\.0: 100000000001 is named twice/,
    );
    assert.match(complaints(targets(["everybody"]))[0] ?? "", /policies\.0\.targets\.0: must be an account/);
  });
});
