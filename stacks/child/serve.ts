import { rmSync } from "node:fs";
import { flushCompileCache } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import type { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { engineRow } from "../engine-texts.ts";
import type { Failure } from "../errors.ts";
import type { FromChild, ToChild } from "../messages.ts";
import { noteEngine } from "../run-folders.ts";
import { signal as send, sessionMembers } from "../session.ts";
import { engineCommand, findEngine } from "./command.ts";
import { DeadMan } from "./dead-man.ts";
import { startGuardian } from "./guardian.ts";
import { LEASE, type Programs, performRun, type RunEnding } from "./run.ts";
import type { ToChildRun } from "./workspace.ts";

/** What a run may take to stop by itself when the service has gone, before it is killed. Where it is under a lease, that ends it sooner. */
const ORPHAN_GRACE_MS = 10_000;

interface CurrentRun {
  readonly cancel: AbortController;
  readonly message: ToChildRun;
  readonly done: Promise<RunEnding>;
}

/**
 * Serves the runs that the service hands over by IPC, one after another: inline programs share state that is process-wide,
 * so there are never two at once. `home` is the child's own folder. Ends with the service.
 */
export async function serveRuns(programsModule: string, home: string): Promise<void> {
  startGuardian(home);
  const programs = (await import(pathToFileURL(programsModule).href)) as Programs;
  const deadMan = new DeadMan();
  const engines = new Map<number, PromiseWithResolvers<void>>();
  let found: Promise<PulumiCommand> | undefined;
  let current: CurrentRun | undefined;

  process.on("message", (message: ToChild) => {
    if (message.type === "run") begin(message);
    else if (message.type === "lease") holdUntil(message.until);
    else if (message.type === "cancel") current?.cancel.abort();
    else {
      const waiting = engines.get(message.pid);
      engines.delete(message.pid);
      if (message.refused === undefined) waiting?.resolve();
      else waiting?.reject(new Error(message.refused));
    }
  });
  process.on("disconnect", () => void end());

  function begin(message: ToChildRun): void {
    const cancel = new AbortController();
    const done = perform(message, cancel.signal).finally(() => {
      deadMan.release();
      current = undefined;
    });
    current = { cancel, message, done };
    if (message.leaseUntil !== undefined) holdUntil(message.leaseUntil);
    done.then(tell, (error: Error) => {
      throw error;
    });
  }

  function holdUntil(until: number): void {
    const run = current;
    if (run !== undefined) deadMan.hold(until, () => run.cancel.abort(LEASE));
  }

  async function perform(run: ToChildRun, signal: AbortSignal): Promise<RunEnding> {
    found ??= findEngine(run.engine.pulumiRoot);
    const engine = await found.catch((error: unknown) => String(error));
    if (typeof engine === "string") {
      // It may be there for the next run.
      found = undefined;
      return withoutEngine(run, engine);
    }
    const command = engineCommand(engine, (pid) => announce(run, pid));
    return performRun({ run, command, programs, onEvent: (event) => tell({ type: "event", event }), signal });
  }

  /** An engine begins when its id is on this machine's disk and the service knows it. */
  function announce(run: ToChildRun, pid: number): Promise<void> {
    noteEngine(run.enginesFile, pid);
    const known = Promise.withResolvers<void>();
    if (!process.connected) known.reject(new Error("starting the engine: the service has gone"));
    engines.set(pid, known);
    tell({ type: "engine", pid });
    return known.promise;
  }

  // The service has gone. What is in flight may finish, so that no lock and no half-known resource stays; then everything
  // of this session ends, this process last.
  async function end(): Promise<void> {
    const run = current;
    run?.cancel.abort();
    for (const { reject } of engines.values()) reject(new Error("starting the engine: the service has gone"));
    const grace = delay(ORPHAN_GRACE_MS, undefined);
    const ending = await Promise.race([run?.done.catch(() => undefined), grace]);
    for (const pid of await sessionMembers(process.pid)) if (pid !== process.pid) send(pid, "SIGKILL");
    const inOrder = ending !== undefined && !(ending.type === "failure" && ending.crashed);
    if (run !== undefined && inOrder) rmSync(run.message.enginesFile, { force: true });
    for (const folder of [run?.message.folder, home]) {
      if (folder) rmSync(folder, { recursive: true, force: true });
    }
    process.exit(0);
  }

  tell({ type: "ready" });
  // The child may be killed at any time, and then writes no cache.
  flushCompileCache();
}

function tell(message: FromChild): void {
  // An error of the channel itself must not reach the SDK: it would tell the engine, which would tell it here again.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

/** The engine did not tell its version: somebody killed it, or it is none, or not the right one. */
function withoutEngine(run: ToChildRun, why: string): RunEnding {
  const activity = `starting the Pulumi engine in ${run.engine.pulumiRoot}/bin`;
  const row = engineRow(why);
  const failure: Failure =
    row?.code === "crashed"
      ? { code: row.code, retryable: true, message: `${activity}: it was ended from outside`, remedy: row.remedy }
      : {
          code: "missing_engine",
          retryable: false,
          message: `${activity}: it is missing or not of the SDK's version`,
          remedy: "Install the engine with `make engine`.",
        };
  const changes = { create: 0, update: 0, replace: 0, delete: 0, same: 0, import: 0 };
  return { type: "failure", failure, partial: { changes, steps: [] }, crashed: false };
}
