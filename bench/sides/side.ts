import type { Case, SideName } from "../cases.ts";

/** What one side used for some stacks of a case. Seconds, bytes. */
export interface Usage {
  readonly stacks: number;
  readonly wallSeconds: number;
  /** User and system, of all its processes. */
  readonly cpuSeconds: number;
  /** Greatest proportional set size of all its processes together. */
  readonly peakBytes: number;
}

/** One way to deploy a fleet. */
export interface Side {
  readonly name: SideName;
  /** What has to be there before the clock starts. */
  prepare(of: Case): Promise<void>;
  /** Deploys the stacks of these accounts, two at a time. Throws when one of them fails. */
  deploy(of: Case, accountIds: readonly string[]): Promise<Usage>;
  stop(): Promise<void>;
}
