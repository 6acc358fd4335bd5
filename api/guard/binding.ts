import { createHash } from "node:crypto";
import { canonicalJson } from "../../programs/canonical-json.ts";
import type { StackInputs } from "../../programs/inputs.ts";
import type { ResourceStep } from "../../stacks/run.ts";

/** What an approval is given for. If one of these is another one when it is applied, nothing is approved. */
export interface Binding {
  /** Of what would be done, resource by resource. */
  readonly diff: string;
  readonly inputs: string;
  /** Of the state that the diff starts from. */
  readonly base: string;
  readonly program: string;
}

/** How the parts of a binding are named to people. */
const names: Readonly<Record<keyof Binding, string>> = {
  diff: "what would be done",
  inputs: "the stack's inputs",
  base: "the stack's state",
  program: "the program",
};

/** What differs between two bindings, in words; empty where they are the same. */
export function differences(approved: Binding, now: Binding): string[] {
  return (Object.keys(names) as (keyof Binding)[])
    .filter((part) => approved[part] !== now[part])
    .map((part) => names[part]);
}

/** Hash of the steps of a preview, whatever order they and their paths came in. Secrets in them are masked, so they don't count. */
export function hashSteps(steps: readonly ResourceStep[]): string {
  const texts = steps.map(({ diffs, ...step }) => canonicalJson({ ...step, diffs: diffs?.toSorted() })).sort();
  return sha256(texts.join("\n"));
}

/** Hash of a stack's inputs. The phase is a matter of the run. */
export function hashInputs(inputs: StackInputs): string {
  const { phase: _, ...wanted } = inputs;
  return sha256(canonicalJson(wanted));
}

/** What was deployed, in one value: the same inputs by the same program declare the same resources. */
export function hashDeployed(inputs: StackInputs, program: string): string {
  return sha256(`${program}\n${hashInputs(inputs)}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

type Done = Pick<ResourceStep, "urn" | "type" | "op">;

/**
 * What may be left of an approved step after an attempt that was interrupted. A resource that was created may be found again, taken
 * in and then updated; a replacement is a creation and a deletion, in either order.
 */
const remainders: Readonly<Record<string, readonly string[]>> = {
  create: ["create", "import", "update"],
  import: ["import", "update"],
  update: ["update"],
  replace: ["replace", "create", "delete", "update", "import"],
  delete: ["delete"],
};

/** True where every step is an approved one, or what is left of one after it was begun. Pure. */
export function isPartOf(remaining: readonly Done[], approved: readonly Done[]): boolean {
  const byUrn = new Map<string, Done[]>();
  for (const step of approved) byUrn.set(step.urn, [...(byUrn.get(step.urn) ?? []), step]);
  return remaining.every(({ urn, type, op }) =>
    byUrn.get(urn)?.some((step) => step.type === type && remainders[step.op]?.includes(op) === true),
  );
}
