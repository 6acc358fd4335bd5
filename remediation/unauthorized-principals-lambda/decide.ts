import { type NamedResource, resourcesOf } from "../finding-resources.ts";
import { decideOnPrincipals, policyState } from "../policy-decision.ts";
import { type Fields, isFields, policyDocument, statementsOf } from "../policy-document.ts";
import type { Decision, Facts, Finding, Kept } from "../remediation.ts";

/** AWS Lambda API reference, GetPolicy: a function's ARN, also of one version or alias. */
const FUNCTION = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:(\d{12}):function:[A-Za-z0-9_-]{1,64}(?::[A-Za-z0-9_-]{1,128})?$/;

/** The functions that a finding names. `$LATEST` has no policy; what is said of it is the function's. */
export function targetsOf(finding: Finding): readonly NamedResource[] {
  const Resources = finding.Resources.map((one) => ({ ...one, Id: String(one.Id).replace(/:\$LATEST$/, "") }));
  return resourcesOf({ ...finding, Resources }, "AwsLambdaFunction", FUNCTION);
}

/** The name, and the version or alias. */
export function partsOf({ arn }: NamedResource): { readonly FunctionName: string; readonly Qualifier?: string } {
  const [FunctionName = "", Qualifier] = arn.split(":").slice(6);
  return Qualifier === undefined ? { FunctionName } : { FunctionName, Qualifier };
}

/**
 * A function's policy as a state, with the statements in the order of their ids: Lambda puts a statement that is given back at the end. `null`
 * where none is left.
 */
export function functionPolicyState(text: string | null | undefined): string | null {
  const document = typeof text === "string" ? policyDocument(text) : undefined;
  if (document === undefined) return policyState(text);
  const byId = [...statementsOf(document)].sort((a, b) => (String(a.Sid) < String(b.Sid) ? -1 : 1));
  return byId.length === 0 ? null : policyState(JSON.stringify({ ...document, Statement: byId }));
}

/** What AddPermission takes to make a statement (AWS Lambda API reference), beside the function. */
export type Permission = {
  readonly StatementId: string;
  readonly Action: string;
  readonly Principal: string;
  readonly SourceArn?: string;
  readonly SourceAccount?: string;
  readonly PrincipalOrgID?: string;
  readonly EventSourceToken?: string;
  readonly FunctionUrlAuthType?: "AWS_IAM" | "NONE";
  readonly InvokedViaFunctionUrl?: boolean;
};

/** The parameter that a condition comes from, by operator and key in lower case. */
const PARAMETERS: Readonly<Record<string, keyof Permission>> = {
  "arnlike aws:sourcearn": "SourceArn",
  "stringequals aws:sourceaccount": "SourceAccount",
  "stringequals aws:principalorgid": "PrincipalOrgID",
  "stringequals lambda:eventsourcetoken": "EventSourceToken",
  "stringequals lambda:functionurlauthtype": "FunctionUrlAuthType",
  "bool lambda:invokedviafunctionurl": "InvokedViaFunctionUrl",
};

/** The call that makes a statement; undefined where none can. */
export function permissionOf(statement: Fields): Permission | undefined {
  const { Sid, Effect, Principal, Action, Resource, Condition = {}, ...others } = statement;
  const principal =
    isFields(Principal) && Object.keys(Principal).length === 1 ? (Principal.AWS ?? Principal.Service) : Principal;
  if (typeof Sid !== "string" || typeof Action !== "string" || typeof principal !== "string") return undefined;
  if (Effect !== "Allow" || typeof Resource !== "string" || !isFields(Condition)) return undefined;
  const parameters: Record<string, Kept> = {};
  for (const [operator, keys] of Object.entries(Condition)) {
    for (const [key, value] of Object.entries(isFields(keys) ? keys : { "": keys })) {
      const parameter = PARAMETERS[`${operator} ${key}`.toLowerCase()];
      if (parameter === undefined || typeof value !== "string") return undefined;
      parameters[parameter] = parameter === "InvokedViaFunctionUrl" ? value === "true" : value;
    }
  }
  if (Object.keys(others).length > 0) return undefined;
  return { StatementId: Sid, Action, Principal: principal, ...parameters };
}

/** Which statements are to go by their ids, and which to come, that one policy becomes the other. */
export function stepsBetween(from: string | null, to: string | null) {
  const statements = (policy: string | null) => statementsOf(policyDocument(policy ?? "{}") ?? {});
  const text = (statement: Fields) => JSON.stringify(statement);
  const [before, after] = [statements(from), statements(to)];
  const without = (some: readonly Fields[], others: readonly Fields[]) =>
    some.filter((one) => !others.some((other) => text(one) === text(other)));
  return {
    gone: without(before, after).map(({ Sid }) => String(Sid)),
    come: without(after, before).map((statement) => {
      const permission = permissionOf(statement);
      if (permission === undefined)
        throw new Error(`statement ${String(statement.Sid)}: AddPermission can't make it; add it by hand`);
      return permission;
    }),
  };
}

/** Only statements go that Lambda can be given back as they were. */
export function decide(policy: string | null, resource: NamedResource, facts: Facts): Decision<string | null> {
  const decision = decideOnPrincipals(policy, resource, facts);
  if (decision.kind !== "change") return decision;
  const to = functionPolicyState(decision.to);
  try {
    stepsBetween(to, policy);
    stepsBetween(policy, to);
  } catch (error) {
    return { kind: "refuse", why: `${resource.arn}: ${(error as Error).message}` };
  }
  return { kind: "change", to };
}
