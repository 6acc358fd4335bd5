import type { Manifest } from "../manifest.ts";
import type { ApiCall, AutomationPlan, PlanStep } from "./plan.ts";

/** A runbook of Systems Manager Automation. */
export interface AutomationDocument {
  readonly name: string;
  /** Of schema 0.3. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** What every document says of itself: a person starts it, and none of Bulwark's rules hold. */
const TERMS =
  "What was before is in the outputs of its first step. It needs nothing of Bulwark's service, and asks for no mode, no kill switch and no tag: whoever starts it has decided.";

/** Tries of a question, whose failing is an answer. */
const TRIES = 3;

/**
 * The runbook of a remediation: it reads (its output is the record), changes, and reads again. It works as `roleArn`, the remediation's own role, unless it is
 * started with another. Throws where the plan needs what the role may not do, or goes on with a step that it does not have (Systems Manager
 * User Guide, "Systems Manager Automation actions reference").
 */
export function automationDocument(manifest: Manifest, plan: AutomationPlan, roleArn: string): AutomationDocument {
  const name = documentName(manifest, plan);
  const rights = new Set<string>(manifest.role.flatMap(({ actions }) => actions));
  const steps = new Set(plan.steps.map((step) => step.name));
  for (const step of plan.steps) {
    if ("call" in step && !rights.has(step.call.right)) {
      throw new Error(`runbook ${name}: step ${step.name} needs ${step.call.right}, which ${manifest.name} has not`);
    }
    const strange = waysOn(step).find((next) => !steps.has(next));
    if (strange !== undefined)
      throw new Error(`runbook ${name}: step ${step.name} goes on with ${strange}, which is no step`);
  }
  const parameters = Object.entries(plan.parameters).map(([parameter, { description, pattern }]) => [
    parameter,
    { type: "String", description, allowedPattern: pattern },
  ]);
  return {
    name,
    content: {
      schemaVersion: "0.3",
      description: `${plan.description} ${TERMS}`,
      assumeRole: "{{ AutomationAssumeRole }}",
      parameters: {
        ...Object.fromEntries(parameters),
        AutomationAssumeRole: {
          type: "AWS::IAM::Role::Arn",
          description: "Role that it works as; who starts it must be allowed to pass it.",
          default: roleArn,
        },
      },
      mainSteps: plan.steps.map(written),
      outputs: plan.steps.flatMap((step) =>
        step.kind === "read" ? Object.keys(step.outputs).map((output) => `${step.name}.${output}`) : [],
      ),
    },
  };
}

/** `Bulwark-KmsRotation` of `kms-rotation`. */
export function documentName({ name }: Manifest, { variant = "" }: AutomationPlan): string {
  const words = name.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `Bulwark-${words.join("")}${variant}`;
}

function waysOn(step: PlanStep): readonly string[] {
  const next = step.next === undefined ? [] : [step.next];
  switch (step.kind) {
    case "read":
      return step.orElse === undefined ? next : [...next, step.orElse];
    case "choose":
      return [step.ifTrue, step.ifFalse];
    case "ask":
      return [step.ifSo, step.ifNot];
    default:
      return next;
  }
}

function written(step: PlanStep): object {
  const { name, end, next } = step;
  const flow = { ...(next !== undefined && { nextStep: next }), ...(end === true && { isEnd: true }) };
  switch (step.kind) {
    case "read": {
      const tolerant = step.orElse === undefined ? {} : { onFailure: `step:${step.orElse}`, isCritical: false };
      const outputs = Object.entries(step.outputs).map(([Name, [Selector, Type]]) => ({ Name, Selector, Type }));
      return { name, action: "aws:executeAwsApi", ...tolerant, inputs: inputsOf(step.call), outputs, ...flow };
    }
    case "change":
      return { name, action: "aws:executeAwsApi", inputs: inputsOf(step.call), ...flow };
    case "choose": {
      const choice = { Variable: `{{ ${step.output} }}`, BooleanEquals: true, NextStep: step.ifTrue };
      return { name, action: "aws:branch", inputs: { Choices: [choice], Default: step.ifFalse } };
    }
    case "ask": {
      const otherwise = { maxAttempts: TRIES, onFailure: `step:${step.ifNot}`, isCritical: false, nextStep: step.ifSo };
      return { name, action: "aws:assertAwsResourceProperty", ...otherwise, inputs: propertyOf(step.call) };
    }
    case "verify": {
      const inputs = propertyOf(step.call);
      if (step.seconds === undefined) return { name, action: "aws:assertAwsResourceProperty", inputs, ...flow };
      return { name, action: "aws:waitForAwsResourceProperty", timeoutSeconds: step.seconds, inputs, ...flow };
    }
  }
}

const inputsOf = ({ service, api, input = {} }: ApiCall) => ({ Service: service, Api: api, ...input });

function propertyOf(call: ApiCall & { readonly property: string; readonly wanted: readonly string[] }): object {
  return { ...inputsOf(call), PropertySelector: call.property, DesiredValues: call.wanted };
}
