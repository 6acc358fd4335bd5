import assert from "node:assert/strict";
import fc from "fast-check";
import { Adoption } from "../../programs/adoption.ts";
import { decideAdoptions } from "../../programs/baseline/adoption.ts";
import { serviceLinkedRolesToRemove } from "../../programs/baseline/linked-services.ts";
import { membershipsToEnd } from "../../programs/baseline/memberships.ts";
import { baselineProblems } from "../../programs/baseline/preconditions.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { deploymentPhases, offboardingPhases } from "../../programs/phases.ts";
import { declare } from "./declared.ts";
import { anyInventory, occupied, REGIONS } from "./inventories.ts";
import { baselineInputs, MEMBER, SECURITY, settings } from "./samples.ts";

const inputs = baselineInputs();
const adoptions = decideAdoptions(occupied, inputs);
const decided = (name: string) => adoptions.find((adoption) => adoption.name === name);

describe("what an account holds already", () => {
  it("is adopted where the baseline wants the same thing", () => {
    const adopted = adoptions.filter(({ decision }) => decision === "adopt").map(({ name }) => name);
    assert.deepEqual(adopted, [
      "public-access-block",
      "password-policy",
      "hub-us-west-2",
      "standard-fsbp-1.0.0-us-west-2",
      "detector-us-west-2",
      "recorder-us-west-2",
      "recorder-status-us-west-2",
      "delivery-channel-us-west-2",
      "inspector-member-scans-us-west-2",
      "ebs-encryption-us-west-2",
    ]);
  });

  it("is left where the baseline does not want it: other standards, service-linked roles", () => {
    const left = adoptions.filter(({ decision }) => decision === "leave").map(({ name }) => name);
    assert.deepEqual(left, ["service-linked-role-config", "standard-nist-800-53-v-5.0.0-us-west-2"]);
  });

  it("is known by the ids by which the provider imports it", () => {
    assert.equal(decided("hub-us-west-2")?.id, MEMBER);
    assert.equal(decided("detector-us-west-2")?.id, "d0");
    assert.equal(decided("recorder-us-west-2")?.id, "default");
    assert.equal(decided("ebs-encryption-us-west-2")?.id, "default");
    assert.equal(decided("password-policy")?.id, "iam-account-password-policy");
    assert.equal(
      decided("standard-fsbp-1.0.0-us-west-2")?.id,
      `arn:aws:securityhub:us-west-2:${MEMBER}:subscription/aws-foundational-security-best-practices/v/1.0.0`,
    );
  });

  it("keeps the shape of a recorder and its channel as the provider has them", () => {
    assert.deepEqual(decided("recorder-us-west-2")?.before, {
      name: "default",
      roleArn: `arn:aws:iam::${MEMBER}:role/own-config`,
      recordingGroup: {
        allSupported: false,
        includeGlobalResourceTypes: false,
        resourceTypes: ["AWS::EC2::Instance"],
        recordingStrategies: [{ useOnly: "INCLUSION_BY_RESOURCE_TYPES" }],
      },
      recordingMode: { recordingFrequency: "DAILY" },
    });
    assert.deepEqual(decided("delivery-channel-us-west-2")?.before, {
      name: "default",
      s3BucketName: "own-config-bucket",
      s3KeyPrefix: "config",
      snsTopicArn: `arn:aws:sns:us-west-2:${MEMBER}:config`,
      snapshotDeliveryProperties: { deliveryFrequency: "Six_Hours" },
    });
    assert.deepEqual(decided("recorder-status-us-west-2")?.before, { name: "default", isEnabled: false });
  });

  it("is none of an empty account's, and nothing of a region that is not covered", () => {
    assert.deepEqual(decideAdoptions({ accountId: MEMBER, regions: {}, serviceLinkedRoles: [] }, inputs), []);
    const home = decideAdoptions(occupied, { ...inputs, regions: ["us-east-1"] });
    assert.ok(home.every(({ region }) => region === "global"));
  });

  it("is adopted with its membership where it has one", () => {
    const membership = {
      securityHub: {},
      guardDuty: { detectorId: "admin", email: "old@example.org" },
      inspector: true,
    } as const;
    const regions = { "us-east-1": { ebsEncryptionByDefault: false, membership } };
    const found = decideAdoptions({ accountId: MEMBER, regions, serviceLinkedRoles: [] }, inputs);
    assert.deepEqual(
      found.map(({ name, id, before }) => ({ name, id, before })),
      [
        { name: "inspector-member-us-east-1", id: MEMBER, before: { accountId: MEMBER } },
        { name: "hub-member-us-east-1", id: MEMBER, before: { accountId: MEMBER } },
        {
          name: "detector-member-us-east-1",
          id: `admin:${MEMBER}`,
          before: { accountId: MEMBER, detectorId: "admin", email: "old@example.org" },
        },
      ],
    );
  });
});

