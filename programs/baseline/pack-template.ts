import type { AuditRule } from "./audit-rules.ts";

/**
 * A conformance pack of managed rules as AWS Config takes it: a CloudFormation template in YAML of at most 51,200 bytes (AWS Config Developer
 * Guide, "Creating Templates for Custom Conformance Packs"). Texts are written as JSON strings, which are YAML as well.
 */
export function packTemplate(rules: readonly AuditRule[]): string {
  return ["Resources:", ...rules.flatMap(resource), ""].join("\n");
}

function resource({ name, description, identifier, parameters }: AuditRule): string[] {
  const given = Object.entries(parameters);
  return [
    `  ${logicalId(name)}:`,
    "    Type: AWS::Config::ConfigRule",
    "    Properties:",
    `      ConfigRuleName: ${text(name)}`,
    `      Description: ${text(description)}`,
    ...(given.length === 0 ? [] : ["      InputParameters:"]),
    ...given.map(([key, value]) => `        ${key}: ${text(value)}`),
    "      Source:",
    "        Owner: AWS",
    `        SourceIdentifier: ${identifier}`,
  ];
}

/** CloudFormation takes letters and digits: `log-retention` becomes `LogRetention`. */
function logicalId(name: string): string {
  return name
    .split("-")
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`)
    .join("");
}

function text(value: string): string {
  return JSON.stringify(value);
}
