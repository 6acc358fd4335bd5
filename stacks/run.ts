import type { StackInputs } from "../programs/inputs.ts";
import type { SessionCredentials } from "./aws/session.ts";
import type { StackSecrets } from "./messages.ts";

/**
 * What a run does with a stack. `preview-refresh` compares live state with recorded state and changes nothing: drift.
 * `recover` mends what a run left that did not reach its end; `Runner.recover` asks for it.
 */
export type Verb = "preview" | "up" | "destroy" | "refresh" | "preview-refresh" | "recover";

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
  /**
   * With verb `up`: fails with `stack_not_empty`, before anything is done, where the state holds a resource. It is asked of the state,
   * since a database may not know of a deployment that failed, or have been restored.
   */
  readonly requireEmpty?: boolean;
  /** Leaves the empty stack with its history after `destroy`. */
  readonly keepStack?: boolean;
  /** With verb `destroy`: leaves what is protected, with what it stands on, in AWS and in the state; without it that fails. */
  readonly keepProtected?: boolean;
  /** With verb `destroy`: an account that nobody can enter any more. What is in it leaves the state, and stays in AWS. */
  readonly forgets?: string;
  /** How the stack's secrets are encrypted, as an earlier run's result told it: spares asking the engine. Says too that the stack exists. */
  readonly secrets?: StackSecrets;
  /** With verb `recover`: what is to be recovered from. */
  readonly recovery?: Recovery;
}

/**
 * The processes of a run, so that they can be found again by somebody who did not start them: their session, which has the
 * id of its leader, the run child.
 */
export interface RunIdentity {
  readonly host: string;
  /** Names the start of the machine: the numbers below say nothing after another one. */
  readonly bootId: string;
  readonly session: number;
  /** When the kernel started the leader, in a form of its own: tells a process from a later one with the same id. */
  readonly startedAt: string;
  /** The run's folder. */
  readonly folder: string;
}

/** A run of which nobody has told that it settled. */
export interface DeadRun extends RunIdentity {
  /** Process ids of the engines that it started, as told by `onEngine`. */
  readonly engines: readonly number[];
  /** ISO 8601. */
  readonly begunAt: string;
}

export interface Recovery {
  readonly dead: readonly DeadRun[];
  /** URNs of resources of which a run told that their creation started and never that it ended. */
  readonly suspects: readonly string[];
}

/** What a recovery did. */
export interface RecoveryReport {
  /** Processes of the dead runs that still lived. */
  readonly processesEnded: number;
  /** Names of the lock files. */
  readonly locksRemoved: readonly string[];
  /** Resources that had been created without the state's knowing, and are in it now. */
  readonly imported: readonly {
    readonly urn: string;
    readonly type: string;
    readonly name: string;
    readonly id: string;
  }[];
  /** Pending operations that had come to nothing. */
  readonly cleared: readonly { readonly urn: string; readonly type: string; readonly name: string }[];
}

/** Until when the lease on the run's stack is surely held. */
export interface LeaseClock {
  /** In milliseconds of the machine's clock, `machineNow`. */
  validUntil(): number;
  /** Calls the listener after each renewal, until the function that it returns is called. */
  onRenewed(listener: () => void): () => void;
}

/** What a run tells its caller, and what the caller tells the run. */
export interface RunHooks {
  onEvent(event: RunEvent): void;
  /** Ends the run early. */
  readonly signal?: AbortSignal;
  /** Awaited before the run's processes are told what to do. If it rejects, the run does not begin and rejects with the same. */
  onStarting?(identity: RunIdentity): Promise<void>;
  /** Each engine process, awaited before it has done anything, above all before it can hold the backend's lock. If it rejects, the run ends. */
  onEngine?(pid: number): void | Promise<void>;
  /** With it the run ends before the lease has run out: the engine is asked to end early, and everything is killed in time. */
  readonly lease?: LeaseClock;
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

/** A resource that stays, as AWS knows it. */
export interface KeptResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The provider's id: a bucket's name, a key's id. */
  readonly id: string;
  readonly accountId?: string;
  readonly region?: string;
}

export interface RunResult {
  readonly changes: ChangeCounts;
  /** All steps but those that change nothing. */
  readonly steps: readonly ResourceStep[];
  /** Resources that the stack has afterwards (after a preview: would have), its own root resource not counted. */
  readonly resources: number;
  /** What a destroy that keeps what is protected has left in the state. */
  readonly kept?: readonly KeptResource[];
  /** Stack outputs, every secret as `[secret]`. */
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Of a preview: hash of the state's resources that it began from. A refreshing preview begins from what it read. */
  readonly baseHash?: string;
  readonly durationMs: number;
  /** For the next request of this stack; absent when the stack is gone. Not secret: a salt, or a key that is itself encrypted. */
  readonly secrets?: StackSecrets;
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
