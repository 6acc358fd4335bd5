import type { AdminInputs } from "../inputs.ts";

/** Declares everything of the stack `admin` and returns its outputs. */
export function adminProgram(_inputs: AdminInputs): Record<string, unknown> {
  return {};
}
