import type { Failure } from "./errors.ts";
import type { ChangeCounts, RecoveryReport, ResourceStep, RunEvent, RunRequest, RunResult } from "./run.ts";

// What the service and a run child say to each other over the child's IPC channel. Only here do credentials travel:
// never in an argument or an environment variable.

/** Where the engine and its state are; the same for every run of a runner. */
export interface EngineSettings {
  /** Folder with `bin/pulumi`. */
  readonly pulumiRoot: string;
  /** Folder with `plugins/`; each run gets a PULUMI_HOME of its own that borrows them. */
  readonly pulumiHome: string;
  readonly backendUrl: string;
  /** `passphrase`, or a key such as `awskms:///alias/bulwark?region=us-east-1`. */
  readonly secretsProvider: string;
  readonly passphraseFile: string;
}

/**
 * How a stack's secrets are encrypted: what Pulumi keeps in `Pulumi.<stack>.yaml` and, the same, in the state. Without it
 * the engine would make a new salt or key on every run and encrypt the state anew.
 */
export interface StackSecrets {
  readonly encryptionsalt?: string;
  readonly secretsprovider?: string;
  readonly encryptedkey?: string;
}

export type ToChild =
  | {
      readonly type: "run";
      readonly request: RunRequest;
      readonly engine: EngineSettings;
      /** Empty folder of this run, made and removed by the service. */
      readonly folder: string;
      /** For state and secrets provider, if these need AWS credentials. */
      readonly backendCredentials?: RunRequest["credentials"][string];
      /** Known from an earlier run of the stack, which says too that the stack exists. */
      readonly secrets?: StackSecrets;
      /** Where the ids of the run's engines are written down. */
      readonly enginesFile: string;
      /** Until when the lease holds, in milliseconds of the machine's clock (`machineNow`); absent where there is none. */
      readonly leaseUntil?: number;
    }
  /** The lease was renewed. */
  | { readonly type: "lease"; readonly until: number }
  /** Who has to know of an engine does: it may begin, or may not. */
  | { readonly type: "engine-known"; readonly pid: number; readonly refused?: string }
  | { readonly type: "cancel" };

/** What a run that failed had done until then. */
export interface PartialResult {
  readonly changes: ChangeCounts;
  readonly steps: readonly ResourceStep[];
}

export type FromChild =
  | { readonly type: "ready" }
  | { readonly type: "event"; readonly event: RunEvent }
  | { readonly type: "result"; readonly result: RunResult; readonly secrets?: StackSecrets; readonly rssBytes: number }
  | { readonly type: "recovered"; readonly report: Omit<RecoveryReport, "processesEnded">; readonly rssBytes: number }
  | {
      readonly type: "failure";
      readonly failure: Failure;
      readonly partial: PartialResult;
      /** The engine or a plugin was ended from outside, whatever the failure says. */
      readonly crashed: boolean;
    }
  /** An engine waits to begin. */
  | { readonly type: "engine"; readonly pid: number };
