/**
 * A control of Security Hub CSPM that a remediation answers, and its number in the CIS AWS Foundations Benchmark 5.0 where that has it.
 */
export interface AnsweredControl {
  readonly id: string;
  readonly cis?: string;
}

/**
 * What a remediation's role may do in a member account. In texts, `{partition}` and `{account}` stand for those of the member. Everything
 * is named: a pattern of actions would grow by itself whenever AWS adds one.
 */
export interface RoleStatement {
  readonly sid: string;
  readonly actions: readonly [string, ...string[]];
  /** ARN patterns; `*` only where the actions have no resource that IAM could check. */
  readonly resources: readonly [string, ...string[]];
  /** As in IAM: operator, key, values. */
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/**
 * What may happen without a person: nothing but a record of what would have been done, a message, a question, or the change itself.
 * A setting can choose another mode; it can't give a role more rights.
 */
export type Mode = "observe" | "alert" | "ask" | "automatic";

/** One remediation, as data: what it answers, what its role may do, and the button that asks for it. */
export interface Manifest {
  /** Of the folder, the role and the setting. Lower case and dashes; at most 40 characters, because IAM takes 64 for a role's name. */
  readonly name: string;
  readonly title: string;
  /** One sentence: what is so afterwards. */
  readonly what: string;
  /** None where no control finds what it answers, and other products' findings do. */
  readonly controls: readonly AnsweredControl[];
  /** Types of findings of other products, as Security Hub writes them. */
  readonly findingTypes: readonly string[];
  /** Types of resources in findings that it can work on, as Security Hub writes them. */
  readonly resourceTypes: readonly [string, ...string[]];
  /** Whether it works in the region of the finding alone. The role of a regional one is held to the regions that Bulwark covers. */
  readonly scope: "global" | "regional";
  readonly role: readonly [RoleStatement, ...RoleStatement[]];
  /** Security Hub takes 20 characters for the name, and for the id 20 letters and digits (API reference, CreateActionTarget). */
  readonly customAction: { readonly id: string; readonly name: string; readonly description: string };
  readonly mode: Mode;
  /** It changes nothing that could be given back: an undo is refused. */
  readonly irreversible?: true;
  /**
   * It changes nothing itself: it has the stack that owns the setting deployed again, the account's baseline or the organization's admin stack. It
   * has nothing to undo then, and its role only reads.
   */
  readonly repairs?: "baseline" | "admin";
}
