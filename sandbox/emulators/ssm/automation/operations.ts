import { isDeepStrictEqual } from "node:util";
import type {
  DescribeAutomationExecutionsRequest,
  DescribeAutomationExecutionsResult,
  GetAutomationExecutionRequest,
  GetAutomationExecutionResult,
  StartAutomationExecutionRequest,
  StartAutomationExecutionResult,
  StopAutomationExecutionRequest,
} from "@aws-sdk/client-ssm";
import { AwsError, type Call, type Operation } from "../../../gateway/emulator.ts";
import { listed, now, type Ssm, type Where } from "../state.ts";
import { details, type Execution, executionOf, isOver, summary } from "./execution.ts";
import { run } from "./run.ts";
import { prepared } from "./start.ts";

/** Executions of an account in a region that run at the same time, and those that wait for them (Systems Manager quotas). */
const MOST_RUNNING = 100;
const MOST_WAITING = 5000;

/** Executions that the sandbox remembers; AWS keeps those of 30 days. */
const MOST_REMEMBERED = 10_000;

const UNSERVED = ["Targets", "TargetMaps", "TargetLocations", "TargetLocationsURL", "AlarmConfiguration"] as const;

/** The execution that a client token has started. Throws `IdempotentParameterMismatch`. */
function alreadySent(
  executions: ReadonlyMap<string, Execution>,
  { ClientToken: token, Parameters = {} }: StartAutomationExecutionRequest,
): string | undefined {
  const sent = [...executions.values()].find(({ clientToken }) => token !== undefined && clientToken === token);
  if (sent === undefined || isDeepStrictEqual(sent.asked, Parameters)) return sent?.id;
  throw new AwsError("IdempotentParameterMismatch", "The client token was used with other parameters.");
}

/** Systems Manager Automation: runbooks that are run, by real calls to the sandbox with the rights of their role. */
export function automationOperations(ssm: Ssm): Record<string, Operation> {
  const executionsOf = ({ accountId, region }: Where) => ssm.places.of(accountId, region).executions;

  /** Has as many run as may, the oldest first. */
  function begin(where: Where): void {
    const all = [...executionsOf(where).values()].filter((each) => !isOver(each));
    const running = all.filter(({ status }) => status !== "Pending").length;
    for (const execution of all.filter(({ status }) => status === "Pending").slice(0, MOST_RUNNING - running)) {
      execution.status = "InProgress";
      ssm.aws.later(0, () => run(ssm, execution).finally(() => begin(where)));
    }
  }

  function forget(executions: Map<string, Execution>): void {
    for (const [id, execution] of executions) {
      if (executions.size < MOST_REMEMBERED) return;
      if (isOver(execution)) executions.delete(id);
    }
  }

  return {
    async StartAutomationExecution(
      call: Call<StartAutomationExecutionRequest>,
    ): Promise<StartAutomationExecutionResult> {
      const { input } = call;
      const unserved = UNSERVED.find((name) => input[name] !== undefined) ?? (input.Mode === "Interactive" && "Mode");
      if (unserved) throw new AwsError("NotImplemented", `The sandbox runs no automation with ${unserved}.`, 501);
      const executions = executionsOf(call);
      const already = alreadySent(executions, input);
      if (already !== undefined) return { AutomationExecutionId: already };
      const waiting = [...executions.values()].filter(({ status }) => status === "Pending").length;
      if (waiting >= MOST_WAITING) {
        const message = `The number of queued automation executions exceeds the limit of ${MOST_WAITING}.`;
        throw new AwsError("AutomationExecutionLimitExceededException", message);
      }
      const execution = await prepared(ssm, call);
      // The same may have come a second time meanwhile.
      const meanwhile = alreadySent(executions, input);
      if (meanwhile !== undefined) return { AutomationExecutionId: meanwhile };
      forget(executions);
      executions.set(execution.id, execution);
      begin(call);
      return { AutomationExecutionId: execution.id };
    },

    GetAutomationExecution: (call: Call<GetAutomationExecutionRequest>): GetAutomationExecutionResult => ({
      AutomationExecution: details(executionOf(ssm, call, call.input.AutomationExecutionId ?? "")),
    }),

    DescribeAutomationExecutions: (
      call: Call<DescribeAutomationExecutionsRequest>,
    ): DescribeAutomationExecutionsResult => {
      const found = [...executionsOf(call).values()]
        .reverse()
        .map((one) => ({ ...summary(one), AutomationType: "Local" as const }));
      const wanted = found.filter((one) =>
        (call.input.Filters ?? []).every(({ Key, Values = [] }) => {
          if (Key === "ExecutionId") return Values.includes(one.AutomationExecutionId ?? "");
          if (Key === "ExecutionStatus") return Values.includes(one.AutomationExecutionStatus ?? "");
          if (Key === "DocumentNamePrefix") return Values.some((prefix) => one.DocumentName?.startsWith(prefix));
          throw new AwsError("NotImplemented", `The sandbox does not filter executions by ${Key}.`, 501);
        }),
      );
      const { items, next } = listed(wanted, call.input);
      return { AutomationExecutionMetadataList: items, ...next };
    },

    StopAutomationExecution(call: Call<StopAutomationExecutionRequest>): object {
      const execution = executionOf(ssm, call, call.input.AutomationExecutionId ?? "");
      if (isOver(execution) || execution.status === "Cancelling") {
        const message = `Automation execution ${execution.id} can't be stopped: its status is ${execution.status}.`;
        throw new AwsError("InvalidAutomationStatusUpdateException", message);
      }
      if (call.input.Type === "Complete") {
        throw new AwsError("NotImplemented", "The sandbox stops executions by Cancel alone.", 501);
      }
      if (execution.status === "Pending") {
        execution.status = "Cancelled";
        execution.endedAt = now(ssm);
      } else execution.status = "Cancelling";
      return {};
    },
  };
}
