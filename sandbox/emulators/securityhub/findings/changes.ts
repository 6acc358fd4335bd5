import type { AwsSecurityFinding, BatchUpdateFindingsRequest } from "@aws-sdk/client-securityhub";
import type { StoredFinding } from "../state.ts";
import { completeSeverity } from "./severity.ts";

/** What customers and their automation rules set on findings. */
export const updatable = [
  "Confidence",
  "Criticality",
  "Note",
  "RelatedFindings",
  "Severity",
  "Types",
  "UserDefinedFields",
  "VerificationState",
  "Workflow",
] as const;

/** Sets fields of a finding for the customer: its provider can't change these any more. */
export function change(stored: StoredFinding, changes: Partial<AwsSecurityFinding>): void {
  stored.finding = { ...stored.finding, ...changes };
  for (const field of Object.keys(changes)) stored.ownedByCustomer.add(field);
}

/** What an update sets, as a finding has it. */
export function changesOf(
  input: Omit<BatchUpdateFindingsRequest, "FindingIdentifiers">,
  now: Date,
): Partial<AwsSecurityFinding> {
  const changes: Partial<AwsSecurityFinding> = {};
  for (const field of updatable) if (input[field] !== undefined) Object.assign(changes, { [field]: input[field] });
  if (input.Severity !== undefined) changes.Severity = completeSeverity(input.Severity);
  if (input.Note !== undefined) changes.Note = { ...input.Note, UpdatedAt: now.toISOString() };
  return changes;
}
