import { chmod, mkdir, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { packageVersion } from "./provider/version.ts";

const plugins = [
  { name: "aws", sdk: "@pulumi/aws" },
  { name: "aws-native", sdk: "@pulumi/aws-native" },
] as const;

/**
 * Puts the sandbox's provider plugins where the engine looks for them: `plugins/resource-aws-v<version>/pulumi-resource-aws`
 * under `PULUMI_HOME`, at the versions of the installed SDKs. Each is a small script that runs `node` on this checkout.
 * May be repeated. Returns the files.
 */
export async function installPlugins(pulumiHome: string, node: string): Promise<string[]> {
  return Promise.all(
    plugins.map(({ name, sdk }) => installPlugin(resolve(pulumiHome), resolve(node), name, packageVersion(sdk))),
  );
}

async function installPlugin(pulumiHome: string, node: string, name: string, version: string): Promise<string> {
  const folder = join(pulumiHome, "plugins", `resource-${name}-v${version}`);
  const file = join(folder, `pulumi-resource-${name}`);
  const main = fileURLToPath(new URL(`${name}/main.ts`, import.meta.url));
  await mkdir(folder, { recursive: true });
  // A new file in place of the old one: the engine may be starting the old one right now.
  await writeFile(`${file}.new`, script(node, main, join(pulumiHome, "compile-cache")));
  await chmod(`${file}.new`, 0o755);
  await rename(`${file}.new`, file);
  return file;
}

/**
 * The compile cache saves 18 MB and half of the start: Node then does not load its TypeScript compiler. A young generation
 * of 1 MB keeps a process that mostly waits small (122 MB without, 95 MB with it, seven AWS clients loaded).
 */
function script(node: string, main: string, cache: string): string {
  return `#!/bin/sh
NODE_COMPILE_CACHE=${quoted(cache)}
export NODE_COMPILE_CACHE
exec ${quoted(node)} --max-semi-space-size=1 ${quoted(main)} "$@"
`;
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [pulumiHome, node = process.execPath] = process.argv.slice(2);
  if (!pulumiHome) {
    console.error("usage: node sandbox/plugins/install.ts <pulumiHome> [node]");
    process.exit(2);
  }
  for (const file of await installPlugins(pulumiHome, node)) console.log(file);
}
