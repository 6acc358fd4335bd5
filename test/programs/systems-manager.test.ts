import assert from "node:assert/strict";
import { decideAdoptions } from "../../programs/baseline/adoption.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { memberDeploymentRole } from "../../programs/bootstrap/roles.ts";
import { FeatureSettings } from "../../programs/feature-settings.ts";
import { declare, upstreamOf } from "./declared.ts";
import { baselineInputs, MEMBER, settings } from "./samples.ts";

const settingIn = (region: string) =>
  `arn:aws:ssm:${region}:${MEMBER}:servicesetting/ssm/managed-instance/default-ec2-instance-management-role`;

const choosing = (systemsManager: object) => baselineInputs({ features: { systemsManager } });

/** Names of what a baseline declares of hosts. */
async function hostsOf(inputs = baselineInputs()): Promise<string[]> {
  const { resources } = await declare(() => baselineProgram(inputs));
  return resources.map(({ name }) => name).filter((name) => /^(host-management|inventory|patch-scan)/.test(name));
}

describe("Systems Manager in the baseline", () => {
  it("manages every host by one role, which is there with its rights before a region names it", async () => {
    const declared = await declare(() => baselineProgram(baselineInputs()));
    const role = declared.named("host-management-role");
    assert.deepEqual(JSON.parse(String(role.inputs.assumeRolePolicy)).Statement, [
      { Effect: "Allow", Principal: { Service: "ssm.amazonaws.com" }, Action: "sts:AssumeRole" },
    ]);
    assert.deepEqual(declared.named("host-management-policy").inputs, {
      role: "BulwarkHostManagement",
      policyArn: "arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy",
    });
    for (const region of ["us-east-1", "us-west-2"]) {
      const name = `host-management-${region}`;
      assert.deepEqual(declared.named(name).inputs, {
        region,
        settingId: settingIn(region),
        settingValue: "BulwarkHostManagement",
      });
      const before = upstreamOf(declared, name);
      for (const needed of ["host-management-role", "host-management-policy"]) assert.ok(before.has(needed), needed);
    }
  });

  it("gathers inventory and scans for patches on every host of every region, and installs nothing", async () => {
    const declared = await declare(() => baselineProgram(choosing({ inventory: { everyHours: 1 } })));
    const shared = {
      region: "us-west-2",
      targets: [{ key: "InstanceIds", values: ["*"] }],
      tags: { ManagedBy: "Bulwark" },
    };
    assert.deepEqual(declared.named("inventory-us-west-2").inputs, {
      ...shared,
      name: "AWS-GatherSoftwareInventory",
      associationName: "bulwark-inventory",
      scheduleExpression: "rate(1 hour)",
    });
    assert.deepEqual(declared.named("patch-scan-us-west-2").inputs, {
      ...shared,
      name: "AWS-RunPatchBaseline",
      associationName: "bulwark-patch-scan",
      scheduleExpression: "rate(24 hours)",
      parameters: { Operation: "Scan" },
      maxConcurrency: "10%",
      maxErrors: "100%",
    });
  });

  it("is switched off as a whole and part by part", async () => {
    assert.equal((await hostsOf()).length, 8);
    assert.deepEqual(await hostsOf(choosing({ enabled: false })), []);
    const off = { enabled: false };
    assert.deepEqual(await hostsOf(choosing({ hostManagement: off, patchScan: off })), [
      "inventory-us-east-1",
      "inventory-us-west-2",
    ]);
    assert.equal((await hostsOf(choosing({ inventory: off }))).length, 6);
  });

  it("refuses settings by the path of the field", () => {
    const problem = (systemsManager: object) =>
      FeatureSettings.safeParse({ systemsManager }).error?.issues.map(({ path }) => path.join("."));
    assert.deepEqual(problem({ inventory: { everyHours: 0 } }), ["systemsManager.inventory.everyHours"]);
    assert.deepEqual(problem({ patchScan: { everyHours: 1000 } }), ["systemsManager.patchScan.everyHours"]);
    assert.deepEqual(problem({ colour: true }), ["systemsManager"]);
  });

  describe("where hosts are looked after already", () => {
    const held = {
      ebsEncryptionByDefault: false,
      hosts: { managementRole: "service-role/Own", inventoryAssociationId: "11111111-1111-1111-1111-111111111111" },
    };
    const inventory = (...regions: string[]) => ({
      accountId: MEMBER,
      serviceLinkedRoles: [],
      regions: Object.fromEntries(regions.map((region) => [region, held])),
    });

    it("leaves what is there, and says why", async () => {
      const adoptions = decideAdoptions(inventory("us-west-2"), baselineInputs());
      assert.deepEqual(
        adoptions.map(({ name, decision, id }) => [name, decision, id]),
        [
          ["host-management-us-west-2", "leave", settingIn("us-west-2")],
          ["inventory-us-west-2", "leave", held.hosts.inventoryAssociationId],
        ],
      );
      assert.match(adoptions[0]?.reason ?? "", /service-role\/Own/);
      const left = new Set(await hostsOf(baselineInputs({ adoptions })));
      for (const name of ["host-management-us-west-2", "inventory-us-west-2"]) assert.ok(!left.has(name), name);
      for (const name of ["host-management-us-east-1", "patch-scan-us-west-2"]) assert.ok(left.has(name), name);
    });

    it("makes no role where every region has its own", async () => {
      const adoptions = decideAdoptions(inventory("us-east-1", "us-west-2"), baselineInputs());
      assert.deepEqual(await hostsOf(baselineInputs({ adoptions })), ["patch-scan-us-east-1", "patch-scan-us-west-2"]);
    });

    it("decides nothing about what is switched off", () => {
      assert.deepEqual(decideAdoptions(inventory("us-west-2"), choosing({ enabled: false })), []);
    });
  });

  it("takes rights to documents of AWS and of teams, to its own, and to one role with one policy", () => {
    const statements = Object.values(memberDeploymentRole(settings()).policies).flatMap(({ Statement }) => Statement);
    const of = (sid: string) => statements.find(({ Sid }) => Sid === sid);
    const documents = of("HostAssociations")?.Resource?.filter((resource) => resource.includes(":document/"));
    assert.deepEqual(documents, [
      "arn:aws:ssm:*:*:document/AWS-GatherSoftwareInventory",
      "arn:aws:ssm:*:*:document/AWS-RunPatchBaseline",
      "arn:aws:ssm:*:*:document/AWS-UpdateSSMAgent",
      "arn:aws:ssm:*:*:document/AWS-RunPatchBaselineAssociation",
      "arn:aws:ssm:*:*:document/AWS-ConfigureAWSPackage",
      "arn:aws:ssm:*:*:document/team-*",
      "arn:aws:ssm:*:*:document/Bulwark-*",
    ]);
    for (const sid of ["HostRolePolicy", "PassHostRole"]) {
      assert.deepEqual(of(sid)?.Resource, ["arn:aws:iam::*:role/BulwarkHostManagement"], sid);
    }
    assert.deepEqual(of("HostRolePolicy")?.Condition?.ArnEquals, {
      "iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy",
    });
  });
});
