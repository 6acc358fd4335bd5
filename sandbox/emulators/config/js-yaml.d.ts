/** The part of js-yaml that is used here; the package brings no types. Source: its README, "API". */
declare module "js-yaml" {
  export class Type {
    constructor(
      tag: string,
      options: {
        readonly kind: "scalar" | "sequence" | "mapping";
        readonly construct: (data: unknown) => unknown;
      },
    );
  }
  export interface Schema {
    extend(types: readonly Type[]): Schema;
  }
  /** YAML's core schema: no timestamps, so that a template's version stays the text that it is. */
  export const CORE_SCHEMA: Schema;
  export class YAMLException extends Error {}
  /** Throws `YAMLException`. */
  export function load(text: string, options: { readonly schema: Schema }): unknown;
  export function dump(value: unknown): string;
}
