import type { StepExecution } from "@aws-sdk/client-ssm";
import { isObject } from "../documents/content-object.ts";
import { given, now, type Ssm, uuid } from "../state.ts";
import { type Came, SERVED, TimedOut } from "./actions.ts";
import type { Execution, RunbookStep } from "./execution.ts";
import { select } from "./json-path.ts";
import { converted, inText, resolved, told, Unresolved } from "./values.ts";

/** Seconds that a wait takes where the step says nothing (User Guide, "aws:waitForAwsResourceProperty"). */
const DEFAULT_SECONDS = 3600;
const GUIDE = "Please refer to Automation Service Troubleshooting Guide for more diagnosis details.";

/** Runs the steps of an execution to its end. */
export async function run(ssm: Ssm, execution: Execution): Promise<void> {
  execution.status = "InProgress";
  let step: RunbookStep | undefined = execution.steps[0];
  let failed: "Failed" | "TimedOut" | undefined;
  while (step !== undefined && execution.status === "InProgress") {
    const at: RunbookStep = step;
    execution.current = at;
    const { next, status } = await runStep(ssm, execution, at);
    const onFailure = String(at.onFailure ?? "Abort");
    if (status !== "Success") {
      if (at.isCritical !== false) failed = status;
      if (onFailure === "Abort") {
        failed = status;
        break;
      }
    }
    const isEnd = at.isEnd === true || at.isEnd === "true";
    if (status !== "Success" && onFailure.startsWith("step:")) step = stepNamed(execution, onFailure.slice(5));
    else if (next !== undefined) step = stepNamed(execution, next);
    else if (isEnd || at.action === "aws:branch") step = undefined;
    else if (at.nextStep !== undefined) step = stepNamed(execution, String(at.nextStep));
    else step = execution.steps[execution.steps.indexOf(at) + 1];
  }
  // A call changes it while steps run.
  const isStopped = (execution.status as Execution["status"]) === "Cancelling";
  execution.status = isStopped ? "Cancelled" : (failed ?? "Success");
  delete execution.current;
  execution.endedAt = now(ssm);
}

const stepNamed = ({ steps }: Execution, wanted: string) => steps.find(({ name }) => name === wanted);

async function runStep(
  ssm: Ssm,
  execution: Execution,
  step: RunbookStep,
): Promise<{ readonly status: "Success" | "Failed" | "TimedOut"; readonly next?: string | undefined }> {
  const begun: StepExecution = given({
    StepExecutionId: uuid(ssm),
    StepName: step.name,
    Action: step.action,
    ExecutionStartTime: now(ssm),
    MaxAttempts: Number(step.maxAttempts ?? 1),
    OnFailure: step.onFailure === undefined ? undefined : String(step.onFailure),
    IsEnd: step.isEnd === true,
    IsCritical: step.isCritical !== false,
  });
  let stage = "it is validating and resolving the step inputs";
  let inputs: Readonly<Record<string, unknown>> = {};
  const end = (more: Partial<StepExecution>) =>
    execution.done.set(step.name, { ...begun, Inputs: textsOf(inputs), ExecutionEndTime: now(ssm), ...more });
  execution.done.set(step.name, { ...begun, StepStatus: "InProgress" });
  try {
    const filled = resolved(step.inputs ?? {}, (name) => execution.parameters.get(name) ?? execution.outputs.get(name));
    inputs = isObject(filled) ? filled : {};
    stage = "it is Execute/Cancelling action";
    const came = await attempt(ssm, execution, step, inputs);
    stage = "it is validating the step outputs";
    const outputs = outputsOf(step, came);
    for (const [name, value] of outputs) execution.outputs.set(`${step.name}.${name}`, value);
    const Outputs = Object.fromEntries(outputs.map(([name, value]) => [name, told(value)]));
    end({ StepStatus: "Success", ...(outputs.length > 0 && { Outputs }), ...(came.next && { NextStep: came.next }) });
    return { status: "Success", next: came.next };
  } catch (error) {
    const status = error instanceof TimedOut ? "TimedOut" : "Failed";
    const message = `Step fails when ${stage}. ${error instanceof Error ? error.message : String(error)}. ${GUIDE}`;
    const type = error instanceof Unresolved ? "Verification" : "Action";
    end({
      StepStatus: status,
      FailureMessage: message,
      FailureDetails: { FailureStage: stage.includes("action") ? "Invocation" : "InputValidation", FailureType: type },
    });
    execution.failure = message;
    return { status };
  }
}

/** Tries an action as often as the step says. */
async function attempt(
  ssm: Ssm,
  execution: Execution,
  step: RunbookStep,
  inputs: Readonly<Record<string, unknown>>,
): Promise<Came> {
  const act = SERVED[step.action];
  if (act === undefined) throw new Error(`the sandbox does not serve the action ${step.action}`);
  const seconds = Number(step.timeoutSeconds ?? DEFAULT_SECONDS);
  for (let left = Number(step.maxAttempts ?? 1); ; left--) {
    try {
      return await act({ ssm, execution, inputs, seconds });
    } catch (error) {
      if (left <= 1 || error instanceof TimedOut) throw error;
    }
  }
}

/** What a step declares as outputs; what selects nothing is none. */
function outputsOf(step: RunbookStep, { answer }: Came): [string, unknown][] {
  if (!Array.isArray(step.outputs)) return [];
  return step.outputs.filter(isObject).flatMap(({ Name, Selector, Type = "String" }): [string, unknown][] => {
    const value = select(answer, String(Selector));
    return value === undefined ? [] : [[String(Name), converted(value, String(Type))]];
  });
}

const textsOf = (inputs: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, inText(value)]));
