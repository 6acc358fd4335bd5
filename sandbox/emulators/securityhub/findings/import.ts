import type {
  AwsSecurityFinding,
  BatchImportFindingsRequest,
  BatchImportFindingsResponse,
  ImportFindingsError,
} from "@aws-sdk/client-securityhub";
import type { Call, Operation } from "../../../gateway/emulator.ts";
import { defaultProductArn, productArn } from "../arns.ts";
import { invalidInput } from "../errors.ts";
import { type At, requireHub } from "../lifecycle.ts";
import { products } from "../product-catalog.ts";
import { type Hub, placeOf, type State } from "../state.ts";
import { newFinding, type Origin, replaceFinding } from "./arrival.ts";
import { asffViolations } from "./asff.ts";
import { applyAutomationRules } from "./automation.ts";
import { announce } from "./delivery.ts";

/** `company/product` of an ARN of the form that a product has; undefined for anything else. */
const productForm = /^arn:[a-z-]+:securityhub:[a-z0-9-]+:(?:\d{12})?:product\/([^/]+\/[^/]+)$/;

/** Findings from their providers. */
export function importOperations(state: State): Record<string, Operation> {
  return {
    async BatchImportFindings(call: Call<BatchImportFindingsRequest>): Promise<BatchImportFindingsResponse> {
      const hub = requireHub(state, call);
      const findings = call.input.Findings ?? [];
      const malformed = findings.find((each) => each.ProductArn !== undefined && !productForm.test(each.ProductArn));
      if (malformed !== undefined) throw invalidInput(`productArn: "${malformed.ProductArn}"`);
      const failed: ImportFindingsError[] = [];
      for (const finding of findings) {
        const error = refusal(finding, call, hub, state);
        if (error !== undefined) failed.push({ Id: finding.Id ?? "", ...error });
        else await receive(state, call, finding);
      }
      return { FailedCount: failed.length, SuccessCount: findings.length - failed.length, FailedFindings: failed };
    },
  };
}

/** Stores a finding in an account and region, and tells everyone who sees it if it is new or newer than the stored one. */
export async function receive(state: State, at: At, sent: AwsSecurityFinding): Promise<void> {
  const { findings } = state.accounts.of(at.accountId, at.region);
  const key = findingKey(sent);
  const stored = findings.get(key);
  const origin = originOf(state, at, sent);
  if (stored === undefined) findings.set(key, newFinding(sent, origin));
  else if (!replaceFinding(stored, sent, origin)) return;
  const received = findings.get(key);
  if (received === undefined) return;
  applyAutomationRules(state, at, received);
  await announce(state, at, received.finding);
}

/** What identifies a finding: its provider's product and its id there. */
export function findingKey(finding: { ProductArn?: string | undefined; Id?: string | undefined }): string {
  return `${finding.ProductArn}/${finding.Id}`;
}

type Refusal = Pick<ImportFindingsError, "ErrorCode" | "ErrorMessage">;

/** Why a customer's call cannot import a finding. AWS's own products do not come this way. */
function refusal(finding: AwsSecurityFinding, at: At, hub: Hub, state: State): Refusal | undefined {
  const violations = asffViolations(finding);
  if (violations.length > 0) {
    return {
      ErrorCode: "InvalidInput",
      ErrorMessage: `Finding does not adhere to Amazon Finding Format. ${violations.join(", ")}.`,
    };
  }
  const place = placeOf(state, at);
  if (finding.AwsAccountId !== at.accountId) {
    return denied(`AwsAccountId ${finding.AwsAccountId} is not the account ${at.accountId} that imports the finding`);
  }
  if (finding.ProductArn === defaultProductArn(place)) return undefined;
  const path = productForm.exec(finding.ProductArn ?? "")?.[1] ?? "";
  if (finding.ProductArn !== productArn(place, path)) {
    return denied(`ProductArn ${finding.ProductArn} is not a product of account ${at.accountId} in ${at.region}`);
  }
  if (path.startsWith("aws/")) return denied(`Only AWS sends findings of ${finding.ProductArn}`);
  if (!hub.products.has(path))
    return denied(`Account ${at.accountId} is not subscribed to product ${finding.ProductArn}`);
  return undefined;
}

function denied(message: string): Refusal {
  return { ErrorCode: "InvalidAccess", ErrorMessage: message };
}

function originOf(state: State, at: At, finding: AwsSecurityFinding): Origin {
  const path = productForm.exec(finding.ProductArn ?? "")?.[1];
  const product = products.find((each) => each.path === path);
  return {
    accountName: state.aws.organization.account(at.accountId)?.name,
    region: at.region,
    // A custom integration may name itself; "Personal" and "Default" are what AWS puts otherwise.
    companyName: product?.company ?? finding.CompanyName ?? "Personal",
    productName: product?.name ?? finding.ProductName ?? "Default",
    processedAt: new Date(state.aws.now()).toISOString(),
  };
}
