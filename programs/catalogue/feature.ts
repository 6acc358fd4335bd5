/** A control that a feature satisfies, or without which it would fail. One of the two is there, or both. */
export interface SatisfiedControl {
  /** The Security Hub control, such as `EC2.7`, of whichever standard. */
  readonly id?: string;
  /** Its number in the CIS AWS Foundations Benchmark 5.0, where that has it; some of its numbers Security Hub does not check. */
  readonly cis?: string;
}

/** Something that Bulwark switches on, sets or keeps, as a reader of the baseline would name it. */
export interface Feature {
  readonly stack: "admin" | "baseline";
  readonly title: string;
  /** One sentence: what is so after a deployment. */
  readonly what: string;
  /** Pulumi types of the resources that make it up. */
  readonly types: readonly string[];
  /** What it satisfies: without it AWS would judge the control otherwise. */
  readonly controls: readonly SatisfiedControl[];
  /**
   * Controls that it does not decide, but that are prepared, judged, shown, answered or guarded by it: they would be judged the same without it.
   * A feature names at least one control by one of the two, but for remediations of what no control finds.
   */
  readonly supports?: readonly SatisfiedControl[];
  /** Path in the settings by which it is chosen, such as `features.guardDuty`. */
  readonly setting?: string;
}

/** Writes controls down: `EC2.7/5.1.1 EC2.182 /4.16` is EC2.7, which is 5.1.1 in CIS, EC2.182, and 4.16 of CIS alone. At least one. */
export function satisfies(text: string): readonly [SatisfiedControl, ...SatisfiedControl[]] {
  const [first = "", ...others] = text.split(" ");
  return [control(first), ...others.map(control)];
}

function control(text: string): SatisfiedControl {
  const [id = "", cis = ""] = text.split("/");
  return { ...(id === "" ? {} : { id }), ...(cis === "" ? {} : { cis }) };
}
