import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "..");

/**
 * Names the program that stacks are deployed from: the version of Bulwark, and a hash of the programs' files and of the locked packages,
 * since a checkout may be newer than its version says. For the start of a process: it reads some eighty files (5 ms).
 */
export function readProgramVersion(version: string): string {
  const hash = createHash("sha256");
  const folder = join(repository, "programs");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(ts|sh|py|ps1)$/.test(name),
  );
  for (const name of files.sort()) hash.update(`${name}\n`).update(readFileSync(join(folder, name)));
  hash.update(readFileSync(join(repository, "package-lock.json")));
  return `${version}+${hash.digest("hex").slice(0, 16)}`;
}
