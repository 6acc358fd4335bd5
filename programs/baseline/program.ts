import type { BaselineInputs } from "../inputs.ts";

/** Declares the baseline of one member account and returns the stack's outputs. */
export function baselineProgram(_inputs: BaselineInputs): Record<string, unknown> {
  return {};
}
