import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FileArchive } from "@pulumi/pulumi/asset/archive.js";
import type { FunctionName } from "./place.ts";

/** Where `make setup` leaves the zips. */
const ZIPS = join(import.meta.dirname, "../../../.bulwark/lambda");

/** A function's code, and its hash as Lambda tells it, by which code shows that somebody else has put there. */
export interface FunctionCode {
  readonly code: FileArchive;
  readonly sourceCodeHash: string;
}

/** The code of a function. Throws where it was not packed. */
export function codeOf(name: FunctionName): FunctionCode {
  const file = join(ZIPS, `${name}.zip`);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Error(`reading the code of function ${name}: ${file} is missing: run make setup, which packs it`, {
      cause: error,
    });
  }
  return { code: new FileArchive(file), sourceCodeHash: createHash("sha256").update(bytes).digest("base64") };
}