describe("decisions on any account", () => {
  const three = baselineInputs({}, settings({ regions: [...REGIONS] }));

  it("are valid, unique by name and depend on nothing but the inventory and the inputs", () => {
    fc.assert(
      fc.property(anyInventory, (inventory) => {
        const first = decideAdoptions(inventory, three);
        for (const adoption of first) Adoption.parse(adoption);
        assert.equal(new Set(first.map(({ name }) => name)).size, first.length);
        assert.deepEqual(decideAdoptions(structuredClone(inventory), three), first);
      }),
    );
  });

  it("of one region do not depend on the others", () => {
    fc.assert(
      fc.property(anyInventory, fc.constantFrom(...REGIONS), (inventory, region) => {
        const alone = decideAdoptions(inventory, { ...three, regions: [region] });
        const together = decideAdoptions(inventory, three).filter((adoption) =>
          [region, "global"].includes(adoption.region),
        );
        assert.deepEqual(alone, together);
      }),
    );
  });

  it("cover every hub, detector, recorder and channel, and every standard of a hub", () => {
    fc.assert(
      fc.property(anyInventory, (inventory) => {
        const names = new Set(decideAdoptions(inventory, three).map(({ name }) => name));
        for (const [region, found] of Object.entries(inventory.regions)) {
          for (const [thing, prefix] of [
            ["hub", "hub"],
            ["detector", "detector"],
            ["recorder", "recorder"],
            ["deliveryChannel", "delivery-channel"],
          ] as const) {
            assert.equal(names.has(`${prefix}-${region}`), found[thing] !== undefined, `${prefix} ${region}`);
          }
          const standards = [...names].filter((name) => name.startsWith("standard-") && name.endsWith(region));
          assert.equal(standards.length, found.hub?.standards.length ?? 0);
        }
      }),
    );
  });

  it("name only resources that the program declares, of the type that it declares, unless they are left", async () => {
    await fc.assert(
      fc.asyncProperty(anyInventory, async (inventory) => {
        const found = decideAdoptions(inventory, three);
        const declared = await declare(() => baselineProgram({ ...three, adoptions: found, phase: "adopt" }));
        const types = new Map(declared.resources.map(({ name, type }) => [name, type]));
        for (const { name, type, decision } of found) {
          assert.equal(types.get(name), decision === "leave" ? undefined : type, name);
        }
      }),
      { numRuns: 15 },
    );
  });

  it("come with a problem for every membership of another administrator, and with none for the security account's", () => {
    fc.assert(
      fc.property(anyInventory, (inventory) => {
        const held = Object.values(inventory.regions).flatMap(({ hub, detector }) =>
          [hub?.administratorAccountId, detector?.administratorAccountId].filter(
            (holder) => holder !== undefined && holder !== SECURITY,
          ),
        );
        assert.equal(baselineProblems(inventory, three).length, held.length);
      }),
    );
  });
});

