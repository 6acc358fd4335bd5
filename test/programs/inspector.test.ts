import assert from "node:assert/strict";
import { decideAdminAdoptions } from "../../programs/admin/adoption.ts";
import { adminProblems } from "../../programs/admin/preconditions.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import { decideAdoptions } from "../../programs/baseline/adoption.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { InspectorSettings } from "../../programs/inspector-settings.ts";
import type { AdminInventory } from "../../programs/inventory.ts";
import { type Declaration, declare, upstreamOf } from "./declared.ts";
import { occupied } from "./inventories.ts";
import { adminInputs, baselineInputs, EVERY_OPTION, MANAGEMENT, MEMBER, SECURITY, settings } from "./samples.ts";

const withInspector = (inspector: object) => settings({ features: { inspector } });
const admin = (inspector: object = {}, more: Record<string, unknown> = {}) =>
  declare(() => adminProgram(adminInputs(more, withInspector(inspector))), "admin");
const baseline = (inspector: object = {}, more: Record<string, unknown> = {}) =>
  declare(() => baselineProgram(baselineInputs(more, withInspector(inspector))), `account-${MEMBER}`);
const ofInspector = ({ resources }: Declaration) =>
  resources.filter(({ type, name }) => /inspector/.test(type) || /inspector/.test(name)).map(({ name }) => name);

describe("Inspector in the admin stack", () => {
  let declared: Declaration;
  before(async () => {
    declared = await admin();
  });

  it("is on in the management and the security account before it is delegated, and then configured", () => {
    const scans = (account: string) => declared.named(`inspector-${account}-scans-us-west-2`);
    const resourceTypes = ["EC2", "ECR", "LAMBDA"];
    assert.deepEqual(scans("management").inputs, { region: "us-west-2", accountIds: [MANAGEMENT], resourceTypes });
    assert.deepEqual(scans("security").inputs, { region: "us-west-2", accountIds: [SECURITY], resourceTypes });
    assert.equal(scans("management").provider, `aws-${MANAGEMENT}`);
    assert.equal(scans("security").provider, `aws-${SECURITY}`);

    const administrator = declared.named("inspector-administrator-us-west-2");
    assert.deepEqual(administrator.inputs, { region: "us-west-2", accountId: SECURITY });
    assert.equal(administrator.provider, `aws-${MANAGEMENT}`);
    assert.deepEqual([...administrator.dependsOn].sort(), [
      "inspector-administrator-us-east-1",
      "inspector-management-scans-us-west-2",
      "inspector-security-scans-us-west-2",
      "trusted-access-inspector2",
    ]);
    const organization = declared.named("inspector-organization-us-west-2");
    assert.deepEqual(organization.dependsOn, ["inspector-administrator-us-west-2"]);
    assert.equal(organization.provider, `aws-${SECURITY}`);
  });

  it("switches nothing on by itself in new accounts, unless the settings say so", async () => {
    const nothing = { ec2: false, ecr: false, lambda: false, lambdaCode: false, codeRepository: false };
    const name = "inspector-organization-us-east-1";
    assert.deepEqual(declared.named(name).inputs.autoEnable, nothing);
    const { named } = await admin({ autoEnable: ["ECR"] });
    assert.deepEqual(named(name).inputs.autoEnable, { ...nothing, ecr: true });
  });

  it("has CIS scans of the organization where the settings name some", async () => {
    assert.deepEqual(declared.ofType("aws-native:inspectorv2:CisScanConfiguration"), []);
    const { named } = await admin(EVERY_OPTION.inspector);
    const scan = named("cis-scan-weekly-us-west-2");
    const { tags: _, ...inputs } = scan.inputs;
    assert.deepEqual(inputs, {
      scanName: "weekly",
      securityLevel: "LEVEL_1",
      schedule: { weekly: { startTime: { timeOfDay: "03:30", timeZone: "UTC" }, days: ["SUN"] } },
      targets: { accountIds: ["ALL_ACCOUNTS"], targetResourceTags: { CisScan: ["yes"] } },
    });
    assert.equal(scan.provider, `aws-native-${SECURITY}-us-west-2`);
    assert.deepEqual(scan.dependsOn, ["inspector-administrator-us-west-2"]);
    const tags = { CisScan: ["yes"] };
    const others = await admin({
      cisScans: [
        { name: "daily", schedule: { every: "day", at: "23:00", timeZone: "Europe/Zurich" }, accounts: [MEMBER], tags },
        { name: "monthly", level: "LEVEL_2", schedule: { every: "month", day: "MON", at: "00:15" }, tags },
      ],
    });
    const { schedule, targets } = others.named("cis-scan-daily-us-east-1").inputs;
    assert.deepEqual(schedule, { daily: { startTime: { timeOfDay: "23:00", timeZone: "Europe/Zurich" } } });
    assert.deepEqual(targets, { accountIds: [MEMBER], targetResourceTags: tags });
    assert.deepEqual(others.named("cis-scan-monthly-us-east-1").inputs.schedule, {
      monthly: { startTime: { timeOfDay: "00:15", timeZone: "UTC" }, day: "MON" },
    });
  });

  it("is not there where it is switched off, or not offered", async () => {
    assert.deepEqual(ofInspector(await admin({ enabled: false })), []);
    const elsewhere = ofInspector(await admin({ notIn: ["us-east-1"] }));
    assert.deepEqual(
      elsewhere.filter((name) => name.endsWith("us-east-1")),
      [],
    );
    assert.equal(elsewhere.length, 5);
  });
});

