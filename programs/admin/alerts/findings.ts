import type { AlertSeverity } from "../../alerts-settings.ts";
import { awsNames } from "../../names.ts";

/** Severity labels of findings (Security Hub User Guide, "AWS Security Finding Format") by the topic that takes them. */
export const LABELS: Readonly<Record<AlertSeverity, readonly string[]>> = {
  critical: ["CRITICAL"],
  high: ["HIGH"],
  medium: ["MEDIUM"],
  low: ["LOW", "INFORMATIONAL"],
};

const imported = { source: ["aws.securityhub"], "detail-type": ["Security Hub Findings - Imported"] };

/** Every finding, and every change of one. */
export const everyFinding = imported;

/** Findings that nobody has seen to yet, of these severities or of any. An event holds one finding. */
export function openFindings(labels?: readonly string[]) {
  const findings = {
    ...(labels === undefined ? {} : { Severity: { Label: labels } }),
    Workflow: { Status: ["NEW"] },
    RecordState: ["ACTIVE"],
  };
  return { ...imported, detail: { findings } };
}

/** What a subscriber of the lowest topic does not want to get every quarter of an hour. */
export const withoutHeartbeat = { detail: { findings: { GeneratorId: [{ "anything-but": [awsNames.heartbeat] }] } } };
