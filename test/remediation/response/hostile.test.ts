import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import type { AnyRemediation, Finding } from "../../../remediation/remediation.ts";
import { readFinding } from "../../../remediation/response/finding.ts";

const ROOT = new URL("../../../remediation/", import.meta.url);
const ACCOUNT = "100000000001";
const OTHER = "999988887777";
/** In every hostile text, so that a reason that quotes one is seen. */
const MARK = "qZ7hostile";

async function remediations(): Promise<readonly AnyRemediation[]> {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter((one) => one.isDirectory());
  const files = folders.filter(({ name }) => readdirSync(new URL(name, ROOT)).includes("remediation.ts"));
  const modules = await Promise.all(files.map(({ name }) => import(new URL(`${name}/remediation.ts`, ROOT).href)));
  return modules.flatMap((module: object) =>
    Object.values(module).filter((one): one is AnyRemediation => typeof one?.targetsOf === "function"),
  );
}

/** ARNs of every kind that a remediation works on, of an account and where it is; what is the name may be hostile. */
const FORMS: readonly ((account: string, name: string) => readonly [string, string])[] = [
  (a, n) => ["AwsEc2Instance", `arn:aws:ec2:us-east-1:${a}:instance/${n}`],
  (a, n) => ["AwsEc2SecurityGroup", `arn:aws:ec2:us-east-1:${a}:security-group/${n}`],
  (a, n) => ["AwsEc2Volume", `arn:aws:ec2:us-east-1:${a}:volume/${n}`],
  (a, n) => ["AwsIamRole", `arn:aws:iam::${a}:role/${n}`],
  (a, n) => ["AwsIamUser", `arn:aws:iam::${a}:user/${n}`],
  (a, n) => ["AwsIamAccessKey", `arn:aws:iam::${a}:access-key/${n}`],
  (a, n) => ["AwsKmsKey", `arn:aws:kms:us-east-1:${a}:key/${n}`],
  (a, n) => ["AwsLambdaFunction", `arn:aws:lambda:us-east-1:${a}:function:${n}`],
  (a, n) => ["AwsRdsDbInstance", `arn:aws:rds:us-east-1:${a}:db:${n}`],
  (a, n) => ["AwsRdsDbSnapshot", `arn:aws:rds:us-east-1:${a}:snapshot:${n}`],
  (a, n) => ["AwsRdsDbClusterSnapshot", `arn:aws:rds:us-east-1:${a}:cluster-snapshot:${n}`],
  (a, n) => ["AwsSecretsManagerSecret", `arn:aws:secretsmanager:us-east-1:${a}:secret:${n}`],
  (a, n) => ["AwsSnsTopic", `arn:aws:sns:us-east-1:${a}:${n}`],
  (a, n) => ["AwsSqsQueue", `arn:aws:sqs:us-east-1:${a}:${n}`],
  (_, n) => ["AwsS3Bucket", `arn:aws:s3:::${n}`],
  (a) => ["AwsAccount", `AWS::::Account:${a}`],
];

const text = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom(
      "",
      "*",
      "../..",
      "\n",
      "\u2028",
      "__proto__",
      "{{7*7}}",
      "' OR 1=1",
      "i-0123456789abcdef0",
      "sg-0123456789abcdef0",
    ),
    fc.constantFrom(300, 5_000).map((length) => "A".repeat(length)),
  )
  .chain((one) => fc.constantFrom(one, `${MARK}${one}`, `${one}${MARK}`));