describe("Inspector in a baseline", () => {
  it("associates the account, then switches its scans on, both as the delegated administrator", async () => {
    const declared = await baseline();
    const association = declared.named("inspector-member-us-west-2");
    assert.deepEqual(association.inputs, { region: "us-west-2", accountId: MEMBER });
    const scans = declared.named("inspector-member-scans-us-west-2");
    assert.deepEqual(scans.inputs, {
      region: "us-west-2",
      accountIds: [MEMBER],
      resourceTypes: ["EC2", "ECR", "LAMBDA"],
    });
    assert.deepEqual(scans.dependsOn, ["inspector-member-us-west-2"]);
    for (const { provider } of [association, scans]) assert.equal(provider, `aws-${SECURITY}`);
    const { named } = await baseline({ resourceTypes: ["ECR"] });
    assert.deepEqual(named("inspector-member-scans-us-east-1").inputs.resourceTypes, ["ECR"]);
  });

  it("is not there where it is switched off, or not offered", async () => {
    assert.deepEqual(ofInspector(await baseline({ enabled: false })), []);
    assert.equal(ofInspector(await baseline({ notIn: ["us-east-1"] })).length, 2);
  });

  it("waits for its delegation", () => {
    const link = { ...baselineInputs().admin, inspectorRegions: ["us-east-1"] };
    assert.throws(
      () => baselineInputs({ admin: link }),
      /has not delegated Inspector in us-west-2: deploy it there first/,
    );
    const elsewhere = baselineInputs({ admin: link }, withInspector({ notIn: ["us-west-2"] }));
    assert.deepEqual(elsewhere.admin.inspectorRegions, ["us-east-1"]);
  });

  it("changes nothing else of the baseline", async () => {
    const [on, off] = [await baseline(), await baseline({ enabled: false })];
    for (const resource of off.resources) assert.deepEqual(on.named(resource.name), resource);
  });
});

describe("an account whose Inspector is on already", () => {
  const inputs = baselineInputs();
  const adoptions = decideAdoptions(occupied, inputs);
  const name = "inspector-member-scans-us-west-2";

  it("is adopted with its scans once it is a member, keeps them and gets the others", async () => {
    const adopting = await declare(() => baselineProgram({ ...inputs, adoptions, phase: "adopt" }));
    const scans = adopting.named(name);
    assert.equal(scans.importId, `${MEMBER}-EC2:LAMBDA:LAMBDA_CODE@us-west-2`);
    assert.deepEqual(scans.inputs.resourceTypes, ["EC2", "LAMBDA", "LAMBDA_CODE"]);
    assert.ok(upstreamOf(adopting, name).has("inspector-member-us-west-2"));
    const { named } = await declare(() => baselineProgram({ ...inputs, adoptions }));
    assert.deepEqual(named(name).inputs.resourceTypes, ["EC2", "ECR", "LAMBDA", "LAMBDA_CODE"]);
    assert.equal(named(name).retainOnDelete, true);
  });

  it("gets its scans back as they were when it leaves", async () => {
    const { named } = await declare(() => baselineProgram({ ...inputs, adoptions, phase: "restore" }));
    assert.deepEqual(named(name).inputs.resourceTypes, ["EC2", "LAMBDA", "LAMBDA_CODE"]);
  });

  it("is left alone where Inspector is not wanted", () => {
    const without = baselineInputs({}, withInspector({ enabled: false }));
    assert.ok(!decideAdoptions(occupied, without).some((adoption) => adoption.name === name));
  });
});

