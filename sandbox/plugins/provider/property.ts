/** What a resource's property may hold, as it travels between engine and plugin. */
export type Value = null | boolean | number | string | readonly Value[] | Values;

/** A resource's inputs or its state. */
export interface Values {
  readonly [name: string]: Value | undefined;
}

export type Kind = "string" | "number" | "boolean" | "json" | "policy" | "map" | "list" | "set" | "block" | "archive";

/** How a name is made when the program gives none, as Pulumi's AWS provider does it. */
export interface Naming {
  readonly length: number;
  /** Goes in front of the name unless it is there: `alias/`. */
  readonly prefix?: string;
  readonly lowercase?: boolean;
  /** `.fifo` where this boolean input is true. */
  readonly suffix?: { readonly when: string; readonly add: string };
}

export interface Rules {
  /** The program must give it. */
  readonly required?: boolean;
  /** AWS chooses a value when the program gives none, and that is no difference. */
  readonly computed?: boolean;
  /** Filled in by check. */
  readonly default?: Value;
  /** A change makes a new resource. */
  readonly replaces?: boolean;
  /** A change makes a new resource only where there was nothing before. */
  readonly replacesWhenAdded?: boolean;
  /** AWS never gives it back: the state keeps what was set. */
  readonly unread?: boolean;
  readonly naming?: Naming;
}

/** One property of a resource type. `T` is its TypeScript type, `R` whether it is always there. */
export interface Property<T = unknown, R extends boolean = boolean> extends Rules {
  readonly kind: Kind;
  /** Only an output: the program cannot give it. */
  readonly output?: boolean;
  readonly item?: Property;
  readonly fields?: Fields;
  /** Never set; carries `T` and `R`. */
  readonly type?: { readonly value: T; readonly given: R };
}

export type Fields = Readonly<Record<string, Property>>;

/** True where a value is there in every checked input: it is required or has a default. */
type Given<O> = O extends { required: true } ? true : O extends { default: Value } ? true : false;

type GivenKeys<F extends Fields> = {
  [K in keyof F]: NonNullable<F[K]["type"]>["given"] extends true ? K : never;
}[keyof F];

type TypeOf<P extends Property> = NonNullable<P["type"]>["value"];

/** The TypeScript type of checked inputs. */
export type InputsOf<F extends Fields> = { readonly [K in GivenKeys<F>]: TypeOf<F[K]> } & {
  readonly [K in Exclude<keyof F, GivenKeys<F>>]?: TypeOf<F[K]> | undefined;
};

/** The TypeScript type of what a resource reads from AWS: any of its properties. */
export type OutputsOf<F extends Fields> = { readonly [K in keyof F]?: TypeOf<F[K]> | undefined };

function scalar<T>(kind: Kind) {
  return <const O extends Rules>(rules?: O): Property<T, Given<O>> => ({ kind, ...rules });
}

export const string = scalar<string>("string");
export const number = scalar<number>("number");
export const boolean = scalar<boolean>("boolean");
/** A string that holds JSON; equal when its content is. Also taken as an object, as Pulumi's AWS provider does. */
export const json = scalar<string>("json");
/** A string that holds an IAM policy; equal when it means the same (order, single values as lists). */
export const policy = scalar<string>("policy");
/** Strings by name. */
export const map = scalar<Readonly<Record<string, string>>>("map");

/** An archive that the program gives as a file (`FileArchive`): the engine sends its path and its hash, where nothing changes the hash alone. */
export interface Archive {
  readonly hash: string;
  readonly path?: string;
}
export const archive = scalar<Archive>("archive");

/** Values by name. */
export function mapOf<T, const O extends Rules>(
  item: Property<T>,
  rules?: O,
): Property<Readonly<Record<string, T>>, Given<O>> {
  return { kind: "map", item, ...rules };
}

export function list<T, const O extends Rules>(item: Property<T>, rules?: O): Property<readonly T[], Given<O>> {
  return { kind: "list", item, ...rules };
}

/** A list whose order has no meaning. */
export function set<T, const O extends Rules>(item: Property<T>, rules?: O): Property<readonly T[], Given<O>> {
  return { kind: "set", item, ...rules };
}

export function block<const F extends Fields, const O extends Rules>(
  fields: F,
  rules?: O,
): Property<InputsOf<F>, Given<O>> {
  return { kind: "block", fields, ...rules };
}

/** A property that AWS computes. */
export function output<T>(property: Property<T>): Property<T, false> {
  return { ...property, output: true } as Property<T, false>;
}
