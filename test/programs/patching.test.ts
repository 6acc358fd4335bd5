import assert from "node:assert/strict";
import { decideAdoptions } from "../../programs/baseline/adoption.ts";
import { baselineProgram } from "../../programs/baseline/program.ts";
import { memberDeploymentRole } from "../../programs/bootstrap/roles.ts";
import { FeatureSettings } from "../../programs/feature-settings.ts";
import { type Declaration, declare, upstreamOf } from "./declared.ts";
import { baselineInputs, MEMBER, settings } from "./samples.ts";

const RULE = { filters: { CLASSIFICATION: ["Security"], SEVERITY: ["Critical"] }, complianceLevel: "CRITICAL" };
const LINUX = { name: "linux", operatingSystem: "AMAZON_LINUX_2023", rules: [RULE], patchGroups: ["web"] };
const SUNDAY = { name: "sunday", schedule: "cron(0 3 ? * SUN *)" };

const choosing = (patching: object, more: Record<string, unknown> = {}) =>
  baselineInputs(more, settings({ ...more, features: { systemsManager: { patching } } }));
const declared = (inputs = baselineInputs()): Promise<Declaration> => declare(() => baselineProgram(inputs), "test");
const patchingOf = ({ resources }: Declaration): string[] =>
  resources
    .map(({ name }) => name)
    .filter((name) => /^(patch-(baseline|group|window)|default-patch|patching)/.test(name))
    .sort();
const problems = (patching: object) =>
  FeatureSettings.safeParse({ systemsManager: { patching } }).error?.issues.map(({ path }) => path.slice(2).join("."));

