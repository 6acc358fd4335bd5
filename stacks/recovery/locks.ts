import { StackRunError } from "../errors.ts";
import type { DeadRun } from "../run.ts";
import { sessionMembers } from "../session.ts";
import { deadOwner, describeLock, type Lock, locksOf, type Machine } from "./lock.ts";
import type { StateFolder } from "./state-folder.ts";

/** Runs the engine and answers what it printed; rejects with its error text as message. */
export type RunEngine = (...args: string[]) => Promise<string>;

/** Where the locks of one stack are. */
export interface LockStore {
  locks(): Promise<readonly Lock[]>;
  /** Removes every lock in `proved`, and only where `others` is empty if the backend can't remove them one by one. */
  remove(proved: readonly Lock[], others: readonly Lock[]): Promise<readonly Lock[]>;
}

export function locksInFolder(folder: StateFolder): LockStore {
  return {
    locks: () => folder.locks(),
    async remove(proved) {
      await Promise.all(proved.map((lock) => folder.removeLock(lock)));
      return proved;
    },
  };
}

/**
 * The locks of any other backend, through the engine. `stack init` of a stack that exists takes the lock, finds that it
 * exists and gives the lock back: it changes nothing and loads no provider (pkg/backend/diy/backend.go, CreateStack; 0.6 s). `cancel`
 * removes all locks of a stack; none can be added meanwhile, because the engine looks for others first.
 */
export function locksByEngine(engine: RunEngine, stack: string, secretsProvider: string): LockStore {
  const init = ["stack", "init", "--no-select", "--secrets-provider", secretsProvider];
  return {
    async locks() {
      try {
        await engine(...init, "--stack", stack);
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        if (/stack '.*' already exists/.test(text)) return [];
        const locks = locksOf(text);
        if (locks === undefined) throw error;
        return locks;
      }
      // There was none: neither stack nor lock.
      await engine("stack", "rm", "--yes", "--stack", stack);
      return [];
    },
    async remove(proved, others) {
      if (others.length > 0 || proved.length === 0) return [];
      await cancel(engine, init, stack);
      return proved;
    },
  };
}

/** `cancel` wants a stack. Where the run died while it made one there is none, and its lock shuts out who would make it: a rename does not ask. */
async function cancel(engine: RunEngine, init: readonly string[], stack: string): Promise<void> {
  try {
    await engine("cancel", "--yes", "--stack", stack);
  } catch (error) {
    if (!(error instanceof Error) || !/no stack named/.test(error.message)) throw error;
    const other = `${stack}-recovery`;
    await engine(...init, "--stack", other);
    await engine("stack", "rename", stack, "--stack", other);
    await engine("cancel", "--yes", "--stack", stack);
    await engine("stack", "rm", "--yes", "--stack", stack);
  }
}

export interface LockRecovery {
  readonly stack: string;
  readonly store: LockStore;
  readonly dead: readonly DeadRun[];
  readonly machine: Machine;
}

/**
 * Removes the locks that are proved to be a dead run's own, and answers their names. Throws a `StackRunError` with code `locked` that
 * names every other one: somebody works on the stack, or Bulwark can't know that nobody does.
 */
export async function removeDeadLocks({ stack, store, dead, machine }: LockRecovery): Promise<readonly string[]> {
  const locks = await store.locks();
  if (locks.length === 0) return [];
  const living = await livingProcesses(dead, machine);
  const proved = locks.filter((lock) => deadOwner(lock, dead, machine, (run, pid) => living(run).includes(pid)));
  const others = locks.filter((lock) => !proved.includes(lock));
  const removed = await store.remove(proved, others);
  if (others.length > 0) {
    throw new StackRunError({
      code: "locked",
      retryable: true,
      message: `recovering stack ${stack}: it is locked by ${others.map(describeLock).join("; ")}`,
      remedy: `That is not a lock of a run of Bulwark's that is known to be dead. Wait until the process has ended; if it has, on the machine that the lock names, remove the lock with \`pulumi cancel --stack ${stack}\` and run the operation again.`,
    });
  }
  return removed.map(({ name }) => name);
}

/** The processes that live of the dead runs of this machine: a run may be dead to its owner before the kernel has ended it. */
async function livingProcesses(
  dead: readonly DeadRun[],
  machine: Machine,
): Promise<(run: DeadRun) => readonly number[]> {
  const here = dead.filter(({ host, bootId }) => host === machine.host && bootId === machine.bootId);
  const members = await Promise.all(here.map(async (run) => [run, await sessionMembers(run.session)] as const));
  const byRun = new Map(members);
  return (run) => byRun.get(run) ?? [];
}
