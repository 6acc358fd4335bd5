import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type { RunEvent } from "../run.ts";
import type { EngineCommand } from "./command.ts";
import type { ToChildRun } from "./workspace.ts";

/** What a recovery gets of its run. */
export interface RecoverContext {
  readonly run: ToChildRun;
  readonly command: EngineCommand;
  readonly workDir: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The stack with its program; undefined when there is none. */
  readonly open: () => Promise<Stack | undefined>;
  readonly onEvent: (event: RunEvent) => void;
  /** Takes secrets out of a text of the engine. */
  readonly redact: (text: string) => string;
  readonly signal: AbortSignal;
}
