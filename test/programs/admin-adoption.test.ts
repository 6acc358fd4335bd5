import assert from "node:assert/strict";
import fc from "fast-check";
import { decideAdminAdoptions } from "../../programs/admin/adoption.ts";
import { adminProblems } from "../../programs/admin/preconditions.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import type { AdminInventory } from "../../programs/inventory.ts";
import { declare } from "./declared.ts";
import { adminInputs, SECURITY } from "./samples.ts";

const inputs = adminInputs();
const fsbp = "aws-foundational-security-best-practices/v/1.0.0";
const aggregatorArn = `arn:aws:securityhub:us-east-1:${SECURITY}:finding-aggregator/1`;

/** An organization that administers everything from the security account already, by hand, in the home region. */
const administered: AdminInventory = {
  organizationId: "o-bulwark0demo",
  trustedServices: ["securityhub.amazonaws.com", "access-analyzer.amazonaws.com", "cloudtrail.amazonaws.com"],
  delegatedAdministrators: {
    "securityhub.amazonaws.com": [SECURITY],
    "guardduty.amazonaws.com": [SECURITY],
    "access-analyzer.amazonaws.com": [SECURITY],
  },
  findingAggregator: { arn: aggregatorArn, region: "us-east-1", linkingMode: "ALL_REGIONS" },
  regions: {
    "us-east-1": {
      hub: {
        hubArn: `arn:aws:securityhub:us-east-1:${SECURITY}:hub/default`,
        autoEnableControls: true,
        controlFindingGenerator: "STANDARD_CONTROL",
        standards: [
          {
            standardsArn: `arn:aws:securityhub:us-east-1::standards/${fsbp}`,
            subscriptionArn: `arn:aws:securityhub:us-east-1:${SECURITY}:subscription/${fsbp}`,
          },
        ],
      },
      detector: { id: "d1", enable: true, findingPublishingFrequency: "SIX_HOURS" },
      organizationAnalyzers: [
        { name: "org-wide", arn: "arn:aws:access-analyzer:us-east-1:222222222222:analyzer/org-wide" },
      ],
      securityHubAdministrator: SECURITY,
      guardDutyAdministrator: SECURITY,
    },
    "us-west-2": { organizationAnalyzers: [] },
  },
};

describe("an organization that is administered already", () => {
  const adoptions = decideAdminAdoptions(administered, inputs);

  it("is adopted as far as it is administered from the security account", () => {
    assert.deepEqual(
      adoptions.map(({ name, id, decision }) => [name, id, decision]),
      [
        ["trusted-access-securityhub", "securityhub.amazonaws.com", "adopt"],
        ["trusted-access-access-analyzer", "access-analyzer.amazonaws.com", "adopt"],
        ["delegated-administrator-access-analyzer", `${SECURITY}/access-analyzer.amazonaws.com`, "adopt"],
        ["hub-us-east-1", SECURITY, "adopt"],
        ["standard-fsbp-1.0.0-us-east-1", `arn:aws:securityhub:us-east-1:${SECURITY}:subscription/${fsbp}`, "adopt"],
        ["detector-us-east-1", "d1", "adopt"],
        ["hub-administrator-us-east-1", SECURITY, "adopt"],
        ["detector-administrator-us-east-1", SECURITY, "adopt"],
        ["organization-analyzer-us-east-1", "org-wide", "adopt"],
        ["finding-aggregator-us-east-1", aggregatorArn, "adopt"],
      ],
    );
  });

  it("is imported with the types that the program declares, and outlives the stack", async () => {
    const { named } = await declare(() => adminProgram({ ...inputs, adoptions, phase: "adopt" }));
    for (const { name, type, id, region } of adoptions) {
      const resource = named(name);
      assert.equal(resource.type, type);
      assert.equal(resource.importId, region === "global" ? id : `${id}@${region}`);
      assert.equal(resource.retainOnDelete, true);
    }
    assert.equal(named("hub-us-west-2").importId, undefined);
    assert.equal(named("trusted-access-inspector2").retainOnDelete, false);
  });

  it("becomes what is wanted, but keeps the analyzer's name", async () => {
    const { named } = await declare(() => adminProgram({ ...inputs, adoptions, phase: "converge" }));
    assert.equal(named("hub-us-east-1").inputs.controlFindingGenerator, "SECURITY_CONTROL");
    assert.equal(named("detector-us-east-1").inputs.findingPublishingFrequency, "FIFTEEN_MINUTES");
    assert.equal(named("finding-aggregator-us-east-1").inputs.linkingMode, "SPECIFIED_REGIONS");
    assert.equal(named("organization-analyzer-us-east-1").inputs.analyzerName, "org-wide");
    assert.equal(named("organization-analyzer-us-west-2").inputs.analyzerName, "bulwark-organization");
  });

  it("has no problem", () => assert.deepEqual(adminProblems(administered, inputs), []));
});

describe("what stands against the admin stack", () => {
  const empty: AdminInventory = {
    organizationId: "o-bulwark0demo",
    trustedServices: [],
    delegatedAdministrators: {},
    regions: {},
  };

  it("is nothing in an organization without delegations", () => assert.deepEqual(adminProblems(empty, inputs), []));

  it("is a delegated administrator other than the security account, named with service, region and remedy", () => {
    const problems = adminProblems(
      {
        ...empty,
        delegatedAdministrators: { "access-analyzer.amazonaws.com": ["444444444444"] },
        regions: { "us-west-2": { organizationAnalyzers: [], guardDutyAdministrator: "444444444444" } },
      },
      inputs,
    );
    assert.deepEqual(
      problems.map(({ service, region }) => [service, region]),
      [
        ["access-analyzer.amazonaws.com", undefined],
        ["guardduty.amazonaws.com", "us-west-2"],
      ],
    );
    for (const { message, remedy } of problems) {
      assert.match(message, /444444444444/);
      assert.match(remedy, /444444444444/);
    }
  });

  it("is an aggregation region other than home, which is never adopted", () => {
    const elsewhere = { arn: aggregatorArn, region: "us-west-2", linkingMode: "ALL_REGIONS" };
    assert.equal(adminProblems({ ...empty, findingAggregator: elsewhere }, inputs).length, 1);
    assert.deepEqual(decideAdminAdoptions({ ...empty, findingAggregator: elsewhere }, inputs), []);
  });

  it("is found whoever the other administrator is, and never the security account", () => {
    const account = fc.constantFrom(SECURITY, "444444444444", "555555555555");
    fc.assert(
      fc.property(fc.option(account, { nil: undefined }), fc.option(account, { nil: undefined }), (hub, detector) => {
        const regions = {
          "us-east-1": {
            organizationAnalyzers: [],
            ...(hub === undefined ? {} : { securityHubAdministrator: hub }),
            ...(detector === undefined ? {} : { guardDutyAdministrator: detector }),
          },
        };
        const found = adminProblems({ ...empty, regions }, inputs);
        const others = [hub, detector].filter((holder) => holder !== undefined && holder !== SECURITY);
        assert.equal(found.length, others.length);
        const adopted = decideAdminAdoptions({ ...empty, regions }, inputs);
        assert.equal(adopted.length, [hub, detector].filter((holder) => holder === SECURITY).length);
      }),
    );
  });
});
