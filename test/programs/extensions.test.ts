import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { extensionsPage } from "../../programs/catalogue/extensions-page.ts";
import { EXTENSION_TYPES, type Extension, Extensions, refusals } from "../../programs/extensions/extensions.ts";
import { effectiveMode, REMEDIATION_MODES, stricterMode } from "../../programs/extensions/remediation-mode.ts";
import { isAssociationSchedule } from "../../programs/extensions/ssm-association.ts";
import { AccountResponse } from "../../remediation/response/settings.ts";
import { type Declaration, declare } from "./declared.ts";
import { baselineInputs, MEMBER, SECURITY, settings } from "./samples.ts";

const examples: readonly Extension[] = Object.values(EXTENSION_TYPES).map(({ example }) => example);
const {
  archiveRule,
  configRule,
  conformancePack,
  exception,
  remediationOff,
  remediationPolicy,
  ssmAssociation,
  suppression,
} = EXTENSION_TYPES;
const { analyzerArns: _, ...withoutAnalyzers } = baselineInputs().admin;

const deploy = (extensions: readonly object[], more: Record<string, unknown> = {}): Promise<Declaration> =>
  declare(() => baselineProgram(baselineInputs({ extensions, ...more })), `account-${MEMBER}`);

/** `path: message` of what is wrong with the entries themselves. */
function complaints(entries: unknown): string[] {
  const { error } = Extensions.safeParse(entries);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("extensions of an account", () => {
  it("are the examples of their types, which nothing has anything against", () => {
    assert.deepEqual(Extensions.parse(examples), examples);
    assert.deepEqual(refusals(examples, settings()), []);
  });

  it("add their resources in every region, after the recording there, and change nothing else", async () => {
    const [bare, extended] = [await deploy([]), await deploy(examples)];
    const before = new Map(bare.resources.map((resource) => [resource.name, resource]));
    const added = extended.resources.filter(({ name }) => !before.has(name));
    assert.deepEqual(
      added.map(({ name }) => name).sort(),
      [
        "remediation-modes-us-east-1",
        ...["us-east-1", "us-west-2"].flatMap((region) => [
          ...[`extension-pack-backups-${region}`, `extension-rule-tagged-${region}`],
          ...[`extension-association-patch-nights-${region}`, `extension-archive-rule-settlement-partner-${region}`],
          ...[`extension-key-${region}`, `extension-suppression-public-website-${region}`],
          `control-association-IAM.6-fsbp-1.0.0-${region}`,
          ...["topic", "topic-policy", "email-clearing-oncall@example.org", "rule", "target"].map(
            (part) => `extension-route-${part}-on-call-${region}`,
          ),
        ]),
      ].sort(),
    );
    for (const { name, inputs, dependsOn, provider } of added) {
      const administered = /^(remediation-modes|extension-archive-rule|extension-suppression)-/.test(name);
      assert.equal(provider, `aws-${administered ? SECURITY : MEMBER}`, name);
      const judges = /^extension-(pack|rule)-/.test(name);
      assert.equal(dependsOn.includes(`recorder-status-${String(inputs.region)}`), judges, name);
    }
    const isPlan = ({ name }: { name: string }) => name.startsWith("detector-member-plan-runtime-");
    for (const resource of extended.resources.filter((one) => before.has(one.name) && !isPlan(one))) {
      assert.deepEqual(resource, before.get(resource.name));
    }
  });

  it("become what AWS Config takes", async () => {
    const guard = { policy: "rule named { configuration.name exists }", resourceTypes: ["AWS::S3::Bucket"] };
    const { named } = await deploy([...examples, { type: "configRule", name: "own", guard, regions: ["us-west-2"] }]);
    const managed = named("extension-rule-tagged-us-east-1").inputs;
    assert.equal(managed.name, "bulwark-extension-tagged");
    assert.deepEqual(JSON.parse(String(managed.inputParameters)), { tag1Key: "cost-centre" });
    assert.deepEqual(managed.source, { owner: "AWS", sourceIdentifier: "REQUIRED_TAGS" });
    const own = named("extension-rule-own-us-west-2").inputs as {
      source: { owner: string; customPolicyDetails: object; sourceDetails: object[] };
      scope: object;
    };
    assert.equal(own.source.owner, "CUSTOM_POLICY");
    assert.deepEqual(own.source.customPolicyDetails, {
      policyRuntime: "guard-2.x.x",
      policyText: guard.policy,
      enableDebugLogDelivery: false,
    });
    assert.deepEqual(own.scope, { complianceResourceTypes: ["AWS::S3::Bucket"] });
    const pack = named("extension-pack-backups-us-east-1").inputs;
    assert.deepEqual(JSON.parse(String(pack.templateBody)), conformancePack.example.document);
    assert.deepEqual(pack.inputParameters, [{ parameterName: "RetentionDays", parameterValue: "90" }]);
  });

  it("leave out regions that the account has not enabled, and only those", async () => {
    const rule = { ...configRule.example, regions: ["us-west-2"] };
    const { resources } = await deploy([rule], { regions: ["us-east-1"] });
    assert.deepEqual(
      resources.filter(({ name }) => name.startsWith("extension")),
      [],
    );
  });

  it("declare, whichever regions they name, one resource in each of those that the account has", async () => {
    const regions = ["us-east-1", "us-west-2", "eu-west-1", "ap-southeast-3"];
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...regions), { minLength: 1 }), fc.subarray(regions), (named, has) => {
        const entry = { ...configRule.example, regions: named };
        const target = { ...baselineInputs(), regions: has };
        const declared = configRule.resources(entry, target).map(({ region }) => region);
        assert.deepEqual(
          declared,
          has.filter((region) => named.includes(region)),
        );
        assert.equal(
          configRule.refusals(entry, { ...settings(), regions: has }).length,
          named.filter((region) => !has.includes(region)).length,
        );
      }),
    );
  });

  for (const [what, entries, complaint] of [
    [
      "an unknown type",
      [{ type: "backdoor", name: "x" }],
      /^0\.type: must be one of configRule, conformancePack, alertRoute/,
    ],
    ["a rule of neither kind", [{ type: "configRule", name: "x" }], /^0\.managed: is missing, and so is guard/],
    [
      "a rule of both kinds",
      [{ ...configRule.example, guard: { policy: "rule a {}", resourceTypes: ["AWS::S3::Bucket"] } }],
      /^0\.guard: can't be given together with managed/,
    ],
    ["a route to nobody", [{ type: "alertRoute", name: "x" }], /^0\.emails: is missing, and so are urls and queues/],
    [
      "a route to a page without TLS",
      [{ type: "alertRoute", name: "x", urls: ["http://example.org"] }],
      /^0\.urls\.0: must be an https/,
    ],
    [
      "a route by a URL with a password",
      [{ type: "alertRoute", name: "x", urls: ["https://user:secret@example.org/hook"] }],
      /^0\.urls\.0: must hold no user, password or query/,
    ],
    [
      "a route by a URL with a key in its query",
      [{ type: "alertRoute", name: "x", urls: ["https://example.org/hook?key=secret"] }],
      /^0\.urls\.0: must hold no user, password or query/,
    ],
    ["a name that AWS would not take", [{ ...configRule.example, name: "A b" }], /^0\.name: must be 1 to 41/],
    ["the same name twice", [configRule.example, configRule.example], /^1\.name: there is another configRule/],
    ["a field that does not exist", [{ ...configRule.example, severity: 1 }], /^0: Unrecognized key/],
    [
      "a pack that is too large",
      [{ ...conformancePack.example, document: { Resources: { a: { Type: "x".repeat(52_000) } } } }],
      /^0\.document: is larger than the 51200 bytes/,
    ],
    [
      "too many",
      Array.from({ length: 26 }, (_, index) => ({ ...configRule.example, name: `r${index}` })),
      /^: may hold 25 entries at most/,
    ],
  ] as const) {
    it(`are refused with ${what}`, () => {
      const [first = ""] = complaints(entries);
      assert.match(first, complaint);
    });
  }

  it("are refused where they would change things by themselves, or look where nothing is recorded", () => {
    const remediating: Extension = {
      ...conformancePack.example,
      regions: ["eu-west-1"],
      document: { Resources: { Fix: { Type: "AWS::Config::RemediationConfiguration" } } },
    };
    const found = refusals([configRule.example, remediating], settings());
    assert.deepEqual(
      found.map(({ field, allowed }) => [field, allowed]),
      [
        ["1.regions.0", "us-east-1, us-west-2"],
        ["1.document.Resources.Fix.Type", "AWS::Config::ConfigRule"],
      ],
    );
  });

  it("send open findings of the account to its team, encrypted and by TLS only, and to nobody else", async () => {
    const route = {
      ...{ type: "alertRoute", name: "team", regions: ["us-west-2"], severities: ["HIGH"], controls: ["S3.1"] },
      ...{ emails: ["a@example.org"], urls: ["https://example.org/hook"], queues: ["team-findings"] },
    };
    const { named, resources } = await deploy([route, { ...route, name: "other", queues: ["other"] }]);
    const part = (which: string) => named(`extension-route-${which}-team-us-west-2`).inputs;
    assert.deepEqual(
      resources
        .filter(({ name, type }) => type.endsWith("TopicSubscription") && name.includes("-team-us-west-2"))
        .map(({ inputs }) => [inputs.protocol, inputs.endpoint])
        .sort(),
      [
        ["email", "a@example.org"],
        ["https", "https://example.org/hook"],
        ["sqs", `arn:aws:sqs:us-west-2:${MEMBER}:team-findings`],
      ],
    );
    assert.equal(part("rule").state, "ENABLED");
    assert.deepEqual(JSON.parse(String(part("rule").eventPattern)), {
      source: ["aws.securityhub"],
      "detail-type": ["Security Hub Findings - Imported"],
      detail: {
        findings: {
          Severity: { Label: ["HIGH"] },
          Workflow: { Status: ["NEW"] },
          RecordState: ["ACTIVE"],
          Compliance: { SecurityControlId: ["S3.1"] },
        },
      },
    });
    assert.equal(part("topic").kmsMasterKeyId, "arn:test:extension-key-us-west-2");
    const statements = JSON.parse(String(part("topic-policy").policy)).Statement as Record<string, unknown>[];
    const topic = `arn:aws:sns:us-west-2:${MEMBER}:bulwark-extension-team`;
    assert.deepEqual(
      statements.map(({ Effect, Principal, Resource }) => [Effect, Principal, Resource]),
      [
        ["Allow", { Service: "events.amazonaws.com" }, [topic]],
        ["Deny", "*", [topic]],
      ],
    );
    assert.equal(resources.filter(({ name }) => name.startsWith("extension-key-")).length, 1);
  });

  it("add to GuardDuty's plans what the organization left off, and never switch one off", async () => {
    const plan = (declared: Declaration, name: string) =>
      declared.named(`detector-member-plan-${name}-us-east-1`).inputs;
    const from = (guardDuty: object) => settings({ features: { guardDuty } });
    const inputs = (guardDuty: object, extensions: object[]) => baselineInputs({ extensions }, from(guardDuty));
    const entry = (more: object) => ({ type: "guardDutyFeature", name: "more", ...more });
    const off = { plans: { rds: false, runtime: { enabled: false, agents: { ec2: true } } } };
    const added = await declare(() => baselineProgram(inputs(off, [entry({ plan: "rds", regions: ["us-east-1"] })])));
    assert.equal(plan(added, "rds").status, "ENABLED");
    assert.equal(added.named("detector-member-plan-rds-us-west-2").inputs.status, "DISABLED");
    assert.equal(plan(added, "runtime").status, "DISABLED");
    const agents = await declare(() =>
      baselineProgram(inputs({ autoEnable: "ALL" }, [entry({ plan: "runtime", agents: ["eks"] })])),
    );
    assert.deepEqual(plan(agents, "runtime").additionalConfigurations, [
      { name: "EKS_ADDON_MANAGEMENT", status: "ENABLED" },
      { name: "ECS_FARGATE_AGENT_MANAGEMENT", status: "DISABLED" },
      { name: "EC2_AGENT_MANAGEMENT", status: "DISABLED" },
    ]);
    // What the organization keeps on for all of its members needs nobody to set it.
    assert.ok(!agents.resources.some(({ name }) => name.startsWith("detector-member-plan-rds-")));
    assert.deepEqual(complaints([entry({ plan: "s3", agents: ["ec2"] })]), ["0.agents: belong to the plan runtime"]);
    const rds = Extensions.parse([entry({ plan: "rds", regions: ["us-east-1"] })]);
    assert.match(
      refusals(rds, from({ notOffered: { "us-east-1": ["rds"] } }))[0]?.message ?? "",
      /features\.guardDuty\.notOffered/,
    );
    assert.match(refusals(rds, from({ enabled: false }))[0]?.message ?? "", /features\.guardDuty\.enabled is false/);
  });

  it("archive findings of named principals about the account's own resources only, on the organization's analyzer", async () => {
    const { named } = await deploy([archiveRule.example]);
    const { analyzerName, ruleName, filters } = named("extension-archive-rule-settlement-partner-us-east-1").inputs;
    assert.deepEqual(
      [analyzerName, ruleName],
      ["bulwark-organization", `bulwark-extension-${MEMBER}-settlement-partner`],
    );
    assert.deepEqual(filters, [
      { criteria: "isPublic", eqs: ["false"] },
      { criteria: "principal.AWS", eqs: ["444455556666"] },
      { criteria: "resourceOwnerAccount", eqs: [MEMBER] },
      { criteria: "resourceType", eqs: ["AWS::S3::Bucket"] },
    ]);
    for (const principal of ["*", "arn:aws:iam::444455556666:role/*", "partner"]) {
      assert.match(
        complaints([{ ...archiveRule.example, principals: [principal] }])[0] ?? "",
        /^0\.principals\.0: must be/,
      );
    }
    assert.match(complaints([{ type: "archiveRule", name: "all" }])[0] ?? "", /^0\.principals: /);
    const none = settings({ features: { accessAnalyzer: { enabled: false } } });
    assert.match(refusals([archiveRule.example], none)[0]?.message ?? "", /features\.accessAnalyzer\.enabled is false/);
    assert.throws(
      () => baselineInputs({ extensions: [archiveRule.example], admin: withoutAnalyzers }),
      /deploy it first/,
    );
  });

  it("associate documents that are permitted or the account's own, without what takes protection away", () => {
    const found = (entry: object) =>
      refusals(Extensions.parse([{ ...ssmAssociation.example, parameters: {}, ...entry }]), settings())
        // What it lacks is another matter.
        .filter(({ message }) => !message.startsWith("is missing"))
        .map(({ field }) => field);
    assert.deepEqual(found({ document: "team-rotate-logs" }), []);
    assert.deepEqual(found({ document: "AWS-UpdateSSMAgent" }), []);
    for (const document of ["AWS-RunShellScript", "AWS-DisableS3BucketPublicReadWrite", "rotate-logs"]) {
      assert.deepEqual(found({ document }), ["0.document"], document);
    }
    const uninstalling = { document: "AWS-ConfigureAWSPackage", parameters: { action: "Uninstall", name: "Agent" } };
    assert.deepEqual(found(uninstalling), ["0.parameters.action"]);
    assert.deepEqual(found({ parameters: { BaselineOverride: "s3://bucket/weak.json" } }), [
      "0.parameters.BaselineOverride",
    ]);
    for (const [document, parameter, value] of [
      ["AWS-RunPatchBaselineAssociation", "BaselineTags", "Key=lax,Value=yes"],
      ["AWS-UpdateSSMAgent", "allowDowngrade", "true"],
      ["AWS-ConfigureAWSPackage", "action", "{{ssm:/team/action}}"],
    ] as const) {
      assert.deepEqual(
        found({ document, parameters: { [parameter]: value } }),
        [`0.parameters.${parameter}`],
        document,
      );
    }
    assert.deepEqual(found({ document: "team-rotate-logs", parameters: { days: "{{ssm:/team/days}}" } }), []);
  });

  it("take remediations further, by the strictest of several, and are read in the security account", async () => {
    const entry = (name: string, mode: string) => ({ ...remediationPolicy.example, name, mode });
    const { named } = await deploy([entry("a", "ask"), entry("b", "automatic"), entry("c", "alert")]);
    const { inputs } = named("remediation-modes-us-east-1");
    assert.equal(inputs.name, `/bulwark/remediation-modes/${MEMBER}`);
    const told = AccountResponse.parse(JSON.parse(String(inputs.insecureValue)));
    assert.deepEqual(told, { remediations: { "s3-public-access-block": { atLeast: "automatic" } } });
    for (const mode of ["off", "observe"])
      assert.match(complaints([entry("a", mode)])[0] ?? "", /^0\.mode: must be one of/);
    fc.assert(
      fc.property(fc.constantFrom(...REMEDIATION_MODES), fc.constantFrom(...REMEDIATION_MODES), (own, organization) => {
        const both = [own, organization].map((mode) => REMEDIATION_MODES.indexOf(mode));
        assert.equal(REMEDIATION_MODES.indexOf(stricterMode(own, organization)), Math.max(...both));
      }),
    );
  });

  it("suppress findings of a control of the account, and turn round for those that still carry their note when they have ended", async () => {
    const rule = async (inputs: Record<string, unknown>) =>
      (await deploy([], inputs)).named("extension-suppression-public-website-us-east-1").inputs as {
        criteria: Record<string, unknown>;
        actions: { findingFieldsUpdate: { workflow: object; note: { text: string } } }[];
      };
    const { criteria, actions } = await rule({ extensions: [suppression.example] });
    assert.deepEqual(criteria.awsAccountIds, [{ comparison: "EQUALS", value: MEMBER }]);
    assert.deepEqual(criteria.complianceSecurityControlIds, [{ comparison: "EQUALS", value: "S3.8" }]);
    assert.deepEqual(criteria.resourceIds, [{ comparison: "EQUALS", value: "arn:aws:s3:::clearing-website" }]);
    assert.deepEqual(actions[0]?.findingFieldsUpdate.workflow, { status: "SUPPRESSED" });
    const undone = await rule({ endedExtensions: [suppression.example] });
    assert.deepEqual(undone.criteria.noteTexts, [
      { comparison: "EQUALS", value: actions[0]?.findingFieldsUpdate.note.text },
    ]);
    assert.deepEqual(undone.criteria.workflowStatuses, [{ comparison: "EQUALS", value: "SUPPRESSED" }]);
    assert.deepEqual(undone.criteria.awsAccountIds, criteria.awsAccountIds);
    assert.deepEqual(undone.actions[0]?.findingFieldsUpdate.workflow, { status: "NEW" });
    // The one that counts is in force where another of its name has ended.
    const renewed = {
      extensions: [suppression.example],
      endedExtensions: [{ ...suppression.example, control: "S3.1" }],
    };
    assert.deepEqual((await rule(renewed)).criteria, criteria);
  });

  it("switch a control off in the account's standards, and on again when they have ended; never what the organization decided", async () => {
    const name = "control-association-IAM.6-fsbp-1.0.0-us-west-2";
    const status = async (inputs: Record<string, unknown>) =>
      (await deploy([], inputs)).resources.find((one) => one.name === name)?.inputs.associationStatus;
    assert.equal(await status({ extensions: [exception.example] }), "DISABLED");
    assert.equal(await status({ endedExtensions: [exception.example] }), "ENABLED");
    assert.equal(await status({ extensions: [{ ...exception.example, regions: ["us-east-1"] }] }), undefined);
    const decided = { controlId: "IAM.6", standards: ["cis-5.0.0"], status: "ENABLED", reason: "Always" };
    const from = settings({ features: { securityHub: { disabledControls: [decided] } } });
    const { resources } = await declare(() =>
      baselineProgram(baselineInputs({ extensions: [exception.example] }, from)),
    );
    assert.ok(!resources.some((one) => one.name === name));
    assert.match(
      refusals([exception.example], from)[0]?.message ?? "",
      /features\.securityHub\.disabledControls names it/,
    );
    const policies = [{ name: "all", targets: [MEMBER] }];
    const central = settings({ features: { securityHub: { mode: "central", central: { policies } } } });
    assert.match(refusals([exception.example], central)[0]?.message ?? "", /features\.securityHub\.mode is central/);
    const elsewhere: Extension = { ...exception.example, standards: ["fsbp-1.0.0", "cis-3.0.0"] };
    assert.deepEqual(
      refusals([elsewhere], settings()).map(({ field }) => field),
      ["0.standards.1"],
    );
  });

  it("say something of remediations that the organization has, and of no others", () => {
    const of = (remediations: object, entry: object) =>
      refusals(
        Extensions.parse([{ ...remediationPolicy.example, ...entry }]),
        settings({ features: { remediations } }),
      );
    assert.deepEqual(of({}, {}), []);
    assert.match(
      of({ off: ["s3-public-access-block"] }, {})[0]?.message ?? "",
      /features\.remediations switches it off/,
    );
    assert.deepEqual(
      of({}, { remediation: "mind-reading" }).map(({ field }) => field),
      ["0.remediation"],
    );
    assert.deepEqual(
      refusals([remediationOff.example], settings({ features: { remediations: { enabled: false } } })).length,
      1,
    );
  });

  it("switch a remediation off until they expire, however strict the account is otherwise", async () => {
    const { named } = await deploy([remediationPolicy.example, remediationOff.example]);
    const modes = JSON.parse(String(named("remediation-modes-us-east-1").inputs.insecureValue));
    const own = { atLeast: "automatic", offUntil: "2030-01-15T00:00:00.000Z" } as const;
    assert.deepEqual(modes, { remediations: { "s3-public-access-block": own } });
    const [before, after] = [new Date("2030-01-14T00:00:00Z"), new Date("2030-01-15T00:00:00Z")];
    assert.equal(effectiveMode("ask", own, before), "off");
    assert.equal(effectiveMode("ask", own, after), "automatic");
    assert.equal(effectiveMode("ask", undefined, after), "ask");
  });

  it("say why they weaken and until when", () => {
    for (const { example, weakens } of Object.values<{ example: object; weakens?: true }>(EXTENSION_TYPES)) {
      if (weakens === undefined) continue;
      assert.match(complaints([{ ...example, reason: "no" }])[0] ?? "", /^0\.reason: must say why/);
      assert.match(complaints([{ ...example, expires: "soon" }])[0] ?? "", /^0\.expires: must be a time/);
    }
  });

  it("are what docs/extensions.md says: `make docs` writes it", () => {
    assert.equal(readFileSync(new URL("../../docs/extensions.md", import.meta.url), "utf8"), extensionsPage());
  });

  it("may be associated with hosts by schedules that AWS takes, at least 30 minutes apart", () => {
    const taken = ["rate(30 minutes)", "rate(1 hour)", "rate(7 days)", "cron(0 2 ? * SUN *)", "cron(0 0 2 ? * SUN *)"];
    const more = [
      "cron(0/30 * * * ? *)",
      "cron(0 0/30 * 1/1 * ? *)",
      "cron(0,30 * ? * * *)",
      "cron(15 10 ? * MON-FRI *)",
    ];
    for (const schedule of [...taken, ...more]) assert.ok(isAssociationSchedule(schedule), schedule);
    for (const schedule of [
      ...[
        "rate(5 minutes)",
        "rate(0 days)",
        "rate(1)",
        "cron(0/5 * * * ? *)",
        "cron(* * * * ? *)",
        "cron(0,10 * * * ? *)",
      ],
      ...["cron(0 2 * * SUN *)", "cron(0 2 ? * ? *)", "cron(0 2 ? * SUN)", "cron()", "at(2030-01-01T00:00:00)", ""],
    ]) {
      assert.ok(!isAssociationSchedule(schedule), schedule);
    }
  });

  it("are refused where a document would run nowhere for want of a parameter", () => {
    const entry = { ...ssmAssociation.example, parameters: { RebootOption: "NoReboot" } };
    const [refusal] = refusals(Extensions.parse([entry]), settings());
    assert.deepEqual([refusal?.field, refusal?.allowed], ["0.parameters.Operation", "a value of Operation"]);
  });
});
