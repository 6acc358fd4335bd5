import { rmSync } from "node:fs";
import { setPriority } from "node:os";
import { pathToFileURL } from "node:url";
import type { FromChild, ToChild } from "../messages.ts";
import { signal as send, sessionMembers } from "../session.ts";
import { engineCommand } from "./command.ts";
import { type Programs, performRun } from "./run.ts";

// A run child: serves the runs that the service hands it over IPC, one after another. Inline programs share state that is
// process-wide, so there are never two at once. usage: main.ts <module of the programs>

/** The service must stay responsive while runs work: runs and all that they start give way. */
const NICE = 10;
/** What a run may take to stop by itself when the service has gone, before it is killed. */
const ORPHAN_GRACE_MS = 10_000;

const programs = (await import(pathToFileURL(process.argv[2] ?? "").href)) as Programs;
// An error of the channel itself must not reach the SDK: it would tell the engine, which would tell it here again.
const tell = (message: FromChild): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
};
let command: ReturnType<typeof engineCommand> | undefined;
let current: { cancel: AbortController; done: Promise<void>; folder: string } | undefined;

setPriority(NICE);

process.on("message", (message: ToChild) => {
  if (message.type === "cancel") {
    current?.cancel.abort();
    return;
  }
  const cancel = new AbortController();
  const done = serve(message, cancel.signal).finally(() => {
    current = undefined;
  });
  current = { cancel, done, folder: message.folder };
});

async function serve(run: Extract<ToChild, { type: "run" }>, signal: AbortSignal): Promise<void> {
  command ??= engineCommand(run.engine.pulumiRoot);
  // An engine that is missing now may be there for the next run.
  const engine = await command.catch((error: Error) => {
    command = undefined;
    return error;
  });
  if (engine instanceof Error) {
    const failure = {
      code: "missing_engine",
      retryable: false,
      message: `starting the Pulumi engine in ${run.engine.pulumiRoot}/bin: it is missing or not of the SDK's version`,
      remedy: "Install the engine with `make engine`.",
    } as const;
    const none = { create: 0, update: 0, replace: 0, delete: 0, same: 0, import: 0 };
    tell({ type: "failure", failure, partial: { changes: none, steps: [] } });
    return;
  }
  const onEvent = (event: Extract<FromChild, { type: "event" }>["event"]): void => tell({ type: "event", event });
  tell(await performRun({ run, command: engine, programs, onEvent, signal }));
}

// The service has gone. What is in flight may finish, so that no lock and no half-known resource stays; then everything
// of this session ends, this process last.
process.on("disconnect", () => {
  const end = async (): Promise<void> => {
    const run = current;
    run?.cancel.abort();
    if (run !== undefined) await Promise.race([run.done, new Promise((go) => setTimeout(go, ORPHAN_GRACE_MS))]);
    for (const pid of await sessionMembers(process.pid)) if (pid !== process.pid) send(pid, "SIGKILL");
    for (const folder of [run?.folder, process.env.HOME]) if (folder) rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  };
  void end();
});

tell({ type: "ready" });
