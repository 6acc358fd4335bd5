import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";

/** What a storm is made of. */
export interface Weather {
  /** Findings in all, repeated ones among them. */
  readonly count: number;
  readonly accounts: readonly string[];
  readonly region: string;
  /** ISO 8601; when they were found. */
  readonly at: string;
  /** Of buckets and findings: those of another storm are others. */
  readonly name: string;
}

/** What ten findings of an account are: four can be answered, three are for people, three are only counted. */
const OF_TEN = ["bucket", "bucket", "bucket", "bucket", "alarm", "alarm", "alarm", "count", "count", "count"] as const;
/** Controls of buckets, all answered by one remediation. */
const CONTROLS = ["S3.2", "S3.3", "S3.8"] as const;
/** One in so many was told before. */
const REPEATED = 4;

/** The bucket of a finding that can be answered. */
export const bucketOf = (name: string, number: number) => `${name}-bucket-${number}`;

/**
 * Findings of a storm in an order that is always the same and looks like none: several accounts, controls and severities, of which each fourth finding
 * repeats one of the others word for word. Pure.
 */
export function storm({ count, ...of }: Weather): readonly AwsSecurityFinding[] {
  const distinct = Math.ceil((count * (REPEATED - 1)) / REPEATED);
  const found = Array.from({ length: count }, (_, index) =>
    stormFinding(of, index < distinct ? index : (index * 7919) % distinct),
  );
  return shuffled(found);
}

/** What a finding is to the response: it can be answered, is for people, or is only counted. */
export type Kind = (typeof OF_TEN)[number];

/** One of them: in its turn of what a storm has, or of a kind. Pure. */
export function stormFinding(
  { accounts, region, at, name }: Omit<Weather, "count">,
  number: number,
  kind: Kind = OF_TEN[Math.floor(number / accounts.length) % OF_TEN.length] ?? "count",
): AwsSecurityFinding {
  const account = accounts[number % accounts.length] ?? "";
  const isBucket = kind === "bucket";
  const control = isBucket ? (CONTROLS[number % CONTROLS.length] ?? "S3.8") : "Lambda.2";
  const isEven = number % 2 === 0;
  const few = isEven ? "LOW" : "MEDIUM";
  const bucket = { Type: "AwsS3Bucket", Id: `arn:aws:s3:::${bucketOf(name, number)}`, Region: region };
  const lambda = `arn:aws:lambda:${region}:${account}:function:${name}-${number}`;
  return {
    SchemaVersion: "2018-10-08",
    Id: `${name}-${number}`,
    ProductArn: `arn:aws:securityhub:${region}:${account}:product/${account}/default`,
    GeneratorId: control,
    AwsAccountId: account,
    Region: region,
    Types: ["Software and Configuration Checks/AWS Security Best Practices"],
    ...{ CreatedAt: at, UpdatedAt: at },
    Severity: { Label: kind === "count" ? few : isEven ? "HIGH" : "CRITICAL" },
    Title: `${control} fails: ${name}-${number}.`,
    Description: "A resource is not as the control asks.",
    Resources: [isBucket ? bucket : { Type: "AwsLambdaFunction", Id: lambda, Region: region }],
    Compliance: { Status: "FAILED", SecurityControlId: control },
    Workflow: { Status: "NEW" },
    RecordState: "ACTIVE",
  };
}

/** The event of EventBridge with a finding, as the queue of the responses gets it. */
export function eventOf(finding: AwsSecurityFinding, account: string): string {
  return JSON.stringify({
    ...{ version: "0", id: "1a1111a1-b22b-3c33-444d-5555e5ee5555" },
    ...{ "detail-type": "Security Hub Findings - Imported", source: "aws.securityhub", account },
    ...{ time: finding.UpdatedAt, region: finding.Region, resources: [`${finding.ProductArn}/${finding.Id}`] },
    detail: { findings: [finding] },
  });
}

/** Fisher and Yates' shuffle by a generator of its own, so that a run can be repeated. */
function shuffled<One>(all: readonly One[]): readonly One[] {
  const mixed = [...all];
  let seed = 20_000;
  for (let last = mixed.length - 1; last > 0; last--) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    const other = Math.floor((seed / 2 ** 31) * (last + 1));
    const kept = mixed[last];
    mixed[last] = mixed[other] as One;
    mixed[other] = kept as One;
  }
  return mixed;
}
