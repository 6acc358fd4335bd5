import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";

/** A rule of the AWS Security Finding Format on one attribute. `path` uses a dot into structures and steps into each item of a list. */
interface Rule {
  readonly path: string;
  readonly required?: true;
  /** Most characters of a string, or most items of a list. */
  readonly most?: number;
  readonly least?: number;
  readonly values?: readonly string[];
  readonly pattern?: RegExp;
  /** Inclusive range of a number. */
  readonly range?: readonly [number, number];
  /** Most characters of a value of a map; its keys have at most 128. */
  readonly valueMost?: number;
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})$/;
const labels = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

/**
 * Lengths and value sets from the documentation of ASFF and of `BatchImportFindings`. The service model says less: it
 * knows neither lengths nor which strings are times.
 */
const rules: readonly Rule[] = [
  { path: "SchemaVersion", required: true, values: ["2018-10-08"] },
  { path: "Id", required: true, least: 1, most: 512 },
  { path: "ProductArn", required: true, least: 12, most: 2048 },
  { path: "GeneratorId", required: true, least: 1, most: 512 },
  { path: "AwsAccountId", required: true, pattern: /^\d{12}$/ },
  { path: "CreatedAt", required: true, pattern: instant },
  { path: "UpdatedAt", required: true, pattern: instant },
  { path: "FirstObservedAt", pattern: instant },
  { path: "LastObservedAt", pattern: instant },
  { path: "Title", required: true, least: 1, most: 256 },
  { path: "Description", required: true, least: 1, most: 1024 },
  { path: "Types", most: 50 },
  { path: "Severity.Label", values: labels },
  { path: "Severity.Normalized", range: [0, 100] },
  { path: "FindingProviderFields.Severity.Label", values: labels },
  { path: "FindingProviderFields.Types", most: 50 },
  { path: "FindingProviderFields.Confidence", range: [0, 100] },
  { path: "FindingProviderFields.Criticality", range: [0, 100] },
  { path: "Confidence", range: [0, 100] },
  { path: "Criticality", range: [0, 100] },
  { path: "Resources", required: true, least: 1, most: 32 },
  { path: "Resources.Type", required: true, least: 1, most: 256 },
  { path: "Resources.Id", required: true, least: 1, most: 512 },
  { path: "Remediation.Recommendation.Text", least: 1, most: 512 },
  { path: "ProductFields", most: 50, valueMost: 2048 },
  { path: "UserDefinedFields", most: 50, valueMost: 1024 },
  { path: "Malware", most: 5 },
  { path: "Threats", most: 32 },
  { path: "ThreatIntelIndicators", most: 5 },
  { path: "RelatedFindings", most: 10 },
  { path: "Note.Text", most: 512 },
  { path: "Workflow.Status", values: ["NEW", "NOTIFIED", "RESOLVED", "SUPPRESSED"] },
  { path: "RecordState", values: ["ACTIVE", "ARCHIVED"] },
  { path: "VerificationState", values: ["UNKNOWN", "TRUE_POSITIVE", "FALSE_POSITIVE", "BENIGN_POSITIVE"] },
  { path: "Compliance.Status", values: ["PASSED", "WARNING", "FAILED", "NOT_AVAILABLE"] },
];

/** 240 KB, the most that AWS takes for one finding. */
const mostBytes = 240 * 1024;

/** What of the AWS Security Finding Format a finding breaks, in the words that AWS uses; empty for a good one. */
export function asffViolations(finding: AwsSecurityFinding): string[] {
  const found = rules.flatMap((rule) => broken(rule, finding));
  if (finding.Severity === undefined && finding.FindingProviderFields?.Severity === undefined) {
    found.push("data should have required property 'FindingProviderFields', data should match some schema in anyOf");
  }
  for (const type of [...(finding.Types ?? []), ...(finding.FindingProviderFields?.Types ?? [])]) {
    if (!/^[^/]+(\/[^/]*){0,2}$/.test(type)) found.push(`data.Types '${type}' should be namespace/category/classifier`);
  }
  if (Buffer.byteLength(JSON.stringify(finding)) > mostBytes) found.push("data should NOT be larger than 240 KB");
  return found;
}

function broken(rule: Rule, finding: AwsSecurityFinding): string[] {
  return walk(finding, rule.path.split("."), "data").flatMap(({ value, parent, name }) => {
    if (value === undefined || value === null) {
      return rule.required ? [`${parent} should have required property '${name}'`] : [];
    }
    return breaks(rule, value, `${parent}.${name}`);
  });
}

function breaks(rule: Rule, value: unknown, path: string): string[] {
  const found: string[] = [];
  if (typeof value === "string" || Array.isArray(value)) {
    const unit = typeof value === "string" ? "characters" : "items";
    const size = value.length;
    const shape = unit === "items" ? ["have more than", "have fewer than"] : ["be longer than", "be shorter than"];
    if (rule.most !== undefined && size > rule.most) found.push(`${path} should NOT ${shape[0]} ${rule.most} ${unit}`);
    if (rule.least !== undefined && size < rule.least)
      found.push(`${path} should NOT ${shape[1]} ${rule.least} ${unit}`);
  }
  if (rule.values !== undefined && !rule.values.includes(value as string)) {
    found.push(`${path} should be equal to one of the allowed values`);
  }
  if (rule.pattern !== undefined && !rule.pattern.test(String(value))) {
    found.push(
      `${path} should match ${rule.pattern === instant ? 'format "date-time"' : `pattern "${rule.pattern.source}"`}`,
    );
  }
  if (rule.range !== undefined && !((value as number) >= rule.range[0] && (value as number) <= rule.range[1])) {
    found.push(`${path} should be between ${rule.range[0]} and ${rule.range[1]}`);
  }
  if (rule.valueMost !== undefined) found.push(...brokenMap(value as Record<string, string>, path, rule));
  return found;
}

function brokenMap(map: Readonly<Record<string, string>>, path: string, rule: Rule): string[] {
  const found: string[] = [];
  const entries = Object.entries(map);
  if (rule.most !== undefined && entries.length > rule.most)
    found.push(`${path} should NOT have more than ${rule.most} properties`);
  for (const [key, value] of entries) {
    if (key.length > 128) found.push(`${path} should NOT have a property name longer than 128 characters`);
    if (value.length > (rule.valueMost ?? 0))
      found.push(`${path}['${key}'] should NOT be longer than ${rule.valueMost} characters`);
  }
  return found;
}

interface Spot {
  readonly value: unknown;
  readonly parent: string;
  readonly name: string;
}

/** The places in a finding that a path names: one for every item of the lists on the way; none below a missing parent. */
function walk(value: unknown, [name = "", ...rest]: readonly string[], parent: string): Spot[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => walk(item, [name, ...rest], `${parent}[${i}]`));
  const child = (value as Record<string, unknown>)[name];
  return rest.length === 0 ? [{ value: child, parent, name }] : walk(child, rest, `${parent}.${name}`);
}
