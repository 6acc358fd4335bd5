import assert from "node:assert/strict";
import { adminLeavingPhases, delegationsToEnd } from "../../programs/admin/leaving.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import type { Adoption } from "../../programs/adoption.ts";
import { names } from "../../programs/names.ts";
import { declare } from "./declared.ts";
import { adminInputs, SECURITY, settings } from "./samples.ts";

const inputs = adminInputs();
const withoutScan = { systemsManager: { virusScan: { enabled: false } } };
const plain = adminInputs({}, settings({ features: withoutScan }));
const trailed = adminInputs({}, settings({ features: { ...withoutScan, trail: { enabled: true } } }));

function adoption(name: string, decision: Adoption["decision"]): Adoption {
  return { type: "aws:x/y:Y", name, region: "global", id: "x", before: {}, decision, reason: "it is there" };
}

describe("taking the admin stack off", () => {
  it("begins with a run that puts back what was adopted, or keeps buckets that would leave the state", () => {
    assert.deepEqual(adminLeavingPhases(plain, [], true), []);
    assert.deepEqual(adminLeavingPhases(plain, [adoption("hub-us-east-1", "adopt")], true), ["restore"]);
    assert.deepEqual(adminLeavingPhases(plain, [adoption("hub-us-east-1", "leave")], true), []);
    assert.deepEqual(adminLeavingPhases(trailed, [], true), ["restore"]);
    assert.deepEqual(adminLeavingPhases(trailed, [adoption("hub-us-east-1", "adopt")], false), []);
  });

  it("keeps every bucket of evidence in the state, and the trail's no more than that", async () => {
    for (const phase of ["converge", "restore"] as const) {
      const { named } = await declare(() => adminProgram({ ...trailed, phase }), "admin");
      for (const part of ["trail-key", "trail-bucket", "trail-bucket-policy"]) {
        assert.equal(named(`${part}-us-east-1`).retainOnDelete, phase === "converge", `${part} ${phase}`);
      }
    }
  });

  it("leaves to a call of its own the trusted access that a registration keeps on", async () => {
    const { named } = await declare(() => adminProgram(inputs), "admin");
    for (const service of ["securityhub", "guardduty", "access-analyzer"]) {
      assert.equal(named(`trusted-access-${service}`).retainOnDelete, service !== "access-analyzer", service);
    }
  });

  it("ends the registrations that Bulwark brought, and no other", () => {
    const of = (...adopted: string[]) =>
      delegationsToEnd(
        inputs,
        adopted.map((name) => adoption(name, "adopt")),
      ).map(({ service, administrator, trusted }) => [service.split(".")[0], administrator, trusted]);
    assert.deepEqual(of(), [
      ["securityhub", SECURITY, true],
      ["guardduty", SECURITY, true],
    ]);
    assert.deepEqual(of(names.trustedAccess("guardduty.amazonaws.com"))[1], ["guardduty", SECURITY, false]);
    for (const name of [
      names.delegatedAdministrator("guardduty.amazonaws.com"),
      names.detectorAdministrator("us-west-2"),
    ]) {
      assert.deepEqual(of(name)[1], ["guardduty", undefined, false], name);
    }
    assert.deepEqual(of(names.hubAdministrator("us-east-1"))[0], ["securityhub", undefined, false]);
  });
});
