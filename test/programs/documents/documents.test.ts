import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import fc from "fast-check";
import { commandDocument, type SsmDocument } from "../../../programs/documents/document.ts";
import { hostPermissions } from "../../../programs/documents/host-permissions.ts";
import { accepts, matching, unsafe } from "../../../programs/documents/parameter.ts";
import { patchNowDocument } from "../../../programs/documents/patch-now/document.ts";
import { sensitiveInformationScanDocument } from "../../../programs/documents/sensitive-information-scan/document.ts";
import { virusScanDocument } from "../../../programs/documents/virus-scan/document.ts";
import { malwareScanRunbook } from "../../../programs/documents/virus-scan/runbook.ts";
import { contentOf, python, REPORTS, scriptOf } from "./host.ts";

const SIGNATURES = { bucket: "bulwark-signatures", prefix: "clamav" };
const DOCUMENTS: readonly SsmDocument[] = [
  virusScanDocument(REPORTS, SIGNATURES),
  sensitiveInformationScanDocument(REPORTS),
  patchNowDocument(REPORTS),
];

/** What would make a shell, or Systems Manager itself, do something else than the script says. */
const HOSTILE = [
  "'; id; '",
  "$(id)",
  "`id`",
  "a'b",
  'a"b',
  "a\nid",
  "a\\",
  "$" + "{IFS}id",
  "a;id",
  "a|id",
  "a&id",
  "a>b",
  "a b",
  "a*",
  "{{ ssm:secret }}",
  "{{ReportBucket}}",
  "a\0b",
  "é",
  "-x'",
  "BULWARK_END_OF_FILE\nid",
  "../../etc'",
];