describe("a baseline with adoptions", () => {
  const inPhase = (phase: "adopt" | "converge" | "restore") =>
    declare(() => baselineProgram({ ...inputs, adoptions, phase }), `account-${MEMBER}`);

  it("imports what exists with the inputs that it has, and creates the rest, in the phase adopt", async () => {
    const { named } = await inPhase("adopt");
    const detector = named("detector-us-west-2");
    assert.equal(detector.importId, "d0@us-west-2");
    assert.deepEqual(detector.inputs, {
      region: "us-west-2",
      enable: false,
      findingPublishingFrequency: "SIX_HOURS",
      tags: { team: "risk" },
    });
    assert.equal(named("password-policy").importId, "iam-account-password-policy");
    assert.equal(named("public-access-block").inputs.blockPublicPolicy, false);
    assert.equal(named("recorder-us-west-2").inputs.roleArn, `arn:aws:iam::${MEMBER}:role/own-config`);
    for (const name of ["detector-us-east-1", "standard-cis-5.0.0-us-west-2", "hub-member-us-west-2"]) {
      assert.equal(named(name).importId, undefined, name);
    }
  });

  it("declares what is wanted in the phase converge, keeping names, tags and topics that AWS would not change", async () => {
    const { resources, named } = await inPhase("converge");
    assert.ok(resources.every(({ importId }) => importId === undefined));
    assert.deepEqual(named("detector-us-west-2").inputs, { region: "us-west-2", enable: true, tags: { team: "risk" } });
    const { name, roleArn, recordingGroup } = named("recorder-us-west-2").inputs;
    assert.equal(name, "default");
    assert.match(String(roleArn), /AWSServiceRoleForConfig$/);
    assert.equal((recordingGroup as { allSupported: boolean }).allSupported, true);
    assert.deepEqual(named("recorder-status-us-west-2").inputs, {
      region: "us-west-2",
      name: "default",
      isEnabled: true,
    });
    const channel = named("delivery-channel-us-west-2").inputs;
    assert.equal(channel.name, "default");
    assert.equal(channel.s3BucketName, "bulwark-config-333333333333-us-east-1");
    assert.equal(channel.snsTopicArn, `arn:aws:sns:us-west-2:${MEMBER}:config`);
    assert.equal(named("public-access-block").inputs.blockPublicPolicy, true);
    assert.equal(named("recorder-us-east-1").inputs.name, "bulwark");
  });

  it("leaves what it adopted behind when the stack goes, and only that, in every phase", async () => {
    const adopted = new Set(adoptions.filter(({ decision }) => decision === "adopt").map(({ name }) => name));
    for (const phase of ["adopt", "converge", "restore"] as const) {
      const { resources } = await inPhase(phase);
      for (const { name, retainOnDelete } of resources) {
        // The hub's membership is ended, and service-linked roles are removed, otherwise; see below.
        const outlives = adopted.has(name) || /^(hub-member|service-linked-role)-/.test(name);
        assert.equal(retainOnDelete, outlives, `${phase} ${name}`);
      }
    }
  });

  it("does not declare a service-linked role that it leaves, and still uses it", async () => {
    const { resources, named } = await inPhase("converge");
    assert.ok(!resources.some(({ name }) => name === "service-linked-role-config"));
    assert.deepEqual(named("recorder-us-east-1").dependsOn, []);
  });

  it("never declares the standards of others", async () => {
    const { ofType } = await inPhase("converge");
    const subscribed = ofType("aws:securityhub/standardsSubscription:StandardsSubscription");
    assert.ok(!JSON.stringify(subscribed).includes("nist"));
  });

  it("puts everything adopted back in the phase restore", async () => {
    const { named } = await inPhase("restore");
    for (const { name, before, region, decision } of adoptions) {
      if (decision !== "adopt") continue;
      assert.deepEqual(named(name).inputs, { ...before, ...(region === "global" ? {} : { region }) }, name);
      assert.equal(named(name).importId, undefined, name);
    }
  });

  it("ends every membership but those that were there before", () => {
    const membership = { securityHub: {}, guardDuty: { detectorId: "admin", email: "old@example.org" } };
    const regions = {
      "us-east-1": { ebsEncryptionByDefault: false, membership },
      "us-west-2": { ebsEncryptionByDefault: false, membership: { securityHub: {} } },
    };
    const found = decideAdoptions({ accountId: MEMBER, serviceLinkedRoles: [], regions }, inputs);
    assert.deepEqual(membershipsToEnd(inputs, found), [
      { region: "us-west-2", securityHub: false, guardDutyDetectorId: "security-detector-us-west-2" },
    ]);
    assert.deepEqual(membershipsToEnd(inputs, []), [
      { region: "us-east-1", securityHub: true, guardDutyDetectorId: "security-detector-us-east-1" },
      { region: "us-west-2", securityHub: true, guardDutyDetectorId: "security-detector-us-west-2" },
    ]);
  });

  it("removes every service-linked role but those that were there before, GuardDuty's own for malware protection among them", () => {
    const removed = (serviceLinkedRoles: string[]) => {
      const found = decideAdoptions({ accountId: MEMBER, regions: {}, serviceLinkedRoles }, inputs);
      return serviceLinkedRolesToRemove(found).map(({ roleName }) => roleName);
    };
    assert.deepEqual(removed([]), [
      "AWSServiceRoleForConfig",
      "AWSServiceRoleForConfigConforms",
      "AWSServiceRoleForAmazonGuardDuty",
      "AWSServiceRoleForSecurityHub",
      "AWSServiceRoleForAmazonGuardDutyMalwareProtection",
      "AWSServiceRoleForAmazonInspector2",
      "AWSServiceRoleForAmazonInspector2Agentless",
    ]);
    assert.deepEqual(removed(["malware-protection.guardduty.amazonaws.com", "config.amazonaws.com"]), [
      "AWSServiceRoleForConfigConforms",
      "AWSServiceRoleForAmazonGuardDuty",
      "AWSServiceRoleForSecurityHub",
      "AWSServiceRoleForAmazonInspector2",
      "AWSServiceRoleForAmazonInspector2Agentless",
    ]);
  });

  it("replaces what was decided to be replaced: imported as it is, then declared as wanted, and not left behind", async () => {
    const replace = adoptions.map((adoption) =>
      adoption.name === "recorder-us-west-2" ? { ...adoption, decision: "replace" as const } : adoption,
    );
    const run = (phase: "adopt" | "converge") =>
      declare(() => baselineProgram({ ...inputs, adoptions: replace, phase }), `account-${MEMBER}`);
    const first = (await run("adopt")).named("recorder-us-west-2");
    assert.equal(first.importId, "default@us-west-2");
    assert.equal(first.inputs.name, "default");
    const second = (await run("converge")).named("recorder-us-west-2");
    assert.equal(second.inputs.name, "bulwark");
    assert.equal(second.retainOnDelete, false);
  });
});

describe("phases", () => {
  it("of a deployment start with an import only while something decided is not in the stack", () => {
    const all = new Set(adoptions.map(({ name }) => name));
    assert.deepEqual(deploymentPhases([], new Set()), ["converge"]);
    assert.deepEqual(deploymentPhases(adoptions, new Set()), ["adopt", "converge"]);
    assert.deepEqual(deploymentPhases(adoptions, all), ["converge"]);
    const left = adoptions.filter(({ decision }) => decision === "leave");
    assert.deepEqual(deploymentPhases(left, new Set()), ["converge"]);
  });

  it("of an offboarding restore only where something was adopted", () => {
    assert.deepEqual(offboardingPhases([]), []);
    assert.deepEqual(offboardingPhases(adoptions), ["restore"]);
  });
});