describe("an organization whose Inspector is administered already", () => {
  const inspected: AdminInventory = {
    organizationId: "o-bulwark0demo",
    trustedServices: ["inspector2.amazonaws.com"],
    delegatedAdministrators: { "inspector2.amazonaws.com": [SECURITY] },
    regions: {
      "us-east-1": {
        organizationAnalyzers: [],
        inspectorAdministrator: SECURITY,
        inspectorScans: { management: [], security: ["ECR", "EC2"] },
      },
    },
  };

  it("is adopted as far as it is the security account's", () => {
    const adoptions = decideAdminAdoptions(inspected, adminInputs());
    assert.deepEqual(
      adoptions.map(({ name, id }) => [name, id]),
      [
        ["trusted-access-inspector2", "inspector2.amazonaws.com"],
        ["inspector-security-scans-us-east-1", `${SECURITY}-EC2:ECR`],
        ["inspector-administrator-us-east-1", SECURITY],
      ],
    );
    assert.deepEqual(decideAdminAdoptions(inspected, adminInputs({}, withInspector({ enabled: false }))), []);
  });

  it("is a problem where another account administers it, unless Inspector is not wanted", () => {
    const held: AdminInventory = {
      ...inspected,
      delegatedAdministrators: { "inspector2.amazonaws.com": ["444444444444"] },
      regions: { "us-west-2": { organizationAnalyzers: [], inspectorAdministrator: "444444444444" } },
    };
    const problems = adminProblems(held, adminInputs());
    assert.deepEqual(
      problems.map(({ service, region }) => [service, region]),
      [
        ["inspector2.amazonaws.com", undefined],
        ["inspector2.amazonaws.com", "us-west-2"],
      ],
    );
    for (const { message } of problems) assert.match(message, /444444444444.*Inspector/);
    assert.deepEqual(adminProblems(held, adminInputs({}, withInspector({ enabled: false }))), []);
  });
});

describe("the settings of Inspector", () => {
  const scan = { name: "weekly", schedule: { every: "day", at: "03:30" }, tags: { CisScan: ["yes"] } };
  const refused: readonly (readonly [string, object, string])[] = [
    ["scans of code without scans of functions", { resourceTypes: ["EC2", "LAMBDA_CODE"] }, "resourceTypes.1"],
    ["a scan twice", { resourceTypes: ["EC2", "EC2"] }, "resourceTypes.1"],
    ["no scan at all", { resourceTypes: [] }, "resourceTypes"],
    ["an unknown scan", { autoEnable: ["RDS"] }, "autoEnable.0"],
    [
      "a time that is none",
      { cisScans: [{ ...scan, schedule: { every: "day", at: "24:00" } }] },
      "cisScans.0.schedule.at",
    ],
    [
      "a time zone that is none",
      { cisScans: [{ ...scan, schedule: { every: "day", at: "03:30", timeZone: "Mars/Base" } }] },
      "cisScans.0.schedule.timeZone",
    ],
    ["targets without a tag", { cisScans: [{ ...scan, tags: {} }] }, "cisScans.0.tags"],
    ["two scans of one name", { cisScans: [scan, scan] }, "cisScans"],
  ];
  for (const [what, document, path] of refused) {
    it(`refuse ${what}, and say where`, () => {
      const { error } = InspectorSettings.safeParse(document);
      assert.deepEqual(
        error?.issues.map((issue) => issue.path.join(".")),
        [path],
      );
    });
  }
});
