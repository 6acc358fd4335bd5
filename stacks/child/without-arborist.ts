import { registerHooks } from "node:module";

/**
 * Stands in for npm's dependency resolver, which the Pulumi SDK loads at once and uses only to pack functions of a program into a
 * Lambda. Bulwark's programs have none; with the hundred packages below it each run child takes 24 MB and 0.15 s of CPU more.
 */
export class Arborist {
  constructor() {
    throw new Error(
      "packing a function of the program: a run child has no resolver of packages; bundle the function's code before",
    );
  }
}

/** From now on `@npmcli/arborist` is this module. (Pulumi 3.256: `runtime/closure/codePaths.js` is the only one to ask for it.) */
export function standInForArborist(): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier === "@npmcli/arborist" ? import.meta.filename : specifier, context),
  });
}
