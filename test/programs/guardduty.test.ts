import assert from "node:assert/strict";
import { decideAdminAdoptions } from "../../programs/admin/adoption.ts";
import { exportingRegions, findingsBucketPolicy, findingsKeyPolicy } from "../../programs/admin/findings-policies.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import type { Adoption } from "../../programs/adoption.ts";
import { decideAdoptions } from "../../programs/baseline/adoption.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { entityLists } from "../../programs/bootstrap/entity-lists.ts";
import { bootstrapRoles } from "../../programs/bootstrap/roles.ts";
import type { PlanState } from "../../programs/guardduty-plans.ts";
import { type Declaration, declare, type Registered } from "./declared.ts";
import {
  adminInputs,
  baselineInputs,
  DETECTION_OPTIONS,
  LOG_ARCHIVE,
  MANAGEMENT,
  MEMBER,
  SECURITY,
  settings,
} from "./samples.ts";

const [HOME, OTHER] = ["us-east-1", "us-west-2"];
const PLAN = "aws:guardduty/memberDetectorFeature:MemberDetectorFeature";
const OWN_PLAN = "aws:guardduty/detectorFeature:DetectorFeature";
const ORGANIZATION_PLAN = "aws:guardduty/organizationConfigurationFeature:OrganizationConfigurationFeature";

const baseline = (guardDuty: object = {}, more: object = {}) =>
  declare(() => baselineProgram(baselineInputs({ features: { guardDuty }, ...more })), `account-${MEMBER}`);
const admin = (features: object, from = settings()) =>
  declare(() => adminProgram(adminInputs({ features }, from)), "admin");

/** `us-east-1 S3_DATA_EVENTS ENABLED` of every plan of a kind. */
const plans = (declared: Declaration, type: string) =>
  declared
    .ofType(type)
    .map(({ inputs }) => `${inputs.region} ${inputs.name} ${inputs.status ?? inputs.autoEnable}`)
    .sort();
const agents = (status: string) =>
  ["EKS_ADDON_MANAGEMENT", "ECS_FARGATE_AGENT_MANAGEMENT", "EC2_AGENT_MANAGEMENT"].map((name) => ({ name, status }));
const everyPlan = (region: string, status: string) =>
  ["S3_DATA_EVENTS", "EKS_AUDIT_LOGS", "RDS_LOGIN_EVENTS", "LAMBDA_NETWORK_LOGS", "EBS_MALWARE_PROTECTION"]
    .concat("RUNTIME_MONITORING")
    .map((name) => `${region} ${name} ${status}`)
    .sort();

describe("the protection plans of a member", () => {
  it("are set by the security account in each region, once it is a member, and agents are left to be chosen", async () => {
    const declared = await baseline();
    assert.deepEqual(
      plans(declared, PLAN),
      [HOME, OTHER].flatMap((region) => everyPlan(region, "ENABLED")),
    );
    for (const { name, provider, dependsOn, inputs } of declared.ofType(PLAN)) {
      assert.equal(provider, `aws-${SECURITY}`, name);
      assert.ok(dependsOn.includes(`detector-member-${inputs.region}`), name);
      assert.deepEqual([inputs.accountId, inputs.detectorId], [MEMBER, `security-detector-${inputs.region}`], name);
    }
    const { inputs } = declared.named(`detector-member-plan-runtime-${OTHER}`);
    assert.deepEqual(inputs.additionalConfigurations, agents("DISABLED"));
    assert.deepEqual(declared.ofType(OWN_PLAN), []);
  });

  it("are off where they are chosen off, and left alone where AWS has none or nobody wants to set any", async () => {
    const chosen = await baseline({
      plans: { s3: false, runtime: { agents: { ec2: true } } },
      notOffered: { [OTHER]: ["rds", "lambda"] },
    });
    assert.equal(chosen.named(`detector-member-plan-s3-${HOME}`).inputs.status, "DISABLED");
    assert.deepEqual(chosen.named(`detector-member-plan-runtime-${HOME}`).inputs.additionalConfigurations, [
      ...agents("DISABLED").slice(0, 2),
      { name: "EC2_AGENT_MANAGEMENT", status: "ENABLED" },
    ]);
    assert.equal(chosen.ofType(PLAN).length, 10);
    assert.ok(chosen.resources.every(({ name }) => name !== `detector-member-plan-rds-${OTHER}`));
    assert.deepEqual((await baseline({ enabled: false })).ofType(PLAN), []);
  });

  it("install no agent where runtime monitoring is off", async () => {
    const off = await baseline({ plans: { runtime: { enabled: false, agents: { eks: true } } } });
    const { status, additionalConfigurations } = off.named(`detector-member-plan-runtime-${HOME}`).inputs;
    assert.deepEqual([status, additionalConfigurations], ["DISABLED", agents("DISABLED")]);
  });

  it("that the organization keeps on for all are its own, and only the others the baseline's", async () => {
    const declared = await baseline({ autoEnable: "ALL", plans: { rds: false } });
    assert.deepEqual(plans(declared, PLAN), [
      `${HOME} RDS_LOGIN_EVENTS DISABLED`,
      `${OTHER} RDS_LOGIN_EVENTS DISABLED`,
    ]);
    assert.equal((await baseline({ autoEnable: "NEW" })).ofType(PLAN).length, 12);
  });

  it("wait in a region where the account is no member yet", async () => {
    const waiting = await baseline({}, { plansLater: [OTHER] });
    assert.deepEqual(plans(waiting, PLAN), everyPlan(HOME ?? "", "ENABLED"));
  });
});

