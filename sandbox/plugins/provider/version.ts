import { readFileSync } from "node:fs";

/** Version of an installed package: the plugin answers for the SDK's version, as the real one would be fetched for it. */
export function packageVersion(name: string): string {
  const file = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  return version;
}
