import assert from "node:assert/strict";
import fc from "fast-check";
import type { AccountSettingsInventory, VpcInventory } from "../../programs/account-inventory.ts";
import { Adoption } from "../../programs/adoption.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { decideSettings, openSettings, settled } from "../../programs/baseline/settings-adoption.ts";
import type { BaselineInputs } from "../../programs/inputs.ts";
import { deploymentPhases, offboardingPhases } from "../../programs/phases.ts";
import { declare } from "./declared.ts";
import { baselineInputs, CONTACT, MEMBER, settings } from "./samples.ts";

const east = "us-east-1";
const west = "us-west-2";
const open = { protocol: "-1", fromPort: 0, toPort: 0 };

const vpc = (vpcId: string, networkInterfaces = 0, isDefault = true): VpcInventory => ({
  vpcId,
  isDefault,
  defaultSecurityGroup: {
    id: `sg-of-${vpcId}`,
    ingress: [{ ...open, self: true }],
    egress: [{ ...open, cidrBlocks: ["0.0.0.0/0"] }],
    tags: { team: "risk" },
    networkInterfaces,
  },
});

const untouched = { snapshotSharing: "unblocked", imageSharing: "block-new-sharing", instanceMetadata: {} };
const found: AccountSettingsInventory = {
  securityContact: { ...CONTACT, name: "Somebody" },
  regions: {
    [east]: { settings: untouched, vpcs: [vpc("vpc-00000001"), vpc("vpc-00000002", 2)] },
    [west]: {
      settings: {
        snapshotSharing: "block-new-sharing",
        imageSharing: "unblocked",
        instanceMetadata: { httpTokens: "optional", httpEndpoint: "disabled" },
      },
      vpcs: [],
    },
  },
};

/** Inputs of an account that has these networks. */
function inputsWith(inventory: AccountSettingsInventory, account: Record<string, unknown> = {}): BaselineInputs {
  const vpcs = Object.fromEntries(
    Object.entries(inventory.regions).map(([region, { vpcs: here }]) => [
      region,
      here.map(({ vpcId, isDefault }) => ({ vpcId, isDefault })),
    ]),
  );
  return baselineInputs({ vpcs }, settings({ features: { account: { securityContact: CONTACT, ...account } } }));
}

const inputs = inputsWith(found);
const decisions = decideSettings(found, inputs, [], new Set());
const decided = (name: string, among: readonly Adoption[] = decisions) => among.find((one) => one.name === name);

describe("what an account has set for itself", () => {
  it("is taken over where it is not what AWS gives every account, and where AWS has one at all times", () => {
    assert.deepEqual(
      decisions.map(({ name, decision }) => `${name} ${decision}`),
      [
        "default-security-group-vpc-00000001-us-east-1 takeOver",
        "default-security-group-vpc-00000002-us-east-1 leave",
        "image-sharing-us-west-2 takeOver",
        "instance-metadata-us-west-2 takeOver",
        "security-contact takeOver",
        "snapshot-sharing-us-west-2 takeOver",
      ],
    );
  });

  it("is remembered as it was", () => {
    assert.deepEqual(decided("snapshot-sharing-us-west-2")?.before, { state: "block-new-sharing" });
    assert.deepEqual(decided("image-sharing-us-west-2")?.before, { state: "unblocked" });
    assert.equal(decided("security-contact")?.before.name, "Somebody");
    assert.deepEqual(decided("default-security-group-vpc-00000001-us-east-1")?.before, {
      vpcId: "vpc-00000001",
      ingress: [{ ...open, self: true }],
      egress: [{ ...open, cidrBlocks: ["0.0.0.0/0"] }],
      tags: { team: "risk" },
    });
  });

  it("is left where network interfaces use it, until nothing does or the settings say otherwise", () => {
    const name = "default-security-group-vpc-00000002-us-east-1";
    assert.match(decided(name)?.reason ?? "", /^2 network interfaces use .* would cut them off/);
    const done = settled(inputs, decisions);
    assert.ok(!done.has(name));
    const free = { ...found, regions: { [east]: { vpcs: [vpc("vpc-00000002")] } } };
    assert.equal(decided(name, decideSettings(free, inputs, decisions, done))?.decision, "takeOver");
    const strict = inputsWith(found, { defaultSecurityGroups: { inUse: "close" } });
    assert.equal(decided(name, decideSettings(found, strict, [], new Set()))?.decision, "takeOver");
  });

  it("is looked at once: what the stack manages would show Bulwark's own work", () => {
    const nothing = openSettings(inputs, settled(inputs, decisions));
    assert.equal(nothing.securityContact, false);
    assert.equal(nothing.inRegion(west), false);
    assert.equal(nothing.defaultSecurityGroup(east, { vpcId: "vpc-00000001", isDefault: true }), false);
    const everything = openSettings(inputs, settled(undefined, []));
    assert.ok(everything.securityContact && everything.inRegion(west));
    const closed = { ...untouched, snapshotSharing: "block-all-sharing" };
    const later = { regions: { [east]: { settings: closed, vpcs: [] }, [west]: { settings: closed, vpcs: [] } } };
    const again = decideSettings(later, inputs, decisions, settled(inputs, decisions));
    assert.deepEqual(
      again,
      decisions.filter(({ decision }) => decision !== "leave"),
    );
  });

  it("is looked at when it is first wanted: a feature that was off, a contact that had none, a network that came", () => {
    const before = inputsWith(
      { regions: { [east]: { vpcs: [] } } },
      { securityContact: undefined, snapshotSharing: "off" },
    );
    const now = openSettings(inputs, settled(before, []));
    assert.ok(now.securityContact && now.inRegion(east));
    assert.ok(now.defaultSecurityGroup(east, { vpcId: "vpc-00000001", isDefault: true }));
  });

  it("is nothing of Bulwark's where the section is off, or a network is gone", () => {
    const off = inputsWith(found, { enabled: false });
    assert.deepEqual(decideSettings(found, off, decisions, settled(off, decisions)), []);
    const gone = { ...inputs, vpcs: {} };
    const left = decideSettings({ regions: {} }, gone, decisions, settled(inputs, decisions));
    assert.ok(left.every(({ name }) => !name.startsWith("default-security-group")));
  });

  const state = fc.constantFrom("unblocked", "block-new-sharing", "block-all-sharing");
  const regional = fc.record({
    settings: fc.option(
      fc.record({
        snapshotSharing: state,
        imageSharing: fc.constantFrom("unblocked", "block-new-sharing"),
        instanceMetadata: fc.constantFrom<object[]>({}, { httpTokens: "required" }, { httpPutResponseHopLimit: 3 }),
      }),
      { nil: undefined },
    ),
    vpcs: fc
      .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.nat(2), fc.boolean()), { selector: ([id]) => id })
      .map((drawn) => drawn.map(([id, users, isDefault]) => vpc(`vpc-0000000${id}`, users, isDefault))),
  });
  const anySettings = fc
    .record({ [east]: regional, [west]: regional })
    .map(
      (regions) =>
        ({ regions, securityContact: { ...CONTACT, title: "Owner" } }) as unknown as AccountSettingsInventory,
    );
  const anySection = fc.record({
    snapshotSharing: fc.constantFrom("off", "block-all-sharing"),
    instanceMetadata: fc.record({ enabled: fc.boolean() }),
    defaultSecurityGroups: fc.record({
      enabled: fc.boolean(),
      vpcs: fc.constantFrom("all", "default"),
      inUse: fc.constantFrom("leave", "close"),
    }),
  });

  it("whatever it is: decisions are valid and unique, the program declares what is taken over and not what is left", async () => {
    await fc.assert(
      fc.asyncProperty(anySettings, anySection, async (inventory, section) => {
        const wanted = inputsWith(inventory, section);
        const adoptions = decideSettings(inventory, wanted, [], new Set());
        for (const adoption of adoptions) Adoption.parse(adoption);
        assert.equal(new Set(adoptions.map(({ name }) => name)).size, adoptions.length);
        const { resources } = await declare(() => baselineProgram({ ...wanted, adoptions }));
        const types = new Map(resources.map(({ name, type }) => [name, type]));
        for (const { name, type, decision } of adoptions) {
          assert.equal(types.get(name), decision === "leave" ? undefined : type, name);
        }
        // The second look, at Bulwark's own work, changes nothing.
        const again = decideSettings(inventory, wanted, adoptions, settled(wanted, adoptions));
        assert.deepEqual(again, adoptions);
      }),
      { numRuns: 15 },
    );
  });
});

