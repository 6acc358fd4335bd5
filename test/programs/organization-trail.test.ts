import assert from "node:assert/strict";
import { decideOptionalAdoptions } from "../../programs/admin/optional-adoption.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import { bootstrapRoles } from "../../programs/bootstrap/roles.ts";
import type { AdminInventory } from "../../programs/inventory.ts";
import { TrailSettings } from "../../programs/trail-settings.ts";
import { type Declaration, declare, upstreamOf } from "./declared.ts";
import { adminInputs, LOG_ARCHIVE, MANAGEMENT, SECURITY, settings } from "./samples.ts";

const TRAIL = `arn:aws:cloudtrail:us-east-1:${MANAGEMENT}:trail/bulwark-organization`;
const BUCKET = `bulwark-trail-${LOG_ARCHIVE}-us-east-1`;
const SERVICE = "cloudtrail.amazonaws.com";
const inputsOf = (trail: object = {}, from = settings()) =>
  adminInputs({ features: { trail: { enabled: true, ...trail } } }, from);

describe("the organization's trail", () => {
  let declared: Declaration;
  before(async () => {
    const wanted = { dataEvents: ["s3", "lambda"], objectLock: { mode: "COMPLIANCE", days: 365 } };
    declared = await declare(() => adminProgram(inputsOf(wanted)), "admin");
  });
  const inputs = (name: string) => declared.named(name).inputs;

  it("is off unless it is asked for, and refused with the path of what is wrong", async () => {
    const off = await declare(() => adminProgram(adminInputs()), "admin");
    assert.deepEqual(off.ofType("aws:cloudtrail/trail:Trail"), []);
    const problems = (given: object) =>
      TrailSettings.safeParse(given)
        .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)
        .join();
    assert.match(problems({ bucket: "others" }) ?? "", /^bucket: must be an S3 bucket name/);
    assert.match(problems({ dataEvents: ["ec2"] }) ?? "", /^dataEvents.0: must be one of s3, lambda, dynamodb/);
    assert.match(problems({ objectLock: { days: 0 } }) ?? "", /^objectLock.days/);
  });

  it("records every account and region, validated and encrypted, once bucket, key and organization let it", () => {
    const { provider, inputs: given, name } = declared.named("organization-trail-us-east-1");
    assert.equal(provider, `aws-${MANAGEMENT}`);
    const { advancedEventSelectors, ...rest } = given;
    assert.deepEqual(rest, {
      region: "us-east-1",
      name: "bulwark-organization",
      isOrganizationTrail: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
      enableLogFileValidation: true,
      enableLogging: true,
      s3BucketName: BUCKET,
      kmsKeyId: "arn:test:trail-key-us-east-1",
      tags: { ManagedBy: "Bulwark" },
    });
    const before = upstreamOf(declared, name);
    for (const needed of ["trusted-access-cloudtrail", "trail-bucket-policy-us-east-1", "trail-key-us-east-1"]) {
      assert.ok(before.has(needed), needed);
    }
    const fields = (advancedEventSelectors as { fieldSelectors: object[] }[]).map(
      ({ fieldSelectors }) => fieldSelectors,
    );
    assert.deepEqual(fields, [
      [{ field: "eventCategory", equals: ["Management"] }],
      [
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: ["AWS::S3::Object"] },
        { field: "resources.ARN", notStartsWiths: [`arn:aws:s3:::${BUCKET}/`] },
      ],
      [
        { field: "eventCategory", equals: ["Data"] },
        { field: "resources.type", equals: ["AWS::Lambda::Function"] },
      ],
    ]);
  });

  it("delivers to a bucket and by a key of its own, which name it alone, and which stay when it goes", () => {
    const policy = JSON.parse(String(inputs("trail-bucket-policy-us-east-1").policy));
    const delivers = policy.Statement.find(({ Sid }: { Sid: string }) => Sid === "TrailDelivers");
    assert.deepEqual(delivers.Condition.StringEquals["aws:SourceArn"], TRAIL);
    assert.deepEqual(delivers.Resource, [
      `arn:aws:s3:::${BUCKET}/AWSLogs/${MANAGEMENT}/*`,
      `arn:aws:s3:::${BUCKET}/AWSLogs/o-bulwark0demo/*`,
    ]);
    assert.ok(policy.Statement.some(({ Sid }: { Sid: string }) => Sid === "KeptFromBulwark"));
    const key = JSON.parse(String(inputs("trail-key-us-east-1").policy));
    const encrypts = key.Statement.find(({ Sid }: { Sid: string }) => Sid === "TrailEncrypts");
    assert.deepEqual(encrypts.Condition.StringEquals, { "aws:SourceArn": TRAIL });
    assert.deepEqual(inputs("trail-bucket-object-lock-us-east-1").rule, {
      defaultRetention: { mode: "COMPLIANCE", days: 365 },
    });
    const kept = declared.resources.filter(({ name }) => /^trail-(bucket|key)/.test(name));
    assert.equal(kept.length, 8);
    for (const { name, retainOnDelete, protect } of kept)
      assert.deepEqual([retainOnDelete, protect], [true, false], name);
  });

  it("is administered by the security account, unless the settings leave that out", async () => {
    const administrator = declared.named("delegated-administrator-cloudtrail");
    assert.deepEqual(administrator.inputs, { accountId: SECURITY });
    assert.deepEqual(administrator.dependsOn, ["trusted-access-cloudtrail"]);
    const without = await declare(() => adminProgram(inputsOf({ delegatedAdministrator: false })), "admin");
    assert.ok(without.resources.every(({ name }) => name !== "delegated-administrator-cloudtrail"));
  });

  it("needs not be Bulwark's for the security account to administer CloudTrail", async () => {
    const features = { delegation: { cloudTrail: { enabled: true } } };
    const alone = await declare(() => adminProgram(adminInputs({ features })), "admin");
    // The custom action is that of the repair of trails, which is there without any of them.
    const names = alone.resources
      .map(({ name }) => name)
      .filter((name) => /trail/.test(name) && !/^custom-action/.test(name));
    assert.deepEqual(names.sort(), ["delegated-administrator-cloudtrail", "trusted-access-cloudtrail"]);
    assert.deepEqual(alone.named("delegated-administrator-cloudtrail").inputs, { accountId: SECURITY });
    const management = bootstrapRoles(settings({ features }), "o-bulwark0demo").find(
      ({ accountId }) => accountId === MANAGEMENT,
    );
    const statements = Object.values(management?.role.policies ?? {}).flatMap(({ Statement }) => Statement);
    assert.ok(!statements.some(({ Sid }) => Sid === "Trail"));
    const delegating = statements.find(({ Sid }) => Sid === "TrailsOfOrganization")?.Action;
    assert.ok(delegating?.includes("cloudtrail:RegisterOrganizationDelegatedAdmin"));
    const both = await declare(() => adminProgram(inputsOf()), "admin");
    const same = await declare(
      () => adminProgram(adminInputs({ features: { ...features, trail: { enabled: true } } })),
      "admin",
    );
    assert.deepEqual(
      same.resources.map(({ name }) => name),
      both.resources.map(({ name }) => name),
    );
  });

  it("names the partition, wherever it is", async () => {
    const from = settings({ partition: "aws-us-gov", homeRegion: "us-gov-west-1", regions: ["us-gov-west-1"] });
    const there = await declare(() => adminProgram(inputsOf({}, from)), "admin");
    const text = JSON.stringify([inputs("trail-bucket-policy-us-east-1"), inputs("trail-key-us-east-1")]);
    assert.deepEqual([...new Set(text.match(/arn:aws[a-z-]*:/g))], ["arn:aws:"]);
    const gov = ["bucket-policy", "key"].map((part) => there.named(`trail-${part}-us-gov-west-1`).inputs.policy);
    assert.deepEqual([...new Set(JSON.stringify(gov).match(/arn:aws[a-z-]*:/g))], ["arn:aws-us-gov:"]);
  });

  it("gives the management role rights over this trail, and only while it is on", () => {
    const rights = (features: object) => {
      const placed = bootstrapRoles(settings({ features }), "o-bulwark0demo").find(
        (one) => one.accountId === MANAGEMENT,
      );
      return Object.values(placed?.role.policies ?? {}).flatMap(({ Statement }) => Statement);
    };
    const on = rights({ trail: { enabled: true } });
    assert.deepEqual(on.find(({ Sid }) => Sid === "Trail")?.Resource, [TRAIL]);
    const trust = on.find(({ Sid }) => Sid === "TrustedAccess")?.Condition?.StringEquals?.[
      "organizations:ServicePrincipal"
    ];
    assert.ok(trust?.includes(SERVICE));
    assert.doesNotMatch(JSON.stringify(rights({})), /cloudtrail/);
  });

  describe("where the organization trusts CloudTrail already", () => {
    const inventory: AdminInventory = {
      organizationId: "o-bulwark0demo",
      delegatedAdministrators: {},
      trustedServices: [SERVICE],
      optionalAdministrators: { [SERVICE]: [SECURITY, "444444444444"] },
      regions: {},
    };
    const names = (...given: Parameters<typeof decideOptionalAdoptions>) =>
      decideOptionalAdoptions(...given).map(({ name, id, decision }) => [name, id, decision]);
    const both = [
      ["trusted-access-cloudtrail", SERVICE, "adopt"],
      ["delegated-administrator-cloudtrail", SECURITY, "adopt"],
    ];

    it("adopts that when the trail is switched on, with the first deployment or later", () => {
      assert.deepEqual(names(inventory, inputsOf(), undefined), both);
      assert.deepEqual(names(inventory, inputsOf(), adminInputs().features), both);
    });

    it("takes it for its own where the trail was on before, and leaves it alone where it is off", () => {
      assert.deepEqual(names(inventory, inputsOf(), inputsOf().features), []);
      assert.deepEqual(names(inventory, adminInputs(), undefined), []);
    });
  });
});

