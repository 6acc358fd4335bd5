import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bundlePlugin } from "./bundle.ts";

const plugins = [
  { name: "aws", sdk: "@pulumi/aws" },
  { name: "aws-native", sdk: "@pulumi/aws-native" },
] as const;

const bundles = new Map<string, Promise<string>>();

/**
 * Puts the sandbox's provider plugins where the engine looks for them: `plugins/resource-aws-v<version>/pulumi-resource-aws`
 * under `PULUMI_HOME`, at the versions of the installed SDKs. Each is a small script that runs `node` on the bundle beside it.
 * May be repeated. Returns the files.
 */
export async function installPlugins(pulumiHome: string, node: string): Promise<string[]> {
  return Promise.all(plugins.map(({ name, sdk }) => installPlugin(resolve(pulumiHome), resolve(node), name, sdk)));
}

async function installPlugin(pulumiHome: string, node: string, name: string, sdk: string): Promise<string> {
  const version = await packageVersion(sdk);
  const folder = join(pulumiHome, "plugins", `resource-${name}-v${version}`);
  const file = join(folder, `pulumi-resource-${name}`);
  const main = join(folder, "plugin.cjs");
  await mkdir(folder, { recursive: true });
  await put(main, await bundleOf(name), 0o644);
  await put(file, script(node, main, version, join(pulumiHome, "compile-cache")), 0o755);
  return file;
}

/** Made once in a process. */
function bundleOf(name: string): Promise<string> {
  const bundle = bundles.get(name) ?? bundlePlugin(name);
  bundles.set(name, bundle);
  return bundle;
}

/** A new file in place of the old one: the engine may be starting the old one right now. */
async function put(file: string, text: string, mode: number): Promise<void> {
  await writeFile(`${file}.new`, text);
  await chmod(`${file}.new`, mode);
  await rename(`${file}.new`, file);
}

/** Version of an installed package: the plugin answers for the SDK's version, as the real one would be fetched for it. */
async function packageVersion(name: string): Promise<string> {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(await readFile(file, "utf8")) as { version: string };
  return version;
}

/** The compile cache saves a third of the start. A young generation of 1 MB keeps a process that mostly waits small. */
function script(node: string, main: string, version: string, cache: string): string {
  return `#!/bin/sh
NODE_COMPILE_CACHE=${quoted(cache)}
export NODE_COMPILE_CACHE
exec ${quoted(node)} --max-semi-space-size=1 ${quoted(main)} ${quoted(version)} "$@"
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