describe("a baseline that takes settings over", () => {
  const inPhase = (phase: BaselineInputs["phase"]) =>
    declare(() => baselineProgram({ ...inputs, adoptions: decisions, phase }), `account-${MEMBER}`);
  const group = "default-security-group-vpc-00000001-us-east-1";

  it("imports none of them, and needs no run for it", async () => {
    assert.deepEqual(deploymentPhases(decisions, new Set()), ["converge"]);
    assert.deepEqual(offboardingPhases(decisions), ["restore"]);
    for (const phase of ["adopt", "converge"] as const) {
      const { named } = await inPhase(phase);
      assert.equal(named("image-sharing-us-west-2").importId, undefined);
      assert.equal(named("image-sharing-us-west-2").inputs.state, "block-new-sharing");
      assert.deepEqual(named(group).inputs.ingress, []);
    }
  });

  it("keeps what it has no wish for, because the call that sets the rest would take it away", async () => {
    const { named } = await inPhase("converge");
    assert.deepEqual(named("instance-metadata-us-west-2").inputs, {
      ...{ region: west, httpTokens: "required", httpPutResponseHopLimit: 2, httpEndpoint: "disabled" },
    });
    assert.deepEqual(named(group).inputs.tags, { team: "risk" });
  });

  it("puts them back when the account leaves, and leaves them", async () => {
    const { named } = await inPhase("restore");
    for (const { name, before, region, decision } of decisions) {
      if (decision === "leave") continue;
      assert.deepEqual(named(name).inputs, { ...before, ...(region === "global" ? {} : { region }) }, name);
      assert.equal(named(name).retainOnDelete, true, name);
    }
    assert.equal(named("snapshot-sharing-us-east-1").retainOnDelete, false);
  });

  it("puts them back after a first deployment that failed, and declares nothing else", async () => {
    assert.deepEqual(offboardingPhases(decisions, false), ["release"]);
    const left = decisions.filter(({ decision }) => decision === "leave");
    assert.deepEqual(offboardingPhases(left, false), []);
    const { resources, named } = await inPhase("release");
    const taken = decisions.filter(({ decision }) => decision === "takeOver");
    assert.deepEqual(
      resources
        .map(({ name }) => name)
        .filter((name) => !name.startsWith("aws-"))
        .sort(),
      taken.map(({ name }) => name),
    );
    for (const { name, before, region, type } of taken) {
      assert.deepEqual(named(name).inputs, { ...before, ...(region === "global" ? {} : { region }) }, name);
      assert.equal(named(name).type, type);
      assert.equal(named(name).provider, `aws-${MEMBER}`);
      assert.equal(named(name).retainOnDelete, true, name);
    }
  });
});
