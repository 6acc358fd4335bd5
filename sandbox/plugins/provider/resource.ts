import type { Place } from "./place.ts";
import type { Fields, InputsOf, OutputsOf, Values } from "./property.ts";

/**
 * A resource type: what its properties are and how AWS is asked to create, read, change and delete it. Property names,
 * defaults and what forces a replacement are those of the real provider.
 */
export interface Resource<F extends Fields = Fields> {
  /** As the real provider's errors name it: `Security Hub Account`. */
  readonly title: string;
  /** Comes after the label in errors: `creating S3 Bucket (name) Versioning`. */
  readonly part?: string;
  readonly properties: F;
  /** Belongs to the account rather than to a region of it, so it has no property `region`. */
  readonly global?: boolean;
  /** Creating a second one beside the first would fail, so a replacement deletes first. */
  readonly deleteBeforeReplace?: boolean;
  /** What the real provider writes in parentheses when creating fails. */
  label?(inputs: InputsOf<F>): string | undefined;
  /**
   * Makes the resource and returns its id. `made` is called with the id as soon as there is one and more calls follow,
   * so that a failure of those leaves the resource in the state instead of forgetting it.
   */
  create(place: Place, inputs: InputsOf<F>, made: (id: string) => void): Promise<string>;
  /**
   * All properties as they are in AWS, or nothing when the resource is gone. `prior` is empty in an import, which may
   * give another `id` than the state's.
   */
  read(place: Place, id: string, prior: OutputsOf<F>): Promise<(OutputsOf<F> & { readonly id?: string }) | undefined>;
  /** Brings an existing resource to `inputs` (what the program leaves to AWS is as in the state); `changed` are the properties that differ. Absent: every change replaces. */
  update?(
    place: Place,
    id: string,
    inputs: InputsOf<F>,
    changed: ReadonlySet<string>,
    prior: OutputsOf<F>,
  ): Promise<void>;
  /** Deletes it. That it is gone already is a success. */
  delete(place: Place, id: string, state: OutputsOf<F>): Promise<void>;
}

/** A resource type of which only its values are known at run time. */
export interface AnyResource {
  readonly title: string;
  readonly part?: string;
  readonly properties: Fields;
  readonly global?: boolean;
  readonly deleteBeforeReplace?: boolean;
  label?(inputs: Values): string | undefined;
  create(place: Place, inputs: Values, made: (id: string) => void): Promise<string>;
  read(place: Place, id: string, prior: Values): Promise<Values | undefined>;
  update?(place: Place, id: string, inputs: Values, changed: ReadonlySet<string>, prior: Values): Promise<void>;
  delete(place: Place, id: string, state: Values): Promise<void>;
}

/** Resource types by token: `aws:sqs/queue:Queue`. */
export type ResourceTypes = Readonly<Record<string, AnyResource>>;

/** Declares a resource type, with the types of its values taken from its properties. */
export function resource<const F extends Fields>(declared: Resource<F>): AnyResource {
  // Check has made the inputs what the properties say, which the type system cannot follow.
  return declared as unknown as AnyResource;
}
