import type {
  AwsSecurityFinding,
  AwsSecurityFindingFilters,
  GetFindingsCommandInput,
} from "@aws-sdk/client-securityhub";

/** Accounts in one question: a filter takes twenty values (Security Hub API reference, AwsSecurityFindingFilters). */
export const MOST_ACCOUNTS = 20;
/** Findings in one answer (Security Hub API reference, GetFindings). */
export const MOST_FINDINGS = 100;

export const WORKFLOWS = ["NEW", "NOTIFIED", "SUPPRESSED", "RESOLVED"] as const;
export const RECORD_STATES = ["ACTIVE", "ARCHIVED"] as const;

/** Which findings are asked for. */
export interface FindingsQuestion {
  /** At most twenty; absent: all. */
  readonly accounts?: readonly string[] | undefined;
  readonly severity?: string | undefined;
  readonly workflow?: string | undefined;
  readonly control?: string | undefined;
  readonly recordState: (typeof RECORD_STATES)[number];
  /** From 1 to 100. */
  readonly limit: number;
  /** Of the page before. */
  readonly next?: string | undefined;
}

/** A finding, with what a list needs. */
export interface Finding {
  readonly id: string;
  readonly productArn: string;
  readonly product: string | null;
  readonly account: string;
  readonly region: string | null;
  readonly title: string;
  readonly description: string;
  readonly severity: string | null;
  readonly workflow: string | null;
  readonly recordState: string | null;
  /** What a check came to; null where it was none. */
  readonly compliance: string | null;
  readonly control: string | null;
  readonly types: readonly string[];
  readonly resources: readonly { readonly type: string; readonly id: string }[];
  readonly note: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** What its product says of mending it. */
  readonly recommendation: { readonly text: string | null; readonly url: string | null } | null;
}

/** The call that answers a question, the latest changed first. Pure. */
export function getFindingsInput(question: FindingsQuestion): GetFindingsCommandInput {
  const { accounts, severity, workflow, control, recordState, limit, next } = question;
  const is = (...values: readonly (string | undefined)[]) =>
    values.flatMap((Value) => (Value === undefined ? [] : [{ Value, Comparison: "EQUALS" as const }]));
  const filters: AwsSecurityFindingFilters = {
    AwsAccountId: is(...(accounts ?? [])),
    SeverityLabel: is(severity),
    WorkflowStatus: is(workflow),
    ComplianceSecurityControlId: is(control),
    RecordState: is(recordState),
  };
  return {
    Filters: Object.fromEntries(Object.entries(filters).filter(([, values]) => values.length > 0)),
    SortCriteria: [{ Field: "UpdatedAt", SortOrder: "desc" }],
    MaxResults: limit,
    ...(next === undefined ? {} : { NextToken: next }),
  };
}

/** A finding of Security Hub without what would fill memory: one can have 240 KB. Pure. */
export function findingOf(finding: AwsSecurityFinding): Finding {
  const { Id, ProductArn, AwsAccountId, Compliance, Resources = [], Remediation } = finding;
  const { Text, Url } = Remediation?.Recommendation ?? {};
  return {
    ...{ id: Id ?? "", productArn: ProductArn ?? "", product: finding.ProductName ?? null },
    ...{ account: AwsAccountId ?? "", region: finding.Region ?? null },
    ...{ title: finding.Title ?? "", description: finding.Description ?? "" },
    severity: finding.Severity?.Label ?? null,
    workflow: finding.Workflow?.Status ?? null,
    recordState: finding.RecordState ?? null,
    ...{ compliance: Compliance?.Status ?? null, control: Compliance?.SecurityControlId ?? null },
    types: finding.Types ?? [],
    resources: Resources.map(({ Type = "", Id: id = "" }) => ({ type: Type, id })),
    note: finding.Note?.Text ?? null,
    ...{ createdAt: finding.CreatedAt ?? "", updatedAt: finding.UpdatedAt ?? "" },
    recommendation: Text === undefined && Url === undefined ? null : { text: Text ?? null, url: Url ?? null },
  };
}