const junk = fc.oneof(
  text,
  fc.constantFrom(null, true, -1, 0.5, 1e308, [], {}, [[]], { constructor: 1 }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.dictionary(text, text, { maxKeys: 4 }),
  fc.array(text, { maxLength: 4 }),
);
/** A name of a form that some remediation takes, or a hostile one. */
const name = fc.oneof(
  text,
  fc.constantFrom(
    "i-0123456789abcdef0",
    "sg-0123456789abcdef0",
    "vol-0123456789abcdef0",
    "ledger",
    "AKIAIOSFODNN7EXAMPLE",
  ),
  fc.constantFrom("12345678-1234-1234-1234-123456789012", "ledger-Ab12Cd"),
);
const resource = fc
  .record({
    form: fc.constantFrom(...FORMS),
    account: fc.constantFrom(ACCOUNT, OTHER),
    name,
    details: fc.option(fc.oneof(junk, detailsOf()), { nil: undefined }),
  })
  .map(({ form, account, name: of, details }) => {
    const [Type, Id] = form(account, of);
    return { Type, Id, ...(details === undefined ? {} : { Details: details }) };
  });

/** What GuardDuty and others tell of credentials, of another account's and of no sense. */
function detailsOf() {
  const account = fc.constantFrom(ACCOUNT, OTHER);
  return fc.record({
    AwsIamAccessKey: fc.record(
      {
        PrincipalId: text,
        PrincipalName: name,
        PrincipalType: fc.constantFrom("IAMUser", "AssumedRole"),
        AccountId: account,
        UserName: name,
      },
      { requiredKeys: [] },
    ),
    AwsEc2SecurityGroup: fc.record({ OwnerId: account, GroupId: name }),
  });
}

const TYPES = [
  "TTPs/Policy:S3-AccountBlockPublicAccessDisabled",
  "TTPs/UnauthorizedAccess:EC2-MetadataDNSRebind",
  "Effects/Data Exposure/External Access Granted",
];
const asff = fc.record({
  Id: fc.constant("finding-1"),
  ProductArn: fc.constant("arn:aws:securityhub:us-east-1::product/aws/securityhub"),
  GeneratorId: fc.constant("security-control/EC2.13"),
  AwsAccountId: fc.constant(ACCOUNT),
  Region: fc.constant("us-east-1"),
  Types: fc.oneof(fc.constant([]), fc.array(fc.oneof(fc.constantFrom(...TYPES), text), { maxLength: 3 })),
  UpdatedAt: fc.constant("2026-11-23T12:00:00Z"),
  Severity: fc.constant({ Label: "HIGH" }),
  Title: text,
  Resources: fc.array(resource, { minLength: 1, maxLength: 6 }),
  Compliance: fc.record({ SecurityControlId: fc.constantFrom("EC2.13", "EC2.2", "Lambda.1", "toString") }),
  Workflow: fc.constant({ Status: "NEW" }),
  RecordState: fc.constant("ACTIVE"),
});

/** A finding some fields of which are missing or anything at all, as they may stand anywhere in it. */
const damaged = fc
  .tuple(asff, fc.array(fc.tuple(fc.nat(), fc.option(junk, { nil: undefined })), { maxLength: 2 }))
  .map(([whole, damages]) => {
    const copy = structuredClone(whole) as unknown as Record<string, unknown>;
    for (const [seed, value] of damages) {
      const places = placesOf(copy);
      const [holder, key] = places[seed % places.length] ?? [copy, "Id"];
      if (value === undefined) delete holder[key];
      else holder[key] = value;
    }
    return copy;
  });

function placesOf(value: unknown): (readonly [Record<string, unknown>, string])[] {
  if (typeof value !== "object" || value === null) return [];
  const fields = value as Record<string, unknown>;
  return Object.keys(fields).flatMap((key) => [[fields, key] as const, ...placesOf(fields[key])]);
}

const event = (finding: unknown, more: object = {}) => ({
  ...{ source: "aws.securityhub", "detail-type": "Security Hub Findings - Imported" },
  ...{ account: ACCOUNT, region: "us-east-1", time: "2026-11-23T12:00:00Z", resources: [] },
  detail: { findings: [finding] },
  ...more,
});

/** Every account that a target names, wherever in it. */
const accountsIn = (target: unknown): readonly string[] => JSON.stringify(target).match(/(?<!\d)\d{12}(?!\d)/g) ?? [];

describe("a hostile finding", () => {
  let all: readonly AnyRemediation[];
  before(async () => {
    all = await remediations();
    assert.ok(all.length >= 19, `${all.length} remediations`);
  });

  const targets = (finding: Finding) => all.flatMap((one) => one.targetsOf(finding).map((target) => ({ one, target })));

  it("breaks nothing, and brings nobody to another account than its own", () => {
    let [read, aimed] = [0, 0];
    fc.assert(
      fc.property(damaged, (finding) => {
        const answer = readFinding(JSON.stringify(event(finding)));
        if (answer.kind === "wrong") {
          assert.ok(answer.reason.length > 0 && answer.reason.length <= 500);
          assert.ok(!answer.reason.includes(MARK), `quotes the message: ${answer.reason}`);
          return;
        }
        read += 1;
        const own = answer.finding.AwsAccountId;
        for (const { one, target } of targets(answer.finding)) {
          aimed += 1;
          assert.equal((target as { accountId?: unknown }).accountId, own, one.manifest.name);
          assert.ok(!accountsIn(target).includes(OTHER), `${one.manifest.name}: ${JSON.stringify(target)}`);
          assert.equal(typeof one.told(target), "string");
        }
      }),
      { numRuns: 1500 },
    );
    assert.ok(read > 100 && aimed > 100, `only ${read} were read and ${aimed} targets found: this proves nothing`);
  });

  it("may be any text or any event, however large: the reason says why and quotes nothing", () => {
    const bodies = fc.oneof(
      text,
      junk.map((one) => JSON.stringify(one)),
      junk.map((one) => JSON.stringify(event(one))),
      fc
        .dictionary(fc.constantFrom("source", "detail-type", "account", "time", "detail", MARK), junk)
        .map((more) => JSON.stringify(event({}, more))),
    );
    const isWrong = (body: string) => {
      const answer = readFinding(body);
      assert.ok(answer.kind === "wrong", body.slice(0, 200));
      assert.ok(answer.reason.length > 0 && answer.reason.length <= 500);
      assert.ok(!answer.reason.includes(MARK), answer.reason);
    };
    fc.assert(fc.property(bodies, isWrong));
    isWrong(`"${MARK.repeat(150_000)}"`);
    isWrong(`${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    isWrong(JSON.stringify(event({ Resources: Array.from({ length: 5_000 }, () => ({ Type: MARK, Id: MARK })) })));
  });
});
