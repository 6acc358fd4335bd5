import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { StackRunError } from "../errors.ts";
import type { Verb } from "../run.ts";
import { EventLog } from "./engine-events.ts";
import type { RecoverContext } from "./recover-context.ts";

interface Options {
  readonly onEvent: (event: EngineEvent) => void;
  readonly signal: AbortSignal;
  readonly message: string;
}

/**
 * Does something with the stack on the way to its recovery. Of what happens there only diagnostics are told: the steps are no part of
 * the operation. Throws a `StackRunError` with what the provider said where it failed.
 */
export async function inStack(
  { run, open, onEvent, redact, signal }: RecoverContext,
  verb: Verb,
  work: (stack: Stack, options: Options) => Promise<unknown>,
): Promise<void> {
  const { stack: name, operationId } = run.request;
  const stack = await open();
  if (stack === undefined) throw new Error(`error: no stack named '${name}' found`);
  const log = new EventLog({
    ...{ verb, stack: name, redact, now: () => performance.now() },
    onEvent: (event) => (event.type === "step" ? undefined : onEvent(event)),
  });
  try {
    await work(stack, { onEvent: (event) => log.take(event), signal, message: `${operationId}: recovery` });
  } catch (error) {
    const failure = signal.aborted ? undefined : log.failure();
    throw failure === undefined || failure.code === "crashed" ? error : new StackRunError(failure);
  }
}
