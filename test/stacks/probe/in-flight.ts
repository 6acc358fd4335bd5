import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StackRunError } from "../../../stacks/errors.ts";
import type { RunEvent, RunHooks, RunRequest } from "../../../stacks/runner.ts";
import type { Installation } from "./installation.ts";
import { eventually, type ProcessView, processes, runChildren } from "./processes.ts";

/** Waits until the probe's plugin is in the middle of a call that it was not in before. */
export async function callInFlight(at: Installation, before = 0): Promise<void> {
  await eventually("a call in flight", async () =>
    (await at.journal()).slice(before).find(({ phase }) => phase === "begin"),
  );
}

/** A run that is in the middle of a call. */
export interface RunInFlight {
  readonly outcome: Promise<unknown>;
  readonly events: RunEvent[];
  readonly sids: readonly number[];
}

/** Starts a run and waits until its plugin is in the middle of a call. */
export async function runInFlight(
  at: Installation,
  request: RunRequest,
  hooks: Partial<RunHooks> = {},
): Promise<RunInFlight> {
  const before = (await at.journal()).length;
  const events: RunEvent[] = [];
  const outcome = at.runner.run(request, { onEvent: (event) => void events.push(event), ...hooks }).catch((e) => e);
  await callInFlight(at, before);
  return { outcome, events, sids: (await runChildren()).map(({ pid }) => pid) };
}

/** Another service, in a process of its own, in the middle of a run. */
export interface ServiceInFlight {
  readonly service: ChildProcess;
  /** What came of the run, as the service told it. */
  readonly told: Promise<{ readonly code: string; readonly unclean?: true }>;
  readonly sid: number;
  kill(): Promise<void>;
}

/** Starts another service on the same folders, which does a run, and waits until that is in the middle of a call. */
export async function serviceInFlight(
  at: Installation,
  request: RunRequest,
  leaseMs?: number,
): Promise<ServiceInFlight> {
  const script = fileURLToPath(new URL("./service.ts", import.meta.url));
  const service = spawn(at.config.node, [script], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const gone = once(service, "exit");
  const told = once(service, "message").then(([message]) => message as { code: string; unclean?: true });
  told.catch(() => undefined);
  const before = (await at.journal()).length;
  const { logger: _, environment: __, ...config } = at.config;
  service.send({ config, request, leaseMs });
  await callInFlight(at, before);
  const [child] = await runChildren(service.pid);
  assert.ok(child !== undefined, "the service has a child");
  return {
    service,
    told,
    sid: child.pid,
    async kill() {
      service.kill("SIGKILL");
      await gone;
    },
  };
}

/** Files of locks on any stack. */
export async function lockFiles(at: Installation): Promise<string[]> {
  const names = await readdir(join(at.backend, ".pulumi/locks"), { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith(".json"));
}

/** Every process that has its home in the folder of the runs, guardians too. */
export async function processesOf(at: Installation): Promise<ProcessView[]> {
  return (await processes()).filter(({ environment }) => environment.includes(`HOME=${at.workspaces}/`));
}

/** The error of a run, which must be one. */
export function asRunError(outcome: unknown): StackRunError {
  assert.ok(outcome instanceof StackRunError, String(outcome));
  return outcome;
}