describe("the protection plans of a detector that was there before", () => {
  const detector: Adoption = {
    type: "aws:guardduty/detector:Detector",
    name: `detector-${HOME}`,
    region: HOME ?? "",
    id: "d0",
    before: { enable: true, findingPublishingFrequency: "SIX_HOURS" },
    decision: "adopt",
    beside: [
      { name: "S3_DATA_EVENTS", status: "DISABLED" },
      { name: "RUNTIME_MONITORING", status: "ENABLED", additionalConfigurations: agents("ENABLED") },
    ],
    reason: "it was there",
  };
  const membership: Adoption = {
    type: "aws:guardduty/member:Member",
    name: `detector-member-${HOME}`,
    region: HOME ?? "",
    id: `security-detector-${HOME}:${MEMBER}`,
    before: { accountId: MEMBER, detectorId: `security-detector-${HOME}`, email: "a@example.org" },
    decision: "adopt",
    reason: "it was a member",
  };
  const inPhase = (phase: string, ...adoptions: Adoption[]) => baseline({}, { phase, adoptions });
  const told = ({ provider, inputs }: Registered) => [
    provider,
    inputs.name,
    inputs.status,
    inputs.additionalConfigurations,
  ];

  it("are recorded with its adoption", () => {
    const found = { id: "d0", enable: true, findingPublishingFrequency: "SIX_HOURS" };
    const plans: PlanState[] = [{ name: "S3_DATA_EVENTS", status: "DISABLED" }];
    const regions = { [HOME ?? ""]: { ebsEncryptionByDefault: false, detector: { ...found, plans } } };
    const adoptions = decideAdoptions({ accountId: MEMBER, serviceLinkedRoles: [], regions }, baselineInputs());
    assert.deepEqual(
      adoptions.map(({ name, beside }) => [name, beside]),
      [[`detector-${HOME}`, plans]],
    );
  });

  it("are brought to the baseline, whatever they were", async () => {
    for (const phase of ["adopt", "converge"]) {
      const declared = await inPhase(phase, detector);
      assert.equal(declared.ofType(PLAN).length, 12, phase);
      assert.equal(declared.named(`detector-member-plan-s3-${HOME}`).inputs.status, "ENABLED", phase);
    }
  });

  it("are put back by the account itself, which is no member any more", async () => {
    const declared = await inPhase("restore", detector);
    assert.deepEqual(declared.ofType(PLAN), []);
    assert.deepEqual(declared.ofType(OWN_PLAN).map(told), [
      [`aws-${MEMBER}`, "S3_DATA_EVENTS", "DISABLED", undefined],
      [`aws-${MEMBER}`, "RUNTIME_MONITORING", "ENABLED", agents("ENABLED")],
    ]);
    for (const { dependsOn } of declared.ofType(OWN_PLAN)) assert.ok(dependsOn.includes(`detector-${HOME}`));
  });

  it("are put back by the administrator where the account was a member before and stays one", async () => {
    const declared = await inPhase("restore", detector, membership);
    assert.deepEqual(declared.ofType(OWN_PLAN), []);
    assert.deepEqual(declared.ofType(PLAN).map(told), [
      [`aws-${SECURITY}`, "S3_DATA_EVENTS", "DISABLED", undefined],
      [`aws-${SECURITY}`, "RUNTIME_MONITORING", "ENABLED", agents("ENABLED")],
    ]);
  });
});

