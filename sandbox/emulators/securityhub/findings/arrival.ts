import type { AwsSecurityFinding } from "@aws-sdk/client-securityhub";
import type { StoredFinding } from "../state.ts";
import { completeSeverity } from "./severity.ts";

/** What Security Hub itself adds to a finding when it arrives. */
export interface Origin {
  readonly accountName?: string | undefined;
  readonly region: string;
  readonly companyName: string;
  readonly productName: string;
  readonly processedAt: string;
}

/** Fields that a provider sets once only: afterwards they are the customer's (user guide, "BatchImportFindings"). */
const customerFields = ["Note", "UserDefinedFields", "VerificationState", "Workflow", "WorkflowState"] as const;

/** Fields that a provider may set until the customer has (the same page). */
const sharedFields = ["Confidence", "Criticality", "RelatedFindings", "Severity", "Types"] as const;

/** A finding as it is stored when it arrives for the first time. */
export function newFinding(sent: AwsSecurityFinding, origin: Origin): StoredFinding {
  const finding = { ...withProviderFields(sent), ...stamp(sent, origin) };
  return {
    finding: {
      ...finding,
      WorkflowState: finding.WorkflowState ?? "NEW",
      Workflow: finding.Workflow ?? { Status: "NEW" },
      RecordState: finding.RecordState ?? "ACTIVE",
    },
    ownedByCustomer: new Set(),
  };
}

/**
 * Lets a newer version of a finding replace the stored one, without what belongs to the customer. A version that is
 * not newer changes nothing. Returns whether the finding changed.
 */
export function replaceFinding(stored: StoredFinding, sent: AwsSecurityFinding, origin: Origin): boolean {
  const before = stored.finding;
  if (Date.parse(sent.UpdatedAt ?? "") <= Date.parse(before.UpdatedAt ?? "")) return false;
  const after: AwsSecurityFinding = { ...withProviderFields(sent), ...stamp(sent, origin) };
  const kept = [...customerFields, ...sharedFields.filter((field) => stored.ownedByCustomer.has(field))];
  for (const field of kept) {
    delete after[field];
    if (before[field] !== undefined) Object.assign(after, { [field]: before[field] });
  }
  after.RecordState ??= "ACTIVE";
  if (isBack(before, after) && (before.Workflow?.Status === "NOTIFIED" || before.Workflow?.Status === "RESOLVED")) {
    after.Workflow = { Status: "NEW" };
    after.WorkflowState = "NEW";
  }
  stored.finding = after;
  return true;
}

/** Whether an issue that was gone is there again: then NOTIFIED and RESOLVED return to NEW (documentation of `Workflow.Status`). */
function isBack(before: AwsSecurityFinding, after: AwsSecurityFinding): boolean {
  const failed = ["FAILED", "WARNING", "NOT_AVAILABLE"].includes(after.Compliance?.Status ?? "");
  return (
    (before.RecordState === "ARCHIVED" && after.RecordState === "ACTIVE") ||
    (before.Compliance?.Status === "PASSED" && failed)
  );
}

function withProviderFields(sent: AwsSecurityFinding): AwsSecurityFinding {
  const provider = sent.FindingProviderFields ?? {};
  const severity = completeSeverity(sent.Severity ?? provider.Severity ?? {});
  const types = sent.Types ?? provider.Types;
  const { Label: label, Original: original } = provider.Severity ?? severity;
  return {
    ...sent,
    Severity: severity,
    ...(types === undefined ? {} : { Types: types }),
    ...optional("Confidence", sent.Confidence ?? provider.Confidence),
    ...optional("Criticality", sent.Criticality ?? provider.Criticality),
    ...optional("RelatedFindings", sent.RelatedFindings ?? provider.RelatedFindings),
    FindingProviderFields: {
      ...provider,
      Severity: { ...optional("Label", label), ...optional("Original", original) },
      ...(types === undefined ? {} : { Types: provider.Types ?? types }),
    },
  };
}

function stamp(sent: AwsSecurityFinding, origin: Origin): AwsSecurityFindingStamp {
  return {
    Region: origin.region,
    CompanyName: origin.companyName,
    ProductName: origin.productName,
    ProcessedAt: origin.processedAt,
    ...optional("AwsAccountName", origin.accountName),
    ProductFields: {
      ...sent.ProductFields,
      "aws/securityhub/FindingId": `${sent.ProductArn}/${sent.Id}`,
      "aws/securityhub/ProductName": origin.productName,
      "aws/securityhub/CompanyName": origin.companyName,
    },
  };
}

type AwsSecurityFindingStamp = Pick<
  AwsSecurityFinding,
  "Region" | "CompanyName" | "ProductName" | "ProcessedAt" | "AwsAccountName" | "ProductFields"
>;

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { [key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [key in Name]?: Value });
}
