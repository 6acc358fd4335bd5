import { type Failure, ofResources, StackRunError } from "./errors.ts";
import type { RunRequest } from "./run.ts";
import { SurvivorsError } from "./session.ts";

/** The failure of a run that was ended from outside in good order; `told` is what it told itself, of which its broken resources are kept. */
export function stopped(
  { verb, stack, timeoutMs }: RunRequest,
  code: "timeout" | "cancelled",
  told?: Failure,
): Failure {
  const others = ofResources(told);
  const activity = `running ${verb} on stack ${stack}`;
  const failure: Failure =
    code === "cancelled"
      ? {
          code,
          retryable: true,
          message: `${activity}: cancelled`,
          remedy: "Run the operation again when it is wanted.",
        }
      : {
          code,
          retryable: true,
          message: `${activity}: not finished after ${Math.round(timeoutMs / 1000)} s`,
          remedy:
            "Look at the operation's last events for the resource that it waited for, then run the operation again.",
        };
  return others.length > 0 ? { ...failure, others } : failure;
}

/** The failure of a run whose process died. */
export function crashed({ verb, stack }: RunRequest, how: string): Failure {
  return {
    code: "crashed",
    retryable: true,
    message: `running ${verb} on stack ${stack}: the run's process ${how}`,
    remedy: "Check the machine's memory and the service's log, then run the operation again.",
  };
}

/** Where processes of a run could not be ended, the failure of the run, which may still be writing; any other error as it is. */
export function runError({ verb, stack }: Pick<RunRequest, "verb" | "stack">, error: unknown): unknown {
  if (!(error instanceof SurvivorsError)) return error;
  const failure: Failure = {
    code: "crashed",
    retryable: true,
    message: `running ${verb} on stack ${stack}: ${error.message}`,
    remedy:
      "Look at these processes (`ps`): in state D they wait for a disk or a network folder that does not answer. End them or restart the machine, then run the operation again.",
  };
  return new StackRunError(failure, undefined, true);
}
