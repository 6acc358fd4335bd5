import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Deployment, type ExportedStack, withoutAccount } from "../recovery/deployment.ts";
import { exportState } from "./command.ts";
import type { RecoverContext } from "./recover-context.ts";

/** What reading and writing a stack's state takes. */
export type StateContext = Pick<RecoverContext, "command" | "run" | "workDir" | "environment" | "signal">;

/** The state as it is stored, with its secrets encrypted; undefined where there is no stack. */
export async function readState(context: Omit<StateContext, "signal">): Promise<ExportedStack | undefined> {
  const { command, run, workDir, environment } = context;
  const exported = await exportState(command, run.request.stack, workDir, environment);
  if (exported === undefined) return undefined;
  const { deployment, ...more } = exported as Omit<ExportedStack, "deployment"> & { deployment?: Deployment | null };
  // A stack that was being made when its run died may have none at all.
  return { ...more, deployment: deployment ?? {} };
}

/** Replaces the state. The engine takes the lock for it, checks that the state is whole, and drops all pending operations. */
export async function writeState(
  { command, run, workDir, environment, signal }: StateContext,
  exported: ExportedStack,
): Promise<void> {
  const file = join(workDir, "written-state.json");
  await writeFile(file, JSON.stringify(exported), { mode: 0o600 });
  const args = ["stack", "import", "--stack", run.request.stack, "--file", file];
  await command.run(args, workDir, environment, undefined, undefined, signal);
}

/**
 * Takes what is in an account out of the state, with the providers that would enter it: the engine neither looks for it nor deletes it from then on.
 *
 * @returns how many resources that were
 */
export async function forgetAccount(context: StateContext, accountId: string): Promise<number> {
  const exported = await readState(context);
  if (exported === undefined) return 0;
  const { deployment, forgotten } = withoutAccount(exported.deployment, accountId);
  if (forgotten > 0) await writeState(context, { ...exported, deployment });
  return forgotten;
}