describe("an export of findings that was there before", () => {
  const region = HOME ?? "";
  const decide = (destinationArn: string) => {
    const detector = { id: "d0", enable: true, findingPublishingFrequency: "SIX_HOURS" };
    const findingsExport = { id: "e0", destinationArn, kmsKeyArn: "arn:key", tags: { a: "b" } };
    const inventory = {
      organizationId: "o-bulwark0demo",
      delegatedAdministrators: {},
      trustedServices: [],
      regions: { [region]: { detector, findingsExport, organizationAnalyzers: [] } },
    };
    return decideAdminAdoptions(inventory, adminInputs()).find(({ name }) => name === `findings-export-${region}`);
  };

  it("is left, because somebody reads it, unless it is Bulwark's own of a state that was lost", () => {
    assert.equal(decide("arn:aws:s3:::theirs")?.decision, "leave");
    const own = decide(`arn:aws:s3:::bulwark-guardduty-${LOG_ARCHIVE}-${region}`);
    assert.deepEqual([own?.decision, own?.id, own?.before.tags], ["adopt", "d0:e0", { a: "b" }]);
  });
});

describe("what GuardDuty's administrator sets", () => {
  let declared: Declaration;
  before(async () => {
    declared = await admin(DETECTION_OPTIONS);
  });

  it("is the same plans for itself, and nothing by itself for members", () => {
    assert.deepEqual(
      plans(declared, OWN_PLAN),
      [HOME, OTHER].flatMap((region) => everyPlan(region, "ENABLED")),
    );
    assert.deepEqual(
      plans(declared, ORGANIZATION_PLAN),
      [HOME, OTHER].flatMap((region) => everyPlan(region, "NONE")),
    );
    for (const { name, dependsOn, inputs } of declared.ofType(ORGANIZATION_PLAN)) {
      assert.ok(dependsOn.includes(`detector-organization-${inputs.region}`), name);
    }
  });

  it("may make the roles that scans of members' volumes need, since it is not the management account", () => {
    const trusted = declared.named("trusted-access-malware-protection");
    assert.equal(trusted.inputs.servicePrincipal, "malware-protection.guardduty.amazonaws.com");
    assert.equal(trusted.provider, `aws-${MANAGEMENT}`);
    for (const region of ["us-east-1", "us-west-2"]) {
      assert.ok(declared.named(`detector-organization-plan-malware-${region}`).dependsOn.includes(trusted.name));
    }
    const [, , , management] = bootstrapRoles(settings(), "o-bulwark0demo").map(({ role }) => role);
    const statements = Object.values(management?.policies ?? {}).flatMap(({ Statement }) => Statement);
    const condition = statements.find(({ Sid }) => Sid === "TrustedAccess")?.Condition;
    assert.ok(JSON.stringify(condition).includes('"malware-protection.guardduty.amazonaws.com"'));
  });

  it("is, where it is chosen, enabling plans that are on, and never one that is off", async () => {
    const all = await admin({
      guardDuty: { autoEnable: "ALL", plans: { eks: false, runtime: { agents: { eks: true } } } },
    });
    assert.equal(all.named(`detector-organization-plan-eks-${HOME}`).inputs.autoEnable, "NONE");
    const { autoEnable, additionalConfigurations } = all.named(`detector-organization-plan-runtime-${HOME}`).inputs;
    assert.deepEqual(
      [autoEnable, additionalConfigurations],
      [
        "ALL",
        [
          { name: "EKS_ADDON_MANAGEMENT", autoEnable: "ALL" },
          { name: "ECS_FARGATE_AGENT_MANAGEMENT", autoEnable: "NONE" },
          { name: "EC2_AGENT_MANAGEMENT", autoEnable: "NONE" },
        ],
      ],
    );
    assert.equal(all.named(`detector-organization-${HOME}`).inputs.autoEnableOrganizationMembers, "NONE");
  });

  it("is the export of every region's findings to a bucket of the log archive, whose policies are there first", () => {
    const bucket = `bulwark-guardduty-${LOG_ARCHIVE}-${HOME}`;
    assert.equal(declared.named(`guardduty-bucket-${HOME}`).inputs.bucket, bucket);
    assert.equal(declared.named(`guardduty-bucket-${HOME}`).provider, `aws-${LOG_ARCHIVE}`);
    for (const region of [HOME, OTHER]) {
      const { inputs, provider, dependsOn } = declared.named(`findings-export-${region}`);
      assert.deepEqual(
        [provider, inputs.detectorId, inputs.destinationArn, inputs.kmsKeyArn],
        [
          `aws-${SECURITY}`,
          `detector-${region}-id`,
          `arn:test:guardduty-bucket-${HOME}`,
          `arn:test:guardduty-key-${HOME}`,
        ],
      );
      assert.ok(dependsOn.includes(`guardduty-bucket-policy-${HOME}`));
    }
  });

  it("is not another export beside one that somebody else reads", async () => {
    const left: Adoption = {
      type: "aws:guardduty/publishingDestination:PublishingDestination",
      name: `findings-export-${HOME}`,
      region: HOME ?? "",
      id: "d0:e0",
      before: { detectorId: "d0", destinationType: "S3", destinationArn: "arn:aws:s3:::theirs", kmsKeyArn: "arn:key" },
      decision: "leave",
      reason: "it exports already",
    };
    const beside = await declare(() => adminProgram(adminInputs({ adoptions: [left] })), "admin");
    assert.deepEqual(
      beside.ofType(left.type).map(({ name }) => name),
      [`findings-export-${OTHER}`],
    );
  });

  it("is rules that archive, in the order of the settings, with numbers as the provider takes them", () => {
    const { inputs } = declared.named(`suppression-scanner-${OTHER}`);
    assert.deepEqual(
      [inputs.name, inputs.action, inputs.rank, inputs.findingCriteria],
      [
        "bulwark-scanner",
        "ARCHIVE",
        1,
        {
          criterions: [
            { field: "type", equals: ["Recon:EC2/PortProbeUnprotectedPort"] },
            { field: "severity", lessThan: "4" },
          ],
        },
      ],
    );
  });

  it("is lists through aws-native in the region, by one provider with the control parameters", () => {
    for (const [name, type, owner] of [
      [`trusted-entities-partners-${OTHER}`, "aws-native:guardduty:TrustedEntitySet", SECURITY],
      [`threat-entities-feed-${OTHER}`, "aws-native:guardduty:ThreatEntitySet", MEMBER],
    ] as const) {
      const set = declared.named(name);
      assert.deepEqual([set.type, set.provider], [type, `aws-native-${SECURITY}-${OTHER}`]);
      assert.deepEqual([set.inputs.expectedBucketOwner, set.inputs.activate], [owner, true]);
    }
    assert.equal(declared.ofType("pulumi:providers:aws-native").length, 2);
  });

  it("is nothing but detectors and delegation where the section is off", async () => {
    const off = await admin({ guardDuty: { ...DETECTION_OPTIONS.guardDuty, enabled: false } });
    const kinds = new Set(
      off.resources.flatMap(({ type }) => (/guardduty/.test(type) ? [type.split(":").at(-1)] : [])),
    );
    assert.deepEqual(kinds, new Set(["Detector", "OrganizationAdminAccount", "OrganizationConfiguration"]));
    assert.ok(off.resources.every(({ name }) => !name.startsWith("guardduty-")));
  });
});