describe("SSM documents for hosts", () => {
  for (const document of DOCUMENTS) {
    const { parameters, mainSteps, schemaVersion } = contentOf(document);

    describe(document.name, () => {
      it("is a Command document of schema 2.2 with a name and a size that Systems Manager takes", () => {
        assert.deepEqual([document.documentType, document.documentFormat, schemaVersion], ["Command", "JSON", "2.2"]);
        assert.match(document.name, /^(?!aws|amazon|amzn)[a-zA-Z0-9_.-]{3,128}$/i);
        assert.ok(Buffer.byteLength(document.content) <= 56 * 1024);
        const names = mainSteps.map((step) => step.name);
        assert.equal(new Set(names).size, names.length);
        for (const step of mainSteps) {
          assert.ok(step.precondition !== undefined, step.name);
          const seconds = Number(step.inputs.timeoutSeconds ?? 3600);
          assert.ok(seconds >= 5 && seconds <= 172_800, step.name);
        }
      });

      it("refuses every hostile value of every parameter", () => {
        for (const [name, parameter] of Object.entries(parameters)) {
          assert.equal(unsafe(parameter), undefined, name);
          for (const value of HOSTILE) assert.ok(!accepts(parameter, value), `${name} takes ${inspect(value)}`);
        }
      });

      it("has no pattern at which the agent's Go would give up", () => {
        for (const [name, { allowedPattern = "" }] of Object.entries(parameters)) {
          const counts = [...allowedPattern.matchAll(/\d+(?=,?\d*\})/g)].map(([count]) => Number(count));
          assert.ok(Math.max(0, ...counts) <= 1000, `${name}: ${allowedPattern}`);
        }
        for (const wrong of ["^a{0,1001}$", "^a{1001}$", "^a{1001,}$", "^(?!b)a$", "^(a)\\1$"]) {
          assert.match(unsafe(matching("Any", wrong)) ?? "", /the SSM agent can't compile/, wrong);
        }
        assert.equal(unsafe(matching("Any", "^(?:a|b){0,1000}$")), undefined);
      });

      it("uses each parameter, and hands over what a parameter takes as it is", () => {
        const step = mainSteps.find((each) => each.action === "aws:runShellScript")?.name ?? "";
        const names = Object.keys(parameters);
        const text = JSON.stringify(mainSteps);
        for (const name of names) assert.ok(text.includes(`{{ ${name} }}`), name);
        const values = names.map((name) => {
          const { allowedPattern, allowedValues } = parameters[name] ?? {};
          if (allowedValues !== undefined) return fc.constantFrom(...allowedValues);
          return fc.stringMatching(new RegExp(allowedPattern ?? "^$"));
        });
        for (const chosen of fc.sample(fc.tuple(...values), 5)) {
          const given = Object.fromEntries(names.map((name, index) => [name, chosen[index] ?? ""]));
          const script = scriptOf(document, step, given);
          // Only what comes before the first file is run: the settings.
          const settings = script.split("\n").filter((line) => line.startsWith("export BULWARK_"));
          const shown = spawnSync("/bin/bash", ["-c", `${settings.join("\n")}\nenv -0`], { encoding: "utf8", env: {} });
          const found = new Map(
            shown.stdout.split("\0").map((each) => [each.split("=")[0], each.slice(each.indexOf("=") + 1)]),
          );
          for (const name of names) {
            const variable = `BULWARK_${name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase()}`;
            assert.equal(found.get(variable), given[name], variable);
          }
        }
      });

      it("holds scripts that bash can read", () => {
        for (const step of mainSteps.filter((each) => each.action === "aws:runShellScript")) {
          const script = scriptOf(document, step.name, {});
          assert.ok(script.startsWith("#!/bin/bash\n"));
          const checked = spawnSync("/bin/bash", ["-n"], { input: script, encoding: "utf8" });
          assert.deepEqual([checked.status, checked.stderr], [0, ""]);
        }
      });

      it("tells what becomes of Windows", () => {
        const windows = mainSteps.filter((each) => each.action === "aws:runPowerShellScript");
        assert.equal(windows.length, 1);
        const [say, exit, ...others] = windows[0]?.inputs.runCommand ?? [];
        assert.match(say ?? "", /^Write-Output 'Bulwark: [^']* does not (scan|patch|support) Windows\. [^']*'$/);
        assert.deepEqual([exit, others], ["exit 20", []]);
      });
    });
  }

  it("can't be made with defaults that the documents would refuse", () => {
    assert.throws(
      () => virusScanDocument({ ...REPORTS, bucket: "x'; id" }, SIGNATURES),
      /^Error: SSM document Bulwark-VirusScan: parameter ReportBucket has the default "x'; id", which it refuses$/,
    );
    assert.throws(() => sensitiveInformationScanDocument({ ...REPORTS, bucketOwner: "1" }), /ReportBucketOwner/);
    assert.throws(
      () => commandDocument("X", "", { Open: { type: "String", description: "" } }, []),
      /parameter Open is not restricted/,
    );
    assert.throws(() => commandDocument("X", "", { Open: matching("", "[a-z]+") }, []), /not anchored on both sides/);
    assert.throws(() => commandDocument("X", "x".repeat(60_000), {}, []), /more than the 57344 allowed/);
  });

  it("hold Python that 3.6 can read, the oldest that is on a supported host", () => {
    const root = join(import.meta.dirname, "../../../programs/documents");
    const files = globSync("**/*.py", { cwd: root });
    assert.ok(files.length >= 10);
    const wrong = python<string[]>(
      [],
      `
import ast
wrong = []
for name, text in input:
    try:
        ast.parse(text, name, feature_version=(3, 6))
    except SyntaxError as error:
        wrong.append(str(error))
print(json.dumps(wrong))`,
      files.map((name) => [name, readFileSync(join(root, name), "utf8")]),
    );
    assert.deepEqual(wrong, []);
  });

  it("need of the instance profile no more than their own account's findings and folder", () => {
    const place = { partition: "aws-us-gov", accountId: "100000000001" } as const;
    assert.deepEqual(
      hostPermissions(place, { ...REPORTS, prefix: "" }, { bucket: "signatures" }).map((each) => [
        each.Action,
        each.Resource,
      ]),
      [
        [
          ["securityhub:BatchImportFindings"],
          ["arn:aws-us-gov:securityhub:*:100000000001:product/100000000001/default"],
        ],
        [["s3:PutObject"], ["arn:aws-us-gov:s3:::bulwark-reports/100000000001/*"]],
        [["s3:ListBucket"], ["arn:aws-us-gov:s3:::signatures"]],
        [["s3:GetObject"], ["arn:aws-us-gov:s3:::signatures/*"]],
      ],
    );
    assert.equal(hostPermissions(place, REPORTS).length, 2);
    const [, , encrypting] = hostPermissions(place, REPORTS, undefined, "arn:aws-us-gov:kms:us-gov-west-1:1:key/*");
    assert.deepEqual(
      [encrypting?.Action, encrypting?.Resource],
      [["kms:GenerateDataKey"], ["arn:aws-us-gov:kms:us-gov-west-1:1:key/*"]],
    );
  });
});