describe("optional services of the organization", () => {
  const features = {
    rootAccess: { enabled: true, sessions: false },
    delegation: { systemsManager: { enabled: true } },
  };

  it("are declared in the management account, each after its trusted access, and not unless they are asked for", async () => {
    const declared = await declare(() => adminProgram(adminInputs({ features })), "admin");
    const root = declared.named("root-access");
    assert.deepEqual(root.inputs, { enabledFeatures: ["RootCredentialsManagement"] });
    assert.deepEqual([root.provider, root.dependsOn], [`aws-${MANAGEMENT}`, ["trusted-access-iam"]]);
    const administrator = declared.named("delegated-administrator-ssm");
    assert.deepEqual(administrator.inputs, { accountId: SECURITY, servicePrincipal: "ssm.amazonaws.com" });
    assert.deepEqual(administrator.dependsOn, ["trusted-access-ssm"]);
    const off = await declare(() => adminProgram(adminInputs()), "admin");
    assert.ok(off.resources.every(({ name }) => !/^root-access|-ssm$|-iam$/.test(name)));
  });

  it("are adopted with what they were, where the organization has them already", () => {
    const inventory: AdminInventory = {
      organizationId: "o-bulwark0demo",
      delegatedAdministrators: {},
      trustedServices: ["iam.amazonaws.com"],
      optionalAdministrators: { "ssm.amazonaws.com": [SECURITY] },
      rootAccess: ["RootCredentialsManagement", "RootSessions"],
      regions: {},
    };
    const found = decideOptionalAdoptions(inventory, adminInputs({ features }), undefined);
    assert.deepEqual(
      found.map(({ name, id, before }) => [name, id, before]),
      [
        ["trusted-access-iam", "iam.amazonaws.com", { servicePrincipal: "iam.amazonaws.com" }],
        [
          "delegated-administrator-ssm",
          `${SECURITY}/ssm.amazonaws.com`,
          { accountId: SECURITY, servicePrincipal: "ssm.amazonaws.com" },
        ],
        ["root-access", "o-bulwark0demo", { enabledFeatures: ["RootCredentialsManagement", "RootSessions"] }],
      ],
    );
  });
});
