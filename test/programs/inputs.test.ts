import assert from "node:assert/strict";
import fc from "fast-check";
import type { z } from "zod";
import { AdminInputs, BaselineInputs } from "../../programs/inputs.ts";
import { awsNames, names } from "../../programs/names.ts";
import { organizationsRegion, partitionOf } from "../../programs/partition.ts";
import { programFor } from "../../programs/program.ts";
import { regionsOf } from "../../programs/regions.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { STANDARDS, type StandardName } from "../../programs/standards.ts";
import { baselineInputs, LOG_ARCHIVE, MANAGEMENT, MEMBER, SECURITY, settings } from "./samples.ts";

const accounts = { management: MANAGEMENT, security: SECURITY, logArchive: LOG_ARCHIVE };
const minimal = { homeRegion: "us-east-1", regions: ["us-east-1"], accounts };

/** `path: message` of everything that a schema finds. */
function complaints(schema: z.ZodType, document: unknown): string[] {
  const parsed = schema.safeParse(document);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("the settings of an organization", () => {
  it("need accounts, a home region and regions; the rest has defaults", () => {
    assert.deepEqual(OrganizationSettings.parse(minimal), {
      ...minimal,
      partition: "aws",
      excludedOrganizationalUnits: [],
      excludedAccounts: [],
      roles: {
        service: "BulwarkService",
        management: "BulwarkManagement",
        deployment: "BulwarkDeployment",
        deploymentBoundary: "BulwarkDeploymentBoundary",
        bootstrap: "OrganizationAccountAccessRole",
      },
      standards: ["fsbp-1.0.0", "cis-5.0.0"],
      controlParameters: [],
      passwordPolicy: settings().passwordPolicy,
      features: settings().features,
      guard: settings().guard,
    });
  });

  it("have a password policy that satisfies CIS 5.0 and FSBP", () => {
    const { minimumPasswordLength, passwordReusePrevention, ...rest } = settings().passwordPolicy;
    assert.ok(minimumPasswordLength >= 14 && passwordReusePrevention >= 24);
    assert.ok(
      rest.requireLowercaseCharacters && rest.requireUppercaseCharacters && rest.requireNumbers && rest.requireSymbols,
    );
    assert.ok(rest.maxPasswordAge > 0 && rest.maxPasswordAge <= 90);
  });

  for (const [what, change, complaint] of [
    ["a home region that is not configured", { homeRegion: "us-west-2" }, /^homeRegion: must be one of regions/],
    ["no region", { regions: [] }, /^regions: must name at least one region/],
    ["a region twice", { regions: ["us-east-1", "us-east-1"] }, /^regions\.1: names us-east-1 twice/],
    [
      "a region of another partition",
      { regions: ["us-east-1", "cn-north-1"] },
      /^regions\.1: cn-north-1 belongs to partition aws-cn/,
    ],
    ["something that is no region", { regions: ["us-east-1", "mars"] }, /^regions\.1: must be an AWS region code/],
    [
      "a malformed account id",
      { accounts: { ...accounts, security: "22222" } },
      /^accounts\.security: must be an AWS account id of twelve digits/,
    ],
    [
      "one account in two roles",
      { accounts: { ...accounts, security: MANAGEMENT } },
      /^accounts: .* three different accounts/,
    ],
    ["an unknown standard", { standards: ["cis-9.9.9"] }, /^standards\.0: must be one of fsbp-1\.0\.0/],
    ["an unknown field", { region: "us-east-1" }, /Unrecognized key: "region"/],
    [
      "two values for one parameter",
      { controlParameters: [{ controlId: "ACM.1", reason: "x", parameters: { days: { integer: 1, string: "x" } } }] },
      /^controlParameters\.0\.parameters\.days: must hold exactly one of/,
    ],
  ] as const) {
    it(`refuse ${what}, and say where`, () => {
      const found = complaints(OrganizationSettings, { ...minimal, ...change });
      assert.ok(
        found.some((text) => complaint.test(text)),
        found.join("; "),
      );
    });
  }
});

describe("the inputs of a stack", () => {
  it("refuse a core account as a member, and name it", () => {
    const found = complaints(BaselineInputs, { ...baselineInputs(), accountId: LOG_ARCHIVE });
    assert.deepEqual(found, [`accountId: ${LOG_ARCHIVE} is the logArchive account, which takes no baseline`]);
  });

  it("refuse a region without a detector in the security account", () => {
    const found = complaints(BaselineInputs, { ...baselineInputs(), regions: ["us-east-1", "us-west-2", "eu-west-1"] });
    assert.deepEqual(found, ["regions.2: the admin stack has no detector in eu-west-1: deploy it there first"]);
  });

  it("survive their way through JSON", () => {
    assert.deepEqual(BaselineInputs.parse(JSON.parse(JSON.stringify(baselineInputs()))), baselineInputs());
  });

  it("of one kind are refused by the other's program", () => {
    assert.throws(() => programFor("admin").run(baselineInputs()));
    assert.throws(() => programFor(`account-${MEMBER}`).run({ kind: "admin" }));
    assert.notEqual(complaints(AdminInputs, { ...baselineInputs(), kind: "admin" }).length, 0);
  });

  it("of another account are refused by a stack", () => {
    assert.throws(() => programFor("account-100000000002").run(baselineInputs()), /they are of account 100000000001/);
  });

  it("belong to stacks named admin or account-<id>, and to no other", () => {
    for (const name of ["", "account-1", "account-1000000000012", "Admin", "account-abcdefghijkl"]) {
      assert.throws(() => programFor(name), /is named admin or account-<account id>/, name);
    }
  });
});

describe("the regions of an account", () => {
  it("are those of the settings that it has enabled, in their order", () => {
    const all = ["us-east-1", "us-west-2", "ap-southeast-3", "eu-west-1", "eu-central-1"];
    fc.assert(
      fc.property(fc.shuffledSubarray(all), fc.shuffledSubarray(all), (configured, enabled) => {
        const chosen = regionsOf({ regions: configured }, new Set(enabled));
        assert.ok(chosen.every((region) => enabled.includes(region)));
        assert.deepEqual(
          chosen,
          configured.filter((region) => chosen.includes(region)),
        );
        assert.equal(chosen.length, configured.filter((region) => enabled.includes(region)).length);
      }),
    );
  });

  it("belong to one partition each, whose organization speaks in one of them", () => {
    for (const partition of ["aws", "aws-us-gov", "aws-cn"] as const) {
      assert.equal(partitionOf(organizationsRegion(partition)), partition);
    }
  });
});

describe("names", () => {
  const region = fc.constantFrom("us-east-1", "us-west-2", "ap-southeast-3", "us-gov-west-1", "cn-north-1");
  const standard = fc.constantFrom(...(Object.keys(STANDARDS) as StandardName[]));

  it("of regional resources end in their region, and two things never share one", () => {
    fc.assert(
      fc.property(region, region, standard, (one, other, name) => {
        const regional = Object.entries(names).filter(
          ([key, make]) =>
            typeof make === "function" &&
            make.length === 1 &&
            !/^(provider|serviceLinkedRole|trustedAccess|delegated)/.test(key),
        ) as [string, (place: string) => string][];
        const here = [...regional.map(([, make]) => make(one)), names.standard(name, one)];
        assert.ok(here.every((text) => text.endsWith(`-${one}`)));
        assert.equal(new Set(here).size, here.length);
        if (one !== other) assert.ok(regional.every(([, make]) => !here.includes(make(other))));
      }),
    );
  });

  it("of buckets are what S3 takes, in every account and region", () => {
    const account = fc.stringMatching(/^\d{12}$/);
    fc.assert(
      fc.property(account, region, (accountId, place) => {
        for (const make of [awsNames.configBucket, awsNames.evidenceBucket]) {
          assert.match(make(accountId, place), /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
        }
      }),
    );
  });
});
