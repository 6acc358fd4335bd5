import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { environmentsOf, quietedBy, unscoredEnvironments } from "../../api/accounts/environments.ts";
import { accountGroups, environmentRules } from "../../programs/admin/environment-rules.ts";
import { adminProgram } from "../../programs/admin/program.ts";
import { decideAdoptions } from "../../programs/baseline/adoption.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { AdminInputs } from "../../programs/inputs.ts";
import type { AccountInventory } from "../../programs/inventory.ts";
import { WAYS } from "../../programs/recovery/ways.ts";
import {
  type AutomationRuleSettings,
  type EnvironmentRules,
  SEVERITIES,
  SecurityHubSettings,
} from "../../programs/security-hub-settings.ts";
import { OrganizationSettings } from "../../programs/settings.ts";
import { STANDARDS, type StandardName, standardArn } from "../../programs/standards.ts";
import { standards as offered } from "../../sandbox/emulators/securityhub/catalog/standards.ts";
import { declare } from "./declared.ts";
import { adminInputs, baselineInputs, LOG_ARCHIVE, MANAGEMENT, MEMBER, SECURITY, settings } from "./samples.ts";

const HOME = "us-east-1";
const LINKED = "us-west-2";
const DEV = "100000000013";
const defaults = SecurityHubSettings.parse({}).automationRules;

/** Settings with choices in Security Hub. */
const choosing = (securityHub: Record<string, unknown>) => settings({ features: { securityHub } });