describe("who may write to the bucket for findings", () => {
  const inputs = adminInputs({}, settings({ regions: [HOME, "ap-southeast-3"] }));
  const policies = [findingsBucketPolicy(inputs, "b"), findingsKeyPolicy(inputs)];

  it("is GuardDuty of the security account's detectors, by the principal that it has in each region", () => {
    const statements = policies.flatMap(({ Statement }) => Statement).filter(({ Sid }) => /^GuardDuty/.test(Sid));
    assert.deepEqual(
      statements.map(({ Action }) => Action),
      [["s3:GetBucketLocation"], ["s3:PutObject"], ["kms:GenerateDataKey"]],
    );
    for (const { Principal, Condition } of statements) {
      assert.deepEqual(Principal, { Service: ["guardduty.amazonaws.com", "guardduty.ap-southeast-3.amazonaws.com"] });
      assert.deepEqual(Condition, {
        StringEquals: { "aws:SourceAccount": SECURITY },
        ArnLike: {
          "aws:SourceArn": [HOME, "ap-southeast-3"].map(
            (region) => `arn:aws:guardduty:${region}:${SECURITY}:detector/*`,
          ),
        },
      });
    }
  });

  it("exports to a bucket in an opt-in region from there alone, and from everywhere in other partitions", () => {
    const regions = ["ap-southeast-3", "eu-west-1"];
    assert.deepEqual(exportingRegions({ regions, homeRegion: "ap-southeast-3" }), ["ap-southeast-3"]);
    assert.deepEqual(exportingRegions({ regions, homeRegion: "eu-west-1" }), regions);
    const china = ["cn-north-1", "cn-northwest-1"];
    assert.deepEqual(exportingRegions({ regions: china, homeRegion: "cn-north-1" }), china);
  });
});

