import type { AnyRemediation, Facts, Finding } from "../../../remediation/remediation.ts";
import type { Step } from "../../../remediation/step-error.ts";
import type { RootAccess } from "../../../sandbox/organization/root-access.ts";

/** A state of affairs in a member account that a finding tells of. */
export interface Scene {
  readonly finding: Finding;
  /** All of what the remediation may touch, as the account's root sees it by an SDK client of its own. */
  see(): Promise<unknown>;
  /** What is to be seen once it is remediated. */
  readonly remediated: unknown;
}

/** What shows that a remediation does what it says in the sandbox, with the rights of its manifest and not with one less. */
export interface Trial {
  readonly remediation: AnyRemediation;
  /** What is other than in the facts of all trials. */
  readonly facts?: Partial<Facts>;
  /** Makes a scene with root's rights; each call makes one of its own (other names), so that scenes don't disturb one another. */
  arrange(account: { readonly id: string; access(region?: string): RootAccess }, suffix: string): Promise<Scene>;
  /** It leaves something beside the scene that a next round would find: evidence, groups that are closed for good, other instances. */
  readonly leavesMore?: true;
  /**
   * For each action of the manifest, the step that fails without it, going forth and coming back. An action that a scene never calls has no
   * place in the manifest; one that only another scene calls has `done` here and a trial of its own.
   */
  readonly steps: Readonly<Record<string, { readonly forth: Step | "done"; readonly back: Step | "done" }>>;
}
