import { uptime } from "node:os";
import { thisHost } from "../host.ts";
import { locksByEngine, locksInFolder, type RunEngine, removeDeadLocks } from "../recovery/locks.ts";
import { stateFolder } from "../recovery/state-folder.ts";
import type { RecoveryReport } from "../run.ts";
import type { RecoverContext } from "./recover-context.ts";
import { settle } from "./recover-state.ts";

/**
 * Mends a stack after runs that did not reach their end: removes their locks, makes its state whole, settles what was pending in it and
 * finds what was created without its knowing. May be interrupted at any moment and done again. Throws a `StackRunError`, `locked`
 * where somebody else's lock is on the stack, and what the engine throws.
 */
export async function recoverStack(context: RecoverContext): Promise<Omit<RecoveryReport, "processesEnded">> {
  const { run, onEvent } = context;
  const { request, engine } = run;
  const { stack, recovery } = request;
  if (recovery === undefined) throw new Error(`recovering stack ${stack}: not told what from`);
  const tell = (message: string): void => onEvent({ type: "progress", message });
  const folder = stateFolder(engine.backendUrl, stack);

  const locksRemoved = await removeDeadLocks({
    stack,
    store:
      folder === undefined ? locksByEngine(engineOf(context), stack, engine.secretsProvider) : locksInFolder(folder),
    dead: recovery.dead,
    machine: { ...thisHost(), bootedAt: Date.now() - uptime() * 1000 },
  });
  for (const lock of locksRemoved) tell(`removed the lock of a run that is dead: ${lock}`);

  const unfinished = (await folder?.removeUnfinished()) ?? [];
  if (unfinished.length > 0) tell(`removed ${unfinished.length} files that the engine had not finished writing`);
  const mendedFrom = await folder?.mendCheckpoint();
  if (mendedFrom !== undefined) tell(`the state of stack ${stack} was torn; took its last whole one, ${mendedFrom}`);

  const { imported, cleared } = await settle(context, {
    suspects: recovery.suspects,
    // Of what was written into the torn state nothing is known any more.
    all: mendedFrom !== undefined,
    tell,
  });
  return { locksRemoved, imported, cleared };
}

function engineOf({ command, workDir, environment, signal }: RecoverContext): RunEngine {
  return async (...args) => {
    const { stdout } = await command.run(args, workDir, environment, undefined, undefined, signal);
    return stdout;
  };
}
