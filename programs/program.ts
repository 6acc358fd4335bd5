import { adminProgram } from "./admin/program.ts";
import { baselineProgram } from "./baseline/program.ts";
import { AdminInputs, BaselineInputs } from "./inputs.ts";

/** What a Pulumi program returns: its stack outputs. */
export type Outputs = object;

/** A program with the schema of its inputs. */
export interface Program {
  /** Parses `document`, throws a `ZodError` that names the field, and declares the stack's resources. */
  run(document: unknown): Outputs;
}

/**
 * The program of a stack, by the stack's name: `admin`, or `account-<twelve digits>`.
 * Throws an `Error` for any other name.
 */
export function programFor(stackName: string): Program {
  if (stackName === "admin") return { run: (document) => adminProgram(AdminInputs.parse(document)) };
  const accountId = /^account-(\d{12})$/.exec(stackName)?.[1];
  if (accountId === undefined) {
    throw new Error(`choosing the program of stack ${stackName}: a stack is named admin or account-<account id>`);
  }
  return {
    run: (document) => {
      const inputs = BaselineInputs.parse(document);
      if (inputs.accountId !== accountId) {
        throw new Error(`checking the inputs of stack ${stackName}: they are of account ${inputs.accountId}`);
      }
      return baselineProgram(inputs);
    },
  };
}
