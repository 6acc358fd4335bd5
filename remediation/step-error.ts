/**
 * A part of a remediation: reading what is there, recording it, keeping evidence, changing it, reading it again, handing evidence over (the
 * change is made and verified by then), taking it back. `result` is none that is tried again: it was done, and what came of it is for a person.
 */
export type Step = "read" | "record" | "preserve" | "change" | "verify" | "deliver" | "result" | "undo";

/** A remediation that stopped, and where: what came before is done. The cause is the AWS SDK's error, where there is one. */
export class StepError extends Error {
  override readonly name = "StepError";
  readonly step: Step;

  constructor(step: Step, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.step = step;
  }
}

/** Does a step; what it rejects with becomes a `StepError` that names the activity. */
export async function during<Answer>(step: Step, activity: string, act: () => Promise<Answer>): Promise<Answer> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof StepError) throw error;
    throw new StepError(step, `${activity}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}