describe("the settings of GuardDuty", () => {
  const problems = (guardDuty: object) => {
    try {
      settings({ features: { guardDuty } });
      return [];
    } catch (error) {
      const { issues } = error as { issues: { path: (string | number)[]; message: string }[] };
      return issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    }
  };
  const rule = { name: "one", description: "", criteria: [{ field: "type", equals: ["a"] }] };

  it("are refused with the path of what is wrong", () => {
    const list = { name: "a", location: "s3://lists/a.txt" };
    const cases: [object, RegExp][] = [
      [{ plans: { s3: "yes" } }, /^features\.guardDuty\.plans\.s3: /],
      [{ plans: { eksRuntime: true } }, /^features\.guardDuty\.plans: Unrecognized key/],
      [{ notOffered: { [HOME ?? ""]: ["sns"] } }, /^features\.guardDuty\.notOffered\.us-east-1\.0: /],
      [{ suppressions: [{ ...rule, name: "a b" }] }, /^features\.guardDuty\.suppressions\.0\.name: must be 3 to 56/],
      [{ suppressions: [{ ...rule, criteria: [{ field: "type" }] }] }, /criteria\.0: must have a condition/],
      [
        { suppressions: [{ ...rule, criteria: [...rule.criteria, ...rule.criteria] }] },
        /criteria: must name each field/,
      ],
      [{ suppressions: [rule, rule] }, /^features\.guardDuty\.suppressions: must not name two the same/],
      [{ suppressions: [{ ...rule, regions: ["eu-west-1"] }] }, /suppressions\.0\.regions\.0: eu-west-1 is not one of/],
      [
        { threatEntitySets: [{ ...list, location: "http://x/a" }] },
        /threatEntitySets\.0\.location: must be the S3 URL/,
      ],
      [
        { trustedEntitySets: [list, { ...list, name: "b" }] },
        /trustedEntitySets: must not name two sets for one region/,
      ],
    ];
    for (const [wrong, said] of cases) assert.match(problems(wrong).join("\n"), said);
    const apart = [
      { ...list, regions: [HOME] },
      { ...list, name: "b", regions: [OTHER] },
    ];
    assert.deepEqual(problems({ trustedEntitySets: apart }), []);
  });

  it("let the administrator's role read the lists that they name, wherever those are written down, and no other", () => {
    const named = (...locations: string[]) => {
      const sets = locations.map((location, index) => ({ name: `list-${index}`, location }));
      return entityLists(settings({ features: { guardDuty: { threatEntitySets: sets } } }));
    };
    assert.deepEqual(named(), []);
    const [statement] = named(
      "s3://one/folder/a.txt",
      "https://s3.us-east-1.amazonaws.com/two/b.txt",
      "https://three.s3.us-east-1.amazonaws.com/c%20d.txt",
    );
    assert.deepEqual(statement?.Action, ["s3:GetObject"]);
    assert.deepEqual(statement?.Resource, [
      "arn:aws:s3:::one/folder/a.txt",
      "arn:aws:s3:::three/c d.txt",
      "arn:aws:s3:::two/b.txt",
    ]);
  });
});
