import type { Failure } from "./errors.ts";
import type { RunRequest } from "./run.ts";

/** The failure of a run that was ended from outside in good order; `told` is what it told itself, of which its broken resources are kept. */
export function stopped(
  { verb, stack, timeoutMs }: RunRequest,
  code: "timeout" | "cancelled",
  told?: Failure,
): Failure {
  const others = told && [told, ...(told.others ?? [])].filter(({ resource }) => resource !== undefined);
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
  return others?.length ? { ...failure, others } : failure;
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
