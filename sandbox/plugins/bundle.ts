import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

/**
 * Lets the schemas of calls be left out that nothing uses. The SDK keeps those of a service in one module of constant lists,
 * which esbuild keeps whole: it can't know that their computed keys have no effect.
 */
const schemasWithoutEffect: Plugin = {
  name: "schemas-without-effect",
  setup(build) {
    build.onLoad({ filter: /\/client-[\w-]+\/dist-es\/schemas\/schemas_\d+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      return {
        contents: source.replace(
          /^((?:export )?(?:var|const) [\w$]+ = )(\[.*\]|\[[\s\S]*?^\]);$/gm,
          "$1/* @__PURE__ */ (() => $2)();",
        ),
      };
    });
  },
};

/**
 * The plugin in the folder `name` as one file. Of the AWS SDK only the calls that the plugin names are in it: a plugin is
 * started for each run, and loading the services' packages as they are takes half of the CPU that it needs in all.
 */
export async function bundlePlugin(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`${name}/main.ts`, import.meta.url))],
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    // A module's import of `node:http` asks for all that it exports, and so loads the WebSocket client: a fifth of the start's CPU.
    format: "cjs",
    // Modules before CommonJS, of which nothing can be left out.
    mainFields: ["module", "main"],
    minifyWhitespace: true,
    minifySyntax: true,
    // The SDK names errors and services by their classes.
    keepNames: true,
    plugins: [schemasWithoutEffect],
    logLevel: "silent",
  });
  return outputFiles.map(({ text }) => text).join("");
}
