import { type ActionRules, AUTOMATION_ACTIONS } from "./automation-actions.ts";
import { type ContentObject, isObject, missingMembers, textsIn, unknownMembers } from "./content-object.ts";
import { parameterProblems, referencesIn, undeclaredReferences } from "./parameter-rules.ts";

const MEMBERS = [
  "schemaVersion",
  "description",
  "assumeRole",
  "parameters",
  "variables",
  "mainSteps",
  "outputs",
  "files",
];

/** What every action shares (Systems Manager user guide, "Properties shared by all actions"). */
const STEP_MEMBERS = [
  "name",
  "action",
  "description",
  "inputs",
  "outputs",
  "onFailure",
  "onCancel",
  "isCritical",
  "isEnd",
  "nextStep",
  "maxAttempts",
  "timeoutSeconds",
  "preconditions",
];

type Step = ContentObject & { readonly name: string };

/** What is wrong with an Automation document of schema 0.3; nothing where AWS takes it. */
export function automationProblems(document: ContentObject): string[] {
  const { mainSteps, parameters, assumeRole, outputs } = document;
  const problems = [...unknownMembers(document, MEMBERS, "The document"), ...parameterProblems(parameters, true)];
  if (assumeRole !== undefined && typeof assumeRole !== "string") problems.push("assumeRole must be a string");
  if (!Array.isArray(mainSteps) || mainSteps.length === 0)
    return [...problems, "mainSteps must be a list with at least one step"];
  const steps = mainSteps.filter((step): step is Step => isObject(step) && typeof step.name === "string");
  const names = steps.map(({ name }) => name);
  const doubled = names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...problems,
    ...doubled.map((name) => `There is more than one step "${name}"`),
    ...mainSteps.flatMap((step, index) => stepProblems(step, index, names)),
    ...undeclaredReferences([assumeRole, mainSteps], parameters),
    ...outputReferences([mainSteps, outputs], nestedNames(mainSteps)),
    ...outputProblems(outputs, names),
  ];
}

function stepProblems(step: unknown, index: number, names: readonly string[]): string[] {
  const where = `mainSteps[${index}]`;
  if (!isObject(step)) return [`${where} must be an object`];
  const { action, name, inputs } = step;
  const problems = [...unknownMembers(step, STEP_MEMBERS, where), ...missingMembers(step, ["action", "name"], where)];
  if (name !== undefined && !/^[a-zA-Z0-9_]{3,128}$/.test(String(name)))
    problems.push(`${where}: "${name}" is no name of a step`);
  const rules = AUTOMATION_ACTIONS[String(action)];
  if (action !== undefined && rules === undefined) problems.push(`${where}: there is no action "${action}"`);
  if (inputs !== undefined && !isObject(inputs)) return [...problems, `${where}: inputs must be an object`];
  if (rules !== undefined) problems.push(...inputProblems(isObject(inputs) ? inputs : {}, rules, `${where}.inputs`));
  return [...problems, ...flowProblems(step, where, names)];
}

function inputProblems(inputs: ContentObject, { required = [], oneOf = [] }: ActionRules, where: string): string[] {
  const missing = missingMembers(inputs, required, where);
  if (oneOf.length > 0 && !oneOf.some((name) => inputs[name] !== undefined)) {
    missing.push(`${where} needs one of ${oneOf.join(", ")}`);
  }
  return missing;
}

/** Where a step goes on must exist. */
function flowProblems(step: ContentObject, where: string, names: readonly string[]): string[] {
  const { action, onFailure, onCancel, nextStep, isEnd } = step;
  const inputs = isObject(step.inputs) ? step.inputs : {};
  const problems: string[] = [];
  const steps: unknown[] = [nextStep, after(onFailure), after(onCancel)].filter((name) => name !== undefined);
  if (action === "aws:branch") {
    const choices = Array.isArray(inputs.Choices) ? inputs.Choices.filter(isObject) : [];
    steps.push(...choices.map(({ NextStep }) => NextStep), ...(inputs.Default === undefined ? [] : [inputs.Default]));
    for (const choice of choices) problems.push(...choiceProblems(choice, `${where}.inputs.Choices`, where));
  }
  for (const name of steps) {
    if (!names.includes(String(name))) problems.push(`${where}: there is no step "${name}" to go on with`);
  }
  if (onFailure !== undefined && after(onFailure) === undefined && !/^(Abort|Continue)$/.test(String(onFailure))) {
    problems.push(`${where}: onFailure must be Abort, Continue or step:<name>`);
  }
  if (onCancel !== undefined && after(onCancel) === undefined && onCancel !== "Abort") {
    problems.push(`${where}: onCancel must be Abort or step:<name>`);
  }
  if (isEnd === true && nextStep !== undefined) problems.push(`${where} has both isEnd and nextStep`);
  return problems;
}

const OPERATORS =
  /^(StringEquals|EqualsIgnoreCase|StartsWith|EndsWith|Contains|Numeric(Equals|Greater|Lesser|GreaterOrEquals|LesserOrEquals)|BooleanEquals)$/;

function choiceProblems(choice: ContentObject, where: string, step: string): string[] {
  const { And, Or, Not, Variable } = choice;
  for (const [operator, operands] of Object.entries({ And, Or })) {
    if (operands === undefined) continue;
    const count = Array.isArray(operands) ? operands.length : 0;
    if (count < 2)
      return [`Expect at least two expressions for operator: ${operator} in step: ${step}. Provided: ${count}`];
    return [];
  }
  if (Not !== undefined) return [];
  const missing = missingMembers(choice, ["NextStep"], where);
  if (Variable === undefined) return [...missing, `${where} lacks the required key "Variable"`];
  return Object.keys(choice).some((name) => OPERATORS.test(name)) ? missing : [...missing, `${where} has no operator`];
}

/** The step of `step:<name>`. */
function after(value: unknown): string | undefined {
  return /^step:(.+)$/.exec(String(value))?.[1];
}

/** Names of the steps and of those within loops. */
function nestedNames(steps: readonly unknown[]): string[] {
  return steps.filter(isObject).flatMap(({ name, inputs }) => {
    const inner = isObject(inputs) && Array.isArray(inputs.Steps) ? nestedNames(inputs.Steps) : [];
    return [String(name), ...inner];
  });
}

/** A reference to a step's output names a step that exists. */
function outputReferences(value: unknown, names: readonly string[]): string[] {
  const steps = referencesIn(value).flatMap((name) => (/^\w+\./.test(name) ? [name.split(".")[0] ?? ""] : []));
  const strange = [...new Set(steps)].filter((name) => !names.includes(name));
  return strange.map((name) => `There is no step "${name}" whose output is used`);
}

/** The document's outputs are `step.Output`. */
function outputProblems(outputs: unknown, names: readonly string[]): string[] {
  if (outputs === undefined) return [];
  if (!Array.isArray(outputs)) return ["outputs must be a list"];
  const strange = textsIn(outputs).filter((text) => !text.includes("{{") && !names.includes(text.split(".")[0] ?? ""));
  return strange.map((text) => `The output "${text}" names no step`);
}
