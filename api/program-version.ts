import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "..");

/** What programs are made of: the remediations' manifests are read by them, and their code is that of the functions that they deploy. */
const FOLDERS = ["programs", "remediation"];

/**
 * Names the program that stacks are deployed from: the version of Bulwark, and a hash of the programs' files and of the locked packages,
 * since a checkout may be newer than its version says. For the start of a process: it reads some four hundred files (60 ms).
 */
export function readProgramVersion(version: string): string {
  const hash = createHash("sha256");
  for (const folder of FOLDERS) {
    const files = readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|sh|py|ps1)$/.test(name))
      .map((name) => join(folder, name));
    for (const name of files.sort()) hash.update(`${name}\n`).update(readFileSync(join(repository, name)));
  }
  hash.update(readFileSync(join(repository, "package-lock.json")));
  return `${version}+${hash.digest("hex").slice(0, 16)}`;
}
