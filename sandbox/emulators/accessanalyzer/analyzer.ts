import type {
  AnalyzerConfiguration,
  AnalyzerSummary,
  ArchiveRuleSummary,
  StatusReason,
  Type,
} from "@aws-sdk/client-accessanalyzer";
import type { OrganizationView, Regional } from "../../gateway/emulator.ts";
import { notFound } from "./errors.ts";

/** The service principal of trusted access and delegation. */
export const PRINCIPAL = "access-analyzer.amazonaws.com";

/** Milliseconds that an analyzer of an organization is CREATING: roles appear in its members meanwhile. */
const ORGANIZATION_CREATION = 300;

export interface Analyzer {
  readonly arn: string;
  readonly name: string;
  readonly type: Type;
  readonly accountId: string;
  readonly createdAt: Date;
  readonly clientToken?: string | undefined;
  configuration?: AnalyzerConfiguration | undefined;
  readonly tags: Map<string, string>;
  readonly archiveRules: Map<string, ArchiveRuleSummary>;
}

/** Analyzers of an account and region by name. */
export type Analyzers = Map<string, Analyzer>;

/** Whether the analyzer's zone of trust is the organization. */
export function isOfOrganization(type: Type | undefined): boolean {
  return type?.startsWith("ORGANIZATION") ?? false;
}

/** Whether it looks for access from outside (the other kinds look for unused and for internal access). */
export function isExternal(type: Type | undefined): boolean {
  return type === "ACCOUNT" || type === "ORGANIZATION";
}

/** The analyzer as GetAnalyzer answers it; ListAnalyzers leaves the configuration out. */
export function analyzerShape(analyzer: Analyzer, organization: OrganizationView, now: number): AnalyzerSummary {
  return {
    arn: analyzer.arn,
    name: analyzer.name,
    type: analyzer.type,
    createdAt: analyzer.createdAt,
    tags: Object.fromEntries(analyzer.tags),
    ...statusOf(analyzer, organization, now),
    ...(analyzer.configuration === undefined ? {} : { configuration: analyzer.configuration }),
  };
}

function statusOf(
  analyzer: Analyzer,
  organization: OrganizationView,
  now: number,
): Pick<AnalyzerSummary, "status" | "statusReason"> {
  if (!isOfOrganization(analyzer.type)) return { status: "ACTIVE" };
  const disabled = (code: StatusReason["code"]) => ({ status: "DISABLED", statusReason: { code } }) as const;
  if (!organization.hasTrustedAccess(PRINCIPAL)) return disabled("AWS_SERVICE_ACCESS_DISABLED");
  if (!administers(organization, analyzer.accountId)) return disabled("DELEGATED_ADMINISTRATOR_DEREGISTERED");
  return { status: now - analyzer.createdAt.getTime() < ORGANIZATION_CREATION ? "CREATING" : "ACTIVE" };
}

/** Whether an account may own analyzers of the organization. */
export function administers(organization: OrganizationView, accountId: string): boolean {
  return (
    accountId === organization.managementAccountId ||
    organization.delegatedAdministrators(PRINCIPAL).includes(accountId)
  );
}

/** The analyzer by name in the called account and region. Throws `ResourceNotFoundException`. */
export function analyzerNamed(
  analyzers: Regional<Analyzers>,
  call: { readonly accountId: string; readonly region: string },
  name = "",
): Analyzer {
  const analyzer = analyzers.of(call.accountId, call.region).get(name);
  if (analyzer === undefined) throw notFound("Analyzer", name);
  return analyzer;
}

/** The analyzer by ARN, which must be of the called account and region. Throws `ResourceNotFoundException`. */
export function analyzerAt(
  analyzers: Regional<Analyzers>,
  call: { readonly accountId: string; readonly region: string },
  arn = "",
): Analyzer {
  for (const analyzer of analyzers.of(call.accountId, call.region).values()) {
    if (analyzer.arn === arn) return analyzer;
  }
  throw notFound("Analyzer", arn);
}
