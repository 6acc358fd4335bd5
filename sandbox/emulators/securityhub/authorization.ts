import type { Call, Emulator } from "../../gateway/emulator.ts";
import { hubArn } from "./arns.ts";
import { securityHubPrincipal } from "./organization-admins.ts";
import { placeOf, type State } from "./state.ts";

/** Actions whose resource is not the hub: those of the organization have none, others name theirs in the request. */
const withoutHub = new Set([
  "EnableOrganizationAdminAccount",
  "DisableOrganizationAdminAccount",
  "ListOrganizationAdminAccounts",
]);

/** Members that name the resource of an operation which is not the hub. */
const namedResource: Readonly<Record<string, string>> = {
  GetFindingAggregator: "FindingAggregatorArn",
  UpdateFindingAggregator: "FindingAggregatorArn",
  DeleteFindingAggregator: "FindingAggregatorArn",
  EnableImportFindingsForProduct: "ProductArn",
  TagResource: "ResourceArn",
  UntagResource: "ResourceArn",
  ListTagsForResource: "ResourceArn",
  BatchGetAutomationRules: "AutomationRulesArns",
  BatchDeleteAutomationRules: "AutomationRulesArns",
};

/** IAM resources and condition keys of a call (Service Authorization Reference, "AWS Security Hub"). */
export function authorizationOf(state: State): NonNullable<Emulator["authorization"]> {
  return (call) => {
    if (call.operation === "BatchImportFindings") return importAuthorization(call);
    if (withoutHub.has(call.operation)) return organizationAuthorization(state, call);
    const named = call.input[namedResource[call.operation] ?? ""];
    if (Array.isArray(named)) return { resources: named.map(String) };
    return { resources: [typeof named === "string" ? named : hubArn(placeOf(state, call))] };
  };
}

function importAuthorization(call: Call<Record<string, unknown>>) {
  const findings = (Array.isArray(call.input.Findings) ? call.input.Findings : []) as Record<string, unknown>[];
  const strings = (name: string) => [
    ...new Set(findings.map((each) => each?.[name]).filter((each) => typeof each === "string")),
  ];
  const products = strings("ProductArn");
  // The key has one value. A batch of several accounts is refused one by one later, whatever IAM says of the first.
  const [account] = strings("AwsAccountId");
  return {
    ...(products.length > 0 ? { resources: products } : {}),
    ...(account === undefined ? {} : { context: { "securityhub:TargetAccount": account } }),
  };
}

/**
 * Designating or removing an administrator calls Organizations with the caller's rights: without the right to
 * (de)register delegated administrators it is refused (user guide, "Permissions required to designate").
 */
function organizationAuthorization(state: State, call: Call<Record<string, unknown>>) {
  const own = `securityhub:${call.operation}`;
  if (call.operation === "ListOrganizationAdminAccounts") return { actions: [own] };
  const { partition, managementAccountId, organizationId } = state.aws.organization;
  const account = `arn:${partition}:organizations::${managementAccountId}:account/${organizationId}/${call.input.AdminAccountId}`;
  const register = call.operation === "EnableOrganizationAdminAccount";
  return {
    actions: [own, `organizations:${register ? "Register" : "Deregister"}DelegatedAdministrator`],
    resources: [account],
    context: { "organizations:ServicePrincipal": securityHubPrincipal },
  };
}
