import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { SERVICE_ARGUMENTS } from "../../bench/service.ts";

describe("the benchmark's service", () => {
  for (const file of ["Makefile", "docs/operations.md"]) {
    it(`is started as ${file} starts it`, async () => {
      const text = await readFile(resolve(import.meta.dirname, "../..", file), "utf8");
      assert.ok(text.includes(`node ${SERVICE_ARGUMENTS.join(" ")}`));
    });
  }
});
