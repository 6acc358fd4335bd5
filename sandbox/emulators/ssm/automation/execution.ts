import type { AutomationExecution, AutomationExecutionMetadata, StepExecution } from "@aws-sdk/client-ssm";
import { AwsError } from "../../../gateway/emulator.ts";
import type { ContentObject } from "../documents/content-object.ts";
import { given, type Ssm, type Where } from "../state.ts";
import type { Signing } from "./aws-call.ts";

/** A step of a runbook, as its document has it. */
export interface RunbookStep extends ContentObject {
  readonly name: string;
  readonly action: string;
}

/** One run of a runbook. */
export interface Execution {
  readonly id: string;
  readonly where: Where;
  readonly document: { readonly name: string; readonly version: number };
  readonly steps: readonly RunbookStep[];
  /** As it was asked for, without defaults. */
  readonly asked: Readonly<Record<string, readonly string[]>>;
  /** What a parameter or a variable of Automation stands for. */
  readonly parameters: ReadonlyMap<string, unknown>;
  /** `step.Output` of the document. */
  readonly wantedOutputs: readonly string[];
  readonly signing: Signing;
  readonly executedBy: string;
  readonly clientToken: string | undefined;
  readonly startedAt: Date;
  endedAt?: Date;
  status: "Pending" | "InProgress" | "Success" | "Failed" | "TimedOut" | "Cancelling" | "Cancelled";
  failure?: string;
  current?: RunbookStep;
  /** By name, once a step was begun. */
  readonly done: Map<string, StepExecution>;
  readonly outputs: Map<string, unknown>;
}

export function isOver({ endedAt }: Execution): boolean {
  return endedAt !== undefined;
}

/** Throws `AutomationExecutionNotFoundException`. */
export function executionOf(ssm: Ssm, { accountId, region }: Where, id: string): Execution {
  const found = ssm.places.of(accountId, region).executions.get(id);
  if (found !== undefined) return found;
  throw new AwsError("AutomationExecutionNotFoundException", `Automation execution with id ${id} does not exist.`);
}

const named = (parameters: Readonly<Record<string, readonly string[]>>) =>
  Object.keys(parameters).length === 0
    ? undefined
    : Object.fromEntries(Object.entries(parameters).map(([name, values]) => [name, [...values]]));

/** What both ways to tell of an execution have. */
export function summary(execution: Execution): AutomationExecutionMetadata {
  const { id, document, status, startedAt, endedAt, executedBy, current, failure, wantedOutputs, done } = execution;
  const outputs = wantedOutputs.flatMap((name) => {
    const [step = "", output = ""] = name.split(".");
    const values = done.get(step)?.Outputs?.[output];
    return values === undefined ? [] : [[name, values] as const];
  });
  return given({
    AutomationExecutionId: id,
    DocumentName: document.name,
    DocumentVersion: String(document.version),
    AutomationExecutionStatus: status,
    ExecutionStartTime: startedAt,
    ExecutionEndTime: endedAt,
    ExecutedBy: executedBy,
    CurrentStepName: current?.name,
    CurrentAction: current?.action,
    FailureMessage: failure,
    Mode: "Auto",
    Outputs: named(Object.fromEntries(outputs)),
    ResolvedTargets: { ParameterValues: [], Truncated: false },
    Targets: [],
  });
}

export function details(execution: Execution): AutomationExecution {
  return given({
    ...summary(execution),
    Parameters: named(execution.asked),
    StepExecutions: execution.steps.map(
      ({ name, action }): StepExecution =>
        execution.done.get(name) ?? { StepName: name, Action: action, StepStatus: "Pending" },
    ),
    StepExecutionsTruncated: false,
  });
}