describe("the patch policy", () => {
  it("leaves everything to AWS's baselines, and installs nothing, until the settings say otherwise", async () => {
    assert.deepEqual(patchingOf(await declared()), []);
    const off = { enabled: false, baselines: [LINUX], windows: [SUNDAY] };
    assert.deepEqual(patchingOf(await declared(choosing(off))), []);
  });

  it("makes a baseline in every region, as the default of its operating system and for its groups", async () => {
    const made = await declared(choosing({ baselines: [LINUX] }));
    assert.deepEqual(
      patchingOf(made),
      ["default-patch-baseline-AMAZON_LINUX_2023", "patch-baseline-linux", "patch-group-linux-web"].flatMap((name) =>
        ["us-east-1", "us-west-2"].map((region) => `${name}-${region}`),
      ),
    );
    const { tags, description, ...inputs } = made.named("patch-baseline-linux-us-west-2").inputs;
    assert.deepEqual(inputs, {
      region: "us-west-2",
      name: "bulwark-linux",
      operatingSystem: "AMAZON_LINUX_2023",
      approvalRules: [
        {
          approveAfterDays: 7,
          complianceLevel: "CRITICAL",
          enableNonSecurity: false,
          patchFilters: [
            { key: "CLASSIFICATION", values: ["Security"] },
            { key: "SEVERITY", values: ["Critical"] },
          ],
        },
      ],
      rejectedPatches: [],
    });
    assert.deepEqual(tags, {
      ManagedBy: "Bulwark",
      BulwarkResource: `account-${MEMBER}/patch-baseline-linux-us-west-2`,
    });
    assert.deepEqual(made.named("default-patch-baseline-AMAZON_LINUX_2023-us-west-2").inputs, {
      region: "us-west-2",
      baselineId: "patch-baseline-linux-us-west-2-id",
      operatingSystem: "AMAZON_LINUX_2023",
    });
  });

  it("installs in a window: its hosts by a tag, AWS's document, a role with AWS's policy", async () => {
    const made = await declared(choosing({ windows: [{ ...SUNDAY, timezone: "Europe/Berlin", reboot: "NoReboot" }] }));
    assert.equal(patchingOf(made).length, 2 + 2 * 3);
    const { tags, description, ...window } = made.named("patch-window-sunday-us-west-2").inputs;
    assert.deepEqual(window, {
      region: "us-west-2",
      name: "bulwark-sunday",
      schedule: "cron(0 3 ? * SUN *)",
      scheduleTimezone: "Europe/Berlin",
      duration: 4,
      cutoff: 1,
    });
    assert.deepEqual(made.named("patch-window-hosts-sunday-us-west-2").inputs.targets, [
      { key: "tag:PatchWindow", values: ["sunday"] },
    ]);
    const task = made.named("patch-window-task-sunday-us-west-2");
    assert.deepEqual(task.inputs, {
      region: "us-west-2",
      windowId: "patch-window-sunday-us-west-2-id",
      name: "bulwark-sunday",
      taskType: "RUN_COMMAND",
      taskArn: "AWS-RunPatchBaseline",
      targets: [{ key: "WindowTargetIds", values: ["patch-window-hosts-sunday-us-west-2-id"] }],
      serviceRoleArn: `arn:aws:iam::${MEMBER}:role/BulwarkPatching`,
      priority: 1,
      maxConcurrency: "10%",
      maxErrors: "10%",
      cutoffBehavior: "CONTINUE_TASK",
      taskInvocationParameters: {
        runCommandParameters: {
          comment: "Patches of the host's baseline",
          parameters: [
            { name: "Operation", values: ["Install"] },
            { name: "RebootOption", values: ["NoReboot"] },
          ],
          timeoutSeconds: 600,
        },
      },
    });
    assert.ok(upstreamOf(made, task.name).has("patching-policy"));
    assert.equal(
      made.named("patching-policy").inputs.policyArn,
      "arn:aws:iam::aws:policy/service-role/AmazonSSMMaintenanceWindowRole",
    );
  });

  it("gives a window to the accounts and environments that it names", async () => {
    const windows = [
      { ...SUNDAY, name: "dev", environments: ["dev"] },
      { ...SUNDAY, name: "prod", environments: ["prod"] },
      { ...SUNDAY, name: "own", accounts: [MEMBER] },
    ];
    const inputs = (environment?: string) =>
      baselineInputs(
        environment === undefined ? {} : { environment },
        settings({ features: { systemsManager: { patching: { windows } } } }),
      );
    const windowsOf = async (environment?: string) =>
      patchingOf(await declared(inputs(environment))).filter((name) =>
        /^patch-window-(dev|prod|own)-us-east/.test(name),
      );
    assert.deepEqual(await windowsOf("prod"), ["patch-window-own-us-east-1", "patch-window-prod-us-east-1"]);
    assert.deepEqual(await windowsOf(), ["patch-window-own-us-east-1"]);
  });

  it("lets the deployment role say what windows run only where there are windows", () => {
    const actionsOf = (patching: object) =>
      Object.values(memberDeploymentRole(settings({ features: { systemsManager: { patching } } })).policies).flatMap(
        ({ Statement }) => Statement.flatMap(({ Action }) => Action ?? []),
      );
    assert.ok(!actionsOf({}).includes("ssm:RegisterTaskWithMaintenanceWindow"));
    assert.ok(actionsOf({ windows: [SUNDAY] }).includes("ssm:RegisterTaskWithMaintenanceWindow"));
  });

  for (const [partition, region] of [
    ["aws-us-gov", "us-gov-west-1"],
    ["aws-cn", "cn-north-1"],
  ] as const) {
    it(`has ARNs of ${partition} there`, async () => {
      const place = { partition, homeRegion: region, regions: [region] };
      const made = await declared(choosing({ baselines: [LINUX], windows: [SUNDAY] }, place));
      const inputs = made.resources.filter(({ name }) => /^patch/.test(name)).map((each) => each.inputs);
      assert.deepEqual([...new Set(JSON.stringify(inputs).match(/arn:aws[a-z-]*:/g))], [`arn:${partition}:`]);
    });
  }

  it("leaves the default baseline that an account has of its own, and makes the rest", async () => {
    const inputs = choosing({ baselines: [LINUX] });
    const found = {
      accountId: MEMBER,
      serviceLinkedRoles: [],
      regions: {
        "us-west-2": {
          ebsEncryptionByDefault: false,
          hosts: { defaultPatchBaselines: { AMAZON_LINUX_2023: "pb-0123456789abcdef0", WINDOWS: "pb-1" } },
        },
      },
    };
    const adoptions = decideAdoptions(found, inputs);
    assert.deepEqual(
      adoptions.map(({ name, decision, before }) => [name, decision, before.baselineId]),
      [["default-patch-baseline-AMAZON_LINUX_2023-us-west-2", "leave", "pb-0123456789abcdef0"]],
    );
    assert.deepEqual(decideAdoptions(found, choosing({})), []);
    const names = patchingOf(await declared({ ...inputs, adoptions }));
    assert.ok(!names.includes("default-patch-baseline-AMAZON_LINUX_2023-us-west-2"));
    for (const name of ["default-patch-baseline-AMAZON_LINUX_2023-us-east-1", "patch-baseline-linux-us-west-2"])
      assert.ok(names.includes(name), name);
  });

  it("is refused by the path of the field where AWS would refuse it", () => {
    const baseline = (change: object) => problems({ baselines: [{ ...LINUX, ...change }] });
    assert.deepEqual(baseline({ operatingSystem: "BEOS" }), ["baselines.0.operatingSystem"]);
    assert.deepEqual(baseline({ rules: [] }), ["baselines.0.rules"]);
    assert.deepEqual(baseline({ rules: [{ filters: { PRIORITY: ["Required"] } }] }), [
      "baselines.0.rules.0.filters.PRIORITY",
    ]);
    assert.deepEqual(
      baseline({ operatingSystem: "UBUNTU", rules: [{ filters: { PRIORITY: ["Required"] }, approveAfterDays: 3 }] }),
      ["baselines.0.rules.0.approveAfterDays"],
    );
    assert.deepEqual(
      baseline({ operatingSystem: "WINDOWS", rules: [{ filters: { PRODUCT: ["*"] }, enableNonSecurity: true }] }),
      ["baselines.0.rules.0.enableNonSecurity"],
    );
    assert.deepEqual(problems({ baselines: [LINUX, { ...LINUX, name: "other", patchGroups: ["web"] }] }), [
      "baselines.1.default",
      "baselines.1.patchGroups.0",
    ]);
    assert.deepEqual(problems({ windows: [{ ...SUNDAY, schedule: "sundays" }] }), ["windows.0.schedule"]);
    assert.deepEqual(problems({ windows: [{ ...SUNDAY, hours: 2, cutoffHours: 2 }] }), ["windows.0.cutoffHours"]);
    assert.deepEqual(problems({ windows: [SUNDAY, SUNDAY] }), ["windows.1.name"]);
    assert.deepEqual(problems({ windows: [{ ...SUNDAY, accounts: ["12"] }] }), ["windows.0.accounts.0"]);
  });
});
