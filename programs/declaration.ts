import type { CustomResource, CustomResourceOptions } from "@pulumi/pulumi";
import type { Adoption, Phase } from "./adoption.ts";

/** A resource class of a provider SDK. */
type ResourceClass<Args, Made> = new (name: string, args: Args, options?: CustomResourceOptions) => Made;

/** One resource that a program wants. */
export interface Declared<Args> {
  /** Unique in the stack; made in `names.ts`, so that an adoption finds it. */
  readonly name: string;
  /** `global` for resources without a `region` property. */
  readonly region: string;
  readonly wanted: Omit<NonNullable<Args>, "region">;
  /** Properties in which an adopted resource stays what it was, because AWS never changes them in place. */
  readonly keep?: readonly (keyof NonNullable<Args> & string)[];
}

/** Declares one resource: as wanted, or, if an existing one was adopted, as the phase asks. */
export type Declare = <Args, Made extends CustomResource>(
  type: ResourceClass<Args, Made>,
  declared: Declared<Args>,
  options: CustomResourceOptions,
) => Made;

/**
 * The one way by which programs declare resources that may exist already.
 *
 * Pulumi refuses an import whose inputs differ from the live resource, hence `before` in the phase `adopt`. Import ids of regional
 * resources end in `@<region>` (AWS provider 7, "Enhanced region support"). What was adopted outlives the stack.
 *
 * The phase `adopt` changes nothing: where an earlier attempt at it died, the resource is in the state already, and may differ from
 * `before` by now. A detector whose account became a member meanwhile would refuse to be put back.
 */
export function declarer(adoptions: readonly Adoption[], phase: Phase): Declare {
  const byName = new Map(adoptions.map((adoption) => [adoption.name, adoption]));
  return (Type, { name, region, wanted, keep = [] }, options) => {
    const place = region === "global" ? {} : { region };
    const adoption = byName.get(name);
    const make = (args: object, more: CustomResourceOptions) =>
      // The compiler can't see that `wanted` and `region` make up `Args` again.
      new Type(name, { ...args, ...place } as never, { ...options, ...more });

    if (adoption === undefined || adoption.decision === "leave") return make(wanted, {});
    const taken = adoption.decision === "takeOver";
    const importId = region === "global" ? adoption.id : `${adoption.id}@${region}`;
    const ignoreChanges = [...(options.ignoreChanges ?? []), ...Object.keys(adoption.before)];
    const imported = phase === "adopt" && !taken ? { import: importId, ignoreChanges } : {};
    if (adoption.decision === "replace") {
      return make(phase === "adopt" ? adoption.before : wanted, { ...imported, deleteBeforeReplace: true });
    }
    const kept = Object.fromEntries(
      keep.filter((key) => key in adoption.before).map((key) => [key, adoption.before[key]]),
    );
    const asBefore = phase === "restore" || phase === "release" || (phase === "adopt" && !taken);
    return make(asBefore ? adoption.before : { ...wanted, ...kept }, { ...imported, retainOnDelete: true });
  };
}

/** Whether an existing resource stays outside the stack, so that the program must not declare it. */
export function isLeft(adoptions: readonly Adoption[], name: string): boolean {
  return adoptions.some((adoption) => adoption.name === name && adoption.decision === "leave");
}
