import type { ConfigRule, Scope, Source, SourceDetail } from "@aws-sdk/client-config-service";
import { isManagedRule, isPeriodic, requiredParameters } from "./managed-rules.ts";
import { invalid } from "./state.ts";

const CHANGE_NOTIFICATIONS = ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"];

/**
 * What a rule is, as DescribeConfigRules will tell it, without name, ids and state. Throws `InvalidParameterValueException`.
 * Sources: AWS Config API reference, ConfigRule, Source, SourceDetail, Scope and CustomPolicyDetails.
 */
export function ruleDefinition(rule: ConfigRule): ConfigRule {
  const { Description, Scope, Source, InputParameters, MaximumExecutionFrequency, EvaluationModes } = rule;
  if (Source === undefined) throw invalid("The Source of the rule is required.");
  const parameters = inputParameters(InputParameters);
  const source = checkedSource(Source);
  if (source.Owner === "AWS") checkManaged(source.SourceIdentifier ?? "", parameters, MaximumExecutionFrequency);
  checkScope(Scope);
  return {
    Source: source,
    EvaluationModes: EvaluationModes?.length ? EvaluationModes : [{ Mode: "DETECTIVE" }],
    ...(Description === undefined ? {} : { Description }),
    ...(Scope === undefined ? {} : { Scope }),
    ...(InputParameters === undefined ? {} : { InputParameters }),
    ...(MaximumExecutionFrequency === undefined ? {} : { MaximumExecutionFrequency }),
  };
}

function inputParameters(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw invalid(`Invalid json ${text} passed in the InputParameters field`);
  }
  return value as Readonly<Record<string, unknown>>;
}

function checkedSource(source: Source): Source {
  const { Owner, SourceIdentifier = "", SourceDetails = [] } = source;
  if (Owner === "AWS") {
    if (SourceDetails.length > 0) {
      throw invalid(
        "SourceDetails should be null/empty if the Owner is AWS. SourceDetails should be provided if the Owner is CUSTOM_LAMBDA.",
      );
    }
    if (source.CustomPolicyDetails !== undefined) {
      throw invalid("CustomPolicyDetails should be null/empty if the Owner is AWS.");
    }
    return { Owner, SourceIdentifier };
  }
  if (SourceDetails.length === 0) throw invalid(`SourceDetails should be provided if the Owner is ${Owner}.`);
  const details = SourceDetails.map((detail) => checkedDetail(detail, Owner === "CUSTOM_POLICY"));
  if (Owner === "CUSTOM_POLICY") {
    const { PolicyText, PolicyRuntime, EnableDebugLogDelivery = false } = source.CustomPolicyDetails ?? {};
    if (PolicyText === undefined || PolicyRuntime === undefined) {
      throw invalid("CustomPolicyDetails is required if the Owner is CUSTOM_POLICY.");
    }
    checkGuard(PolicyText);
    return {
      Owner,
      SourceDetails: details,
      CustomPolicyDetails: { PolicyText, PolicyRuntime, EnableDebugLogDelivery },
    };
  }
  if (!/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]{1,64}(:[\w$-]+)?$/.test(SourceIdentifier)) {
    throw invalid(
      `The sourceIdentifier ${SourceIdentifier} is invalid. It must be the ARN of a Lambda function if the Owner is CUSTOM_LAMBDA.`,
    );
  }
  return { Owner, SourceIdentifier, SourceDetails: details };
}

function checkedDetail(detail: SourceDetail, policy: boolean): SourceDetail {
  const { EventSource = "aws.config", MessageType, MaximumExecutionFrequency: frequency } = detail;
  if (MessageType === undefined) throw invalid("The MessageType of the source detail is required.");
  const onChange = CHANGE_NOTIFICATIONS.includes(MessageType);
  if (policy && !onChange) {
    throw invalid(`If the Owner is CUSTOM_POLICY, MessageType must be one of ${CHANGE_NOTIFICATIONS.join(", ")}.`);
  }
  if (frequency !== undefined && MessageType !== "ScheduledNotification") {
    throw invalid(
      `A maximum execution frequency is not allowed if MessageType is ${onChange ? CHANGE_NOTIFICATIONS.join(" or ") : MessageType}`,
    );
  }
  // Without a frequency it is evaluated every 24 hours.
  return { EventSource, MessageType, ...(frequency === undefined ? {} : { MaximumExecutionFrequency: frequency }) };
}

/** Guard's own grammar is not parsed: only that there is a policy and that its blocks and lists end. */
function checkGuard(text: string): void {
  const bare = text
    .replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|(?<=[=\s(])\/(?:\\.|[^/\\\n])+\//g, "_")
    .replace(/#.*$/gm, "");
  const open: string[] = [];
  const closes: Readonly<Record<string, string>> = { "}": "{", "]": "[", ")": "(" };
  const ends = [...bare].every((character) => {
    if ("{[(".includes(character)) open.push(character);
    return closes[character] === undefined || open.pop() === closes[character];
  });
  if (bare.trim() === "" || !ends || open.length > 0) {
    throw invalid("The PolicyText of the rule is not a valid Guard policy.");
  }
}

function checkManaged(
  identifier: string,
  parameters: Readonly<Record<string, unknown>>,
  frequency: string | undefined,
): void {
  if (!/^[A-Z][A-Z0-9_]*$/.test(identifier) || !isManagedRule(identifier)) {
    throw invalid(
      `The sourceIdentifier ${identifier} is invalid. Please refer to the documentation for a list of valid sourceIdentifiers that can be used when AWS is the Owner.`,
    );
  }
  const missing = requiredParameters(identifier).filter((name) => !(name in parameters));
  if (missing.length > 0) {
    throw invalid(`The required parameter [${missing.join(", ")}] is not present in the inputParameters`);
  }
  if (frequency !== undefined && !isPeriodic(identifier)) {
    throw invalid(
      "A maximum execution frequency for this rule is not allowed because only a change in resources triggers this managed rule.",
    );
  }
}

function checkScope(scope: Scope | undefined): void {
  if (scope === undefined) return;
  const { ComplianceResourceTypes: types = [], ComplianceResourceId: id, TagKey, TagValue, ServicePrincipals } = scope;
  if (ServicePrincipals?.length) throw invalid("Scope cannot name service principals for a rule of your own.");
  if (TagKey !== undefined && (types.length > 0 || id !== undefined)) {
    throw invalid("Scope cannot be applied to both resource and tag");
  }
  if (TagValue !== undefined && TagKey === undefined) {
    throw invalid("Tag key should not be empty when tag value is provided in scope");
  }
  if (id !== undefined && types.length !== 1) {
    throw invalid(
      types.length === 0
        ? "ComplianceResourceTypes should be provided when ComplianceResourceId is provided in scope"
        : "A single ComplianceResourceType is allowed when ComplianceResourceId is provided in scope",
    );
  }
}