interface AutomationStep {
  readonly name: string;
  readonly action: string;
  readonly onFailure?: string;
  readonly isEnd?: boolean;
  readonly inputs: Readonly<Record<string, unknown>> & {
    readonly Choices?: readonly { readonly NextStep: string }[];
    readonly Default?: string;
  };
}

describe("The runbook that scans for malware", () => {
  const document = malwareScanRunbook();
  const content = JSON.parse(document.content) as {
    schemaVersion: string;
    parameters: Record<string, { allowedPattern?: string }>;
    mainSteps: AutomationStep[];
  };
  const steps = content.mainSteps;

  it("scans on the host whenever GuardDuty can't be asked, refuses, skips, fails or takes too long", () => {
    assert.deepEqual([document.documentType, content.schemaVersion], ["Automation", "0.3"]);
    const asking = steps.filter((step) => ["findDetector", "startScan", "awaitScan", "readScan"].includes(step.name));
    assert.deepEqual(
      asking.map((step) => step.onFailure),
      Array(4).fill("step:scanOnHost"),
    );
    const choice = steps.find((step) => step.action === "aws:branch");
    assert.equal(choice?.inputs.Default, "scanOnHost");
    const host = steps.find((step) => step.name === "scanOnHost");
    assert.equal(host?.inputs.DocumentName, virusScanDocument(REPORTS, SIGNATURES).name);
    assert.equal(host?.isEnd, true);
  });

  it("goes only to steps that exist, and uses only outputs of earlier ones", () => {
    const names = steps.map((step) => step.name);
    const targets = steps.flatMap((step) => [
      step.onFailure?.replace("step:", ""),
      step.inputs.Default,
      ...(step.inputs.Choices ?? []).map((choice) => choice.NextStep),
    ]);
    for (const target of targets) assert.ok(target === undefined || names.includes(target), target);
    for (const [index, step] of steps.entries()) {
      for (const [, used] of JSON.stringify(step).matchAll(/\{\{ (\w+)\.\w+ \}\}/g)) {
        assert.ok(names.indexOf(used ?? "") < index && names.includes(used ?? ""), `${step.name} uses ${used}`);
      }
    }
  });

  it("calls GuardDuty with what its API takes", () => {
    const calls = steps.filter((step) => step.inputs.Service === "guardduty");
    assert.equal(calls.length, 5);
    const wrong = python<string[]>(
      [],
      `
import botocore.session, botocore.validate, re
wrong = []
model = botocore.session.get_session().get_service_model("guardduty")
for inputs in input:
    known = ("Service", "Api", "PropertySelector", "DesiredValues")
    report = botocore.validate.ParamValidator().validate(
        {key: value for key, value in inputs.items() if key not in known},
        model.operation_model(inputs["Api"]).input_shape,
    )
    if report.has_errors():
        wrong.append(report.generate_report())
    if "ResourceArn" in inputs:
        arn = re.sub("{{[^}]*}}", "x", inputs["ResourceArn"])
        if not re.match("^arn:[^:]+:ec2:[^:]+:[^:]+:instance/", arn):
            wrong.append(arn)
print(json.dumps(wrong))`,
      calls.map((step) => step.inputs),
    );
    assert.deepEqual(wrong, []);
  });

  it("takes an instance's id and nothing else", () => {
    const pattern = new RegExp(content.parameters.InstanceId?.allowedPattern ?? "^$");
    assert.ok(pattern.test("i-0123456789abcdef0") && pattern.test("i-01234567"));
    for (const value of [...HOSTILE, "mi-0123456789abcdef0", "i-0123456789abcdef0,i-2"])
      assert.ok(!pattern.test(value));
  });
});
