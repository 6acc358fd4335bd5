import type { StackInputs } from "../programs/inputs.ts";
import type { SessionCredentials } from "./aws/session.ts";

/** What a run does with a stack. `preview-refresh` compares live state with recorded state and changes nothing: drift. */
export type Verb = "preview" | "up" | "destroy" | "refresh" | "preview-refresh";

/** One run of one verb on one stack. Everything that the run child needs comes in it; nothing comes by environment. */
export interface RunRequest {
  /** Names the run's folder and every AWS session, `op-...`. */
  readonly operationId: string;
  /** `admin` or `account-<id>`. */
  readonly stack: string;
  readonly verb: Verb;
  readonly inputs: StackInputs;
  /** By account id; each becomes the profile `bulwark-<account id>` of the run. */
  readonly credentials: Readonly<Record<string, SessionCredentials>>;
  /** Reads the live state before `up`, `preview` or `destroy`. */
  readonly refresh?: boolean;
  /** Wall-clock limit in milliseconds, counted from the start of the run, not from its time in the queue. */
  readonly timeoutMs: number;
  /** Leaves the empty stack with its history after `destroy`. */
  readonly keepStack?: boolean;
}

/** What one resource of the stack goes through. A replacement is one step, though the engine makes three of it. */
export interface ResourceStep {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly op: StepOperation;
  readonly accountId?: string;
  readonly region?: string;
  /** Changed property paths. */
  readonly diffs?: readonly string[];
  /** Property path to the kind of its change, as the provider gave it. */
  readonly detailedDiff?: Readonly<Record<string, { readonly kind: string; readonly inputDiff: boolean }>>;
  /** Inputs before and after (for refreshes: outputs), every secret as `[secret]`, what is not known yet as `[unknown]`. */
  readonly old?: Readonly<Record<string, unknown>>;
  readonly new?: Readonly<Record<string, unknown>>;
  readonly protect?: boolean;
}

export type StepOperation = "create" | "update" | "replace" | "delete" | "same" | "import" | "read";

/** Resources by what happened to them. The stack's own root resource is not counted. */
export interface ChangeCounts {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly same: number;
  readonly import: number;
}

export interface RunResult {
  readonly changes: ChangeCounts;
  /** All steps but those that change nothing. */
  readonly steps: readonly ResourceStep[];
  /** Resources that the stack has afterwards (after a preview: would have), its own root resource not counted. */
  readonly resources: number;
  /** Stack outputs, every secret as `[secret]`. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly durationMs: number;
}

/** What a run tells while it runs. Nothing in it is secret. */
export type RunEvent =
  | {
      readonly type: "step";
      readonly status: "planned" | "started" | "succeeded" | "failed";
      readonly urn: string;
      readonly resourceType: string;
      readonly name: string;
      /** The engine's own operation, for example `create-replacement`. */
      readonly op: string;
      readonly accountId?: string;
      readonly region?: string;
      readonly elapsedMs?: number;
    }
  | {
      readonly type: "diagnostic";
      readonly severity: "info" | "warning" | "error";
      readonly message: string;
      readonly urn?: string;
    }
  | { readonly type: "progress"; readonly message: string };
