/** A call of an AWS API that a runbook makes. */
export interface ApiCall {
  /** The IAM action that it needs: one of the manifest's, or there is no document. */
  readonly right: string;
  /** As the AWS CLI calls the service, such as `s3control`. */
  readonly service: string;
  /** As the API reference spells it. */
  readonly api: string;
  /** With references to parameters and outputs in double braces. */
  readonly input?: Readonly<Record<string, unknown>>;
}

/** A value of an answer that has to be one of `wanted`; Boolean values are `True` and `False` (User Guide, "aws:assertAwsResourceProperty"). */
interface Property extends ApiCall {
  readonly property: string;
  readonly wanted: readonly [string, ...string[]];
}

/**
 * One step of a runbook. Names have three letters or digits at least.
 *
 * - `read`: its outputs are the record of what was before. `orElse` is the step to go on with where the call fails, because AWS answers that way
 *   for what is not set; the failure is the record then.
 * - `choose`: goes on by an output that is a Boolean value.
 * - `ask`: goes on by a property, whose being otherwise is no failure. It is asked three times, so that no passing failure decides.
 * - `change`: may be repeated.
 * - `verify`: fails where the property is another; `seconds` is how long AWS may take to answer with what is new.
 */
export type PlanStep = { readonly name: string; readonly end?: true; readonly next?: string } & (
  | {
      readonly kind: "read";
      readonly call: ApiCall;
      readonly outputs: Readonly<
        Record<string, readonly [selector: string, type: "Boolean" | "String" | "StringMap" | "MapList"]>
      >;
      readonly orElse?: string;
    }
  | { readonly kind: "choose"; readonly output: string; readonly ifTrue: string; readonly ifFalse: string }
  | { readonly kind: "ask"; readonly call: Property; readonly ifSo: string; readonly ifNot: string }
  | { readonly kind: "change"; readonly call: ApiCall }
  | { readonly kind: "verify"; readonly call: Property; readonly seconds?: number }
);

/** A remediation as a fixed sequence of calls: what an operator, or Systems Manager, can do of it while the service is down. */
export interface AutomationPlan {
  /** Behind the remediation's name, where that has more than one document. */
  readonly variant?: string;
  /** What it does, and to what; the first words of the document's description. */
  readonly description: string;
  /** All of them text, each held to a pattern that is anchored on both sides. */
  readonly parameters: Readonly<Record<string, { readonly description: string; readonly pattern: string }>>;
  readonly steps: readonly [PlanStep, ...PlanStep[]];
}