/** `path: message` of everything that the settings find. */
function complaints(securityHub: Record<string, unknown>, more: Record<string, unknown> = {}): string[] {
  const accounts = { management: MANAGEMENT, security: SECURITY, logArchive: LOG_ARCHIVE };
  const document = { homeRegion: HOME, regions: [HOME, LINKED], accounts, features: { securityHub }, ...more };
  const parsed = OrganizationSettings.safeParse(document);
  return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("findings scored by environment", () => {
  const rulesOf = async (inputs = adminInputs()) =>
    (await declare(() => adminProgram(inputs), "admin")).ofType("aws:securityhub/automationRule:AutomationRule");

  it("have rules in the security account, the same in every region, once its hub administers the region", async () => {
    const rules = await rulesOf();
    const names = (region: string) =>
      rules.flatMap(({ name, inputs }) => (inputs.region === region ? name.replace(`-${region}`, "") : [])).sort();
    assert.deepEqual(names(HOME), [
      "automation-rule-dev-environment",
      "automation-rule-dev-suppressed-severities",
      "automation-rule-dev-to-low",
      "automation-rule-prod-environment",
    ]);
    assert.deepEqual(names(LINKED), names(HOME));
    for (const { provider, dependsOn, inputs } of rules) {
      assert.equal(provider, `aws-${SECURITY}`);
      assert.deepEqual([...dependsOn].sort(), [`hub-${inputs.region}`, `hub-administrator-${inputs.region}`].sort());
    }
  });

  it("are lowered in development as far as they are weaknesses, and say where they are from", async () => {
    const rules = await rulesOf();
    const inputsOf = (name: string) => rules.find((rule) => rule.name === `automation-rule-${name}-${LINKED}`)?.inputs;
    const name = `automation-rule-dev-to-low-${LINKED}`;
    assert.deepEqual(inputsOf("dev-to-low"), {
      region: LINKED,
      ruleName: "Bulwark dev-to-low",
      ruleStatus: "ENABLED",
      description: "MEDIUM and HIGH and CRITICAL is LOW in dev",
      ruleOrder: 201,
      criteria: {
        awsAccountIds: [{ comparison: "EQUALS", value: DEV }],
        recordStates: [{ comparison: "EQUALS", value: "ACTIVE" }],
        severityLabels: ["MEDIUM", "HIGH", "CRITICAL"].map((value) => ({ comparison: "EQUALS", value })),
        productArns: ["securityhub", "inspector"].map((product) => ({
          comparison: "EQUALS",
          value: `arn:aws:securityhub:${LINKED}::product/aws/${product}`,
        })),
      },
      actions: [{ type: "FINDING_FIELDS_UPDATE", findingFieldsUpdate: { severity: { label: "LOW" } } }],
      tags: { ManagedBy: "Bulwark", BulwarkResource: `admin/${name}` },
    });
    assert.deepEqual(inputsOf("prod-environment")?.actions, [
      {
        type: "FINDING_FIELDS_UPDATE",
        findingFieldsUpdate: { criticality: 90, userDefinedFields: { Environment: "prod" } },
      },
    ]);
  });

  it("are suppressed with a reason where a control does not matter, but not once they have passed", () => {
    const { automationRules } = SecurityHubSettings.parse({
      automationRules: {
        environments: { dev: { suppressControls: [{ controlId: "S3.9", reason: "No audit there" }] } },
      },
    });
    const rules = environmentRules(automationRules, { dev: [DEV] }, { partition: "aws", region: HOME });
    const { wanted } = rules.find(({ key }) => key === "dev-suppressed-S3.9") ?? {};
    assert.deepEqual(wanted?.actions, [
      {
        type: "FINDING_FIELDS_UPDATE",
        findingFieldsUpdate: {
          workflow: { status: "SUPPRESSED" },
          note: { text: "No audit there", updatedBy: "Bulwark" },
        },
      },
    ]);
    assert.deepEqual(wanted?.criteria, {
      awsAccountIds: [{ comparison: "EQUALS", value: DEV }],
      recordStates: [{ comparison: "EQUALS", value: "ACTIVE" }],
      complianceSecurityControlIds: [{ comparison: "EQUALS", value: "S3.9" }],
      complianceStatuses: [{ comparison: "NOT_EQUALS", value: "PASSED" }],
    });
  });

  it("stay as they are where rules are switched off, and for environments without accounts", async () => {
    const off = choosing({ automationRules: { enabled: false } });
    assert.deepEqual(await rulesOf(adminInputs({}, off)), []);
    assert.deepEqual(await rulesOf(adminInputs({ environments: {} })), []);
  });

  it("are of every account in exactly one group, in the fewest groups that rules can take", () => {
    const account = fc.integer({ min: 0, max: 999_999 }).map((tail) => `100000${String(tail).padStart(6, "0")}`);
    fc.assert(
      fc.property(fc.uniqueArray(account, { maxLength: 350 }), (accounts) => {
        const groups = accountGroups(accounts);
        assert.deepEqual(groups.flat().sort(), [...accounts].sort());
        assert.ok(groups.every((group) => group.length > 0 && group.length <= 100));
        assert.equal(groups.length, Math.ceil(accounts.length / 100));
        assert.deepEqual(accountGroups([...accounts].reverse()), groups);
      }),
      { numRuns: 50 },
    );
    // All of one remainder, so that each would be in the same group.
    const even = Array.from({ length: 300 }, (_, index) => String(100_000_000_000 + index * 3));
    assert.deepEqual(
      accountGroups(even).map(({ length }) => length),
      [100, 100, 100],
    );
  });

  it("change for one group where a newcomer finds room in its own", () => {
    const accounts = Array.from({ length: 150 }, (_, index) => String(100_000_000_000 + index));
    const before = accountGroups(accounts).map((group) => group.join());
    const after = accountGroups([...accounts, "100000000999"]).map((group) => group.join());
    assert.equal(after.filter((group) => !before.includes(group)).length, 1);
  });

  it("are refused where they would take more rules than AWS allows in a region", () => {
    const refused = (count: number) => {
      const accounts = Array.from({ length: count }, (_, index) => String(100_000_000_000 + index));
      const parsed = AdminInputs.safeParse({ ...adminInputs(), environments: { dev: accounts } });
      return parsed.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    };
    assert.equal(refused(3_300), undefined);
    assert.deepEqual(refused(3_301), [
      "features.securityHub.automationRules: asks for 102 rules in us-east-1, where AWS allows 100: score fewer environments or severities",
    ]);
  });

  it("are those of the accounts that have an environment for which there are rules", () => {
    const placed = [
      { accountId: "100000000009", environment: "stage" },
      { accountId: DEV, environment: "dev" },
      { accountId: "100000000002", environment: "prod" },
      { accountId: MEMBER, environment: "prod" },
      { accountId: "100000000003", environment: "laboratory" },
    ];
    assert.deepEqual(environmentsOf(placed, defaults), {
      dev: [DEV],
      prod: [MEMBER, "100000000002"],
      stage: ["100000000009"],
    });
    assert.deepEqual(environmentsOf(placed, { ...defaults, enabled: false }), {});
    assert.deepEqual(unscoredEnvironments(placed, defaults), [
      "findings of environment laboratory (100000000003) are not scored: features.securityHub.automationRules.environments does not name it",
    ]);
    assert.deepEqual(unscoredEnvironments(placed, { ...defaults, enabled: false }), []);
  });

  it("tells what a move from one environment to another would quiet, and nothing of what it would not", () => {
    assert.deepEqual(quietedBy("prod", "dev", defaults), [
      "MEDIUM becomes LOW instead of MEDIUM",
      "HIGH becomes LOW instead of HIGH",
      "CRITICAL becomes LOW instead of CRITICAL",
      "INFORMATIONAL is suppressed",
    ]);
    for (const [from, to] of [
      ["prod", "stage"],
      ["dev", "prod"],
      ["dev", "test"],
      ["prod", null],
      [null, "stage"],
      ["prod", "unheard-of"],
    ] as const) {
      assert.deepEqual(quietedBy(from, to, defaults), [], `${from} to ${to}`);
    }
    assert.equal(quietedBy(null, "dev", defaults).length, 4);
    assert.deepEqual(quietedBy("prod", "dev", { ...defaults, enabled: false }), []);
    const reason = "Nobody logs in there";
    const environments = {
      ...defaults.environments,
      prod: { ...defaults.environments.prod, suppressControls: [{ controlId: "IAM.6", reason }] },
    };
    const { automationRules: without } = SecurityHubSettings.parse({ automationRules: { ...defaults, environments } });
    assert.deepEqual(
      [quietedBy("stage", "prod", without), quietedBy("prod", "stage", without)],
      [["IAM.6 is suppressed"], []],
    );
  });

  it("never finds that staying quiets, nor that a move and its way back are both as loud where either is not the same", () => {
    const severity = fc.constantFrom(...SEVERITIES);
    const rules = fc.record({
      severity: fc.dictionary(fc.constantFrom("LOW", "MEDIUM", "HIGH", "CRITICAL"), severity),
      suppressSeverities: fc.uniqueArray(severity),
      suppressControls: fc.constant([]),
    }) as fc.Arbitrary<AutomationRuleSettings["environments"][string]>;
    fc.assert(
      fc.property(rules, rules, (a, b) => {
        const settings = { ...defaults, environments: { a, b } };
        assert.deepEqual(quietedBy("a", "a", settings), []);
        const both = [...quietedBy("a", "b", settings), ...quietedBy("b", "a", settings)];
        const scores = ({ severity }: typeof a) =>
          SEVERITIES.map((label) => (severity as Record<string, string>)[label] ?? label);
        const same = isDeepStrictEqual(
          [scores(a), [...a.suppressSeverities].sort()],
          [scores(b), [...b.suppressSeverities].sort()],
        );
        assert.equal(both.length === 0, same, JSON.stringify({ a, b, both }));
      }),
    );
  });

  it("come after those of prod and stage, whatever they were, by severity and then criticality", () => {
    const rulesFor = (...names: string[]): EnvironmentRules[] =>
      names.map((name) => defaults.environments[name] ?? assert.fail(name));
    const productive = rulesFor("prod", "production", "stage", "staging");
    const developing = rulesFor("dev", "development", "test", "sandbox");
    for (const { severity } of productive) assert.deepEqual(severity, {});
    for (const { severity } of developing) {
      for (const from of ["CRITICAL", "HIGH", "MEDIUM", "LOW"] as const) assert.equal(severity[from] ?? from, "LOW");
    }
    const least = Math.min(...productive.map(({ criticality = 0 }) => criticality));
    for (const { criticality = 100 } of developing) assert.ok(criticality < least);
  });

  it("are refused a severity that changes again with the next update, and say where", () => {
    const environments = { dev: { severity: { CRITICAL: "HIGH", HIGH: "MEDIUM" } } };
    const [complaint, ...others] = complaints({ automationRules: { environments } });
    assert.match(
      complaint ?? "",
      /^features\.securityHub\.automationRules\.environments\.dev\.severity\.CRITICAL: HIGH becomes MEDIUM in its turn/,
    );
    assert.deepEqual(others, []);
    assert.deepEqual(complaints({ automationRules: { environments: { dev: { severity: { HIGH: "HIGH" } } } } }), []);
    assert.match(
      complaints({ automationRules: { environments: { Dev: {} } } }).join(),
      /environments\.Dev: .*(such as prod|Invalid key)/,
    );
  });
});

describe("views of the backlog", () => {
  it("are in the home region only, by account, resource, control and environment", async () => {
    const declared = await declare(() => adminProgram(adminInputs()), "admin");
    const insights = declared.ofType("aws:securityhub/insight:Insight");
    assert.deepEqual(Object.fromEntries(insights.map(({ name, inputs }) => [name, inputs.groupByAttribute])), {
      [`insight-accounts-${HOME}`]: "AwsAccountId",
      [`insight-resources-${HOME}`]: "ResourceId",
      [`insight-controls-${HOME}`]: "ComplianceSecurityControlId",
      [`insight-public-resources-${HOME}`]: "ResourceId",
      [`insight-environment-dev-${HOME}`]: "AwsAccountId",
      [`insight-environment-prod-${HOME}`]: "AwsAccountId",
    });
    for (const { provider, dependsOn, inputs } of insights) {
      assert.deepEqual([provider, dependsOn, inputs.region], [`aws-${SECURITY}`, [`finding-aggregator-${HOME}`], HOME]);
    }
    const filters = declared.named(`insight-environment-prod-${HOME}`).inputs.filters as Record<string, unknown[]>;
    assert.deepEqual(filters.userDefinedValues, [{ comparison: "EQUALS", key: "Environment", value: "prod" }]);
    const open = declared.named(`insight-public-resources-${HOME}`).inputs.filters as Record<string, unknown[]>;
    assert.ok((open.complianceSecurityControlIds?.length ?? 0) <= 20);
  });

  it("can be switched off", async () => {
    const off = choosing({ insights: { enabled: false } });
    const declared = await declare(() => adminProgram(adminInputs({}, off)), "admin");
    assert.deepEqual(declared.ofType("aws:securityhub/insight:Insight"), []);
  });
});

describe("single controls and products of third parties", () => {
  const chosen = choosing({
    disabledControls: [
      { controlId: "IAM.6", standards: ["fsbp-1.0.0", "cis-5.0.0"], regions: "linked", reason: "Checked at home" },
      { controlId: "EC2.8", standards: ["fsbp-1.0.0"], status: "ENABLED", reason: "Wanted again" },
    ],
    productSubscriptions: {
      security: [{ product: "wiz-security/wiz-security" }],
      members: [{ product: "alertlogic/althreatmanagement", accountId: "733251395267" }],
    },
  });

  for (const [stack, program, owner, product, productArn] of [
    [
      `account-${MEMBER}`,
      () => baselineProgram(baselineInputs({}, chosen)),
      MEMBER,
      "alertlogic-althreatmanagement",
      `arn:aws:securityhub:${LINKED}:733251395267:product/alertlogic/althreatmanagement`,
    ],
    [
      "admin",
      () => adminProgram(adminInputs({}, chosen)),
      SECURITY,
      "wiz-security-wiz-security",
      `arn:aws:securityhub:${LINKED}::product/wiz-security/wiz-security`,
    ],
  ] as const) {
    it(`are chosen in the stack ${stack}, in the regions that the settings say`, async () => {
      const declared = await declare(program, stack);
      const associations = declared.ofType("aws:securityhub/standardsControlAssociation:StandardsControlAssociation");
      assert.deepEqual(associations.map(({ name }) => name).sort(), [
        `control-association-EC2.8-fsbp-1.0.0-${HOME}`,
        `control-association-EC2.8-fsbp-1.0.0-${LINKED}`,
        `control-association-IAM.6-cis-5.0.0-${LINKED}`,
        `control-association-IAM.6-fsbp-1.0.0-${LINKED}`,
      ]);
      const off = declared.named(`control-association-IAM.6-cis-5.0.0-${LINKED}`);
      const standardsArn = standardArn("aws", LINKED, "cis-5.0.0");
      assert.deepEqual(off.inputs, {
        ...{ region: LINKED, securityControlId: "IAM.6", standardsArn },
        ...{ associationStatus: "DISABLED", updatedReason: "Checked at home" },
      });
      assert.deepEqual([off.provider, off.dependsOn], [`aws-${owner}`, [`standard-cis-5.0.0-${LINKED}`]]);
      const subscription = declared.named(`product-subscription-${product}-${LINKED}`);
      assert.deepEqual(subscription.inputs, { region: LINKED, productArn });
      assert.deepEqual([subscription.provider, subscription.dependsOn], [`aws-${owner}`, [`hub-${LINKED}`]]);

      const sought = { accountId: owner, partition: "aws", region: LINKED } as const;
      const idOf = (resource: typeof off) => {
        const way = WAYS[resource.type];
        return way?.by === "name" ? way.id({ ...sought, ...resource }) : undefined;
      };
      assert.equal(idOf(off), `IAM.6,${standardsArn}`);
      const path = productArn.slice(productArn.indexOf("product/") + "product/".length);
      const subscribed = `arn:aws:securityhub:${LINKED}:${owner}:product-subscription/${path}`;
      assert.equal(idOf(subscription), `${productArn},${subscribed}`);
    });
  }

  it("are adopted as they are where they are there already, in the standards and hubs that are", () => {
    const fsbp = standardArn("aws", LINKED, "fsbp-1.0.0");
    const subscriptionArn = `arn:aws:securityhub:${LINKED}:${MEMBER}:product-subscription/alertlogic/althreatmanagement`;
    const hub = {
      hubArn: `arn:aws:securityhub:${LINKED}:${MEMBER}:hub/default`,
      autoEnableControls: true,
      controlFindingGenerator: "SECURITY_CONTROL",
      standards: [{ standardsArn: fsbp, subscriptionArn: fsbp.replace("::standards", `:${MEMBER}:subscription`) }],
      controls: [{ controlId: "EC2.8", standardsArn: fsbp, status: "DISABLED", reason: "No time" }],
      products: [subscriptionArn, `arn:aws:securityhub:${LINKED}:${MEMBER}:product-subscription/aws/guardduty`],
    };
    const inventory: AccountInventory = {
      accountId: MEMBER,
      serviceLinkedRoles: [],
      regions: { [LINKED]: { hub, ebsEncryptionByDefault: false } },
    };
    const adoptions = decideAdoptions(inventory, baselineInputs({}, chosen));
    const product = `arn:aws:securityhub:${LINKED}:733251395267:product/alertlogic/althreatmanagement`;
    assert.deepEqual(
      adoptions.slice(2).map(({ name, id, before, decision }) => ({ name, id, before, decision })),
      [
        {
          name: `control-association-EC2.8-fsbp-1.0.0-${LINKED}`,
          id: `EC2.8,${fsbp}`,
          before: {
            securityControlId: "EC2.8",
            standardsArn: fsbp,
            associationStatus: "DISABLED",
            updatedReason: "No time",
          },
          decision: "adopt",
        },
        {
          name: `product-subscription-alertlogic-althreatmanagement-${LINKED}`,
          id: `${product},${subscriptionArn}`,
          before: { productArn: product },
          decision: "adopt",
        },
      ],
    );
    assert.deepEqual(decideAdoptions(inventory, baselineInputs()).length, 2);
  });

  it("are refused where they don't fit, with their path", () => {
    const control = { controlId: "IAM.6", standards: ["fsbp-1.0.0"], reason: "x" };
    const found = complaints({
      disabledControls: [control, control, { ...control, controlId: "EC2.8", standards: ["cis-1.4.0"] }],
      productSubscriptions: { members: [{ product: "aws/guardduty" }] },
    });
    assert.deepEqual(
      found.map((text) => text.split(": ")[0]),
      [
        "features.securityHub.disabledControls.1.controlId",
        "features.securityHub.disabledControls.2.standards.0",
        "features.securityHub.productSubscriptions.members.0.product",
      ],
    );
    assert.match(
      complaints({ disabledControls: [{ ...control, standards: ["cis-2.0.0"] }] })[0] ?? "",
      /standards\.0: must be one of/,
    );
  });
});

describe("the standards of the settings", () => {
  it("are offered by AWS in every partition under the ARN that they are given", () => {
    const names = Object.keys(STANDARDS) as StandardName[];
    assert.ok(["cis-5.0.0", "cis-3.0.0", "cis-1.4.0"].every((name) => names.includes(name as StandardName)));
    for (const name of names) {
      assert.ok(
        offered.some(({ path }) => path === STANDARDS[name]),
        name,
      );
      for (const [partition, region] of [
        ["aws", "eu-central-1"],
        ["aws-us-gov", "us-gov-west-1"],
        ["aws-cn", "cn-north-1"],
      ] as const) {
        const arn = `arn:${partition}:securityhub:${region}::standards/${STANDARDS[name]}`;
        assert.equal(standardArn(partition, region, name), arn);
      }
    }
  });
});
