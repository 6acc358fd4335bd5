import type { Severity, SeverityLabel } from "@aws-sdk/client-securityhub";

// Both directions are documented at the member `Severity` of ASFF.
const normalizedOf: Readonly<Record<SeverityLabel, number>> = {
  INFORMATIONAL: 0,
  LOW: 1,
  MEDIUM: 40,
  HIGH: 70,
  CRITICAL: 90,
};

/** The label that a normalized severity (0 to 100) stands for. */
export function labelOf(normalized: number): SeverityLabel {
  if (normalized >= 90) return "CRITICAL";
  if (normalized >= 70) return "HIGH";
  if (normalized >= 40) return "MEDIUM";
  return normalized >= 1 ? "LOW" : "INFORMATIONAL";
}

/** Fills in label from normalized or normalized from label; the label decides where both are given. */
export function completeSeverity(severity: Severity): Severity {
  const label = severity.Label ?? labelOf(severity.Normalized ?? 0);
  const agrees = severity.Normalized !== undefined && labelOf(severity.Normalized) === label;
  return { ...severity, Label: label, Normalized: agrees ? severity.Normalized : normalizedOf[label] };
}
