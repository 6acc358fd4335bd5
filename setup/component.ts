// Compiles the baseline component and packs it for teams: `make component`. Prints the path of the package.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly engines: { readonly node: string };
  readonly dependencies: Readonly<Record<string, string>>;
}

/**
 * Compiles `programs/component` with what it imports into `folder`/package, as an npm package with types, and packs it there.
 *
 * @returns the path of the `.tgz`
 */
export function packComponent(folder: string): string {
  const content = join(folder, "package");
  rmSync(content, { recursive: true, force: true });
  mkdirSync(content, { recursive: true });
  execFileSync(join(ROOT, "node_modules/.bin/tsc"), ["-p", join(ROOT, "programs/component"), "--outDir", content], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
  writeFileSync(join(content, "package.json"), `${JSON.stringify(manifestOf(manifest), undefined, 2)}\n`);
  copyFileSync(join(ROOT, "LICENSE"), join(content, "LICENSE"));
  copyFileSync(join(ROOT, "docs/component.md"), join(content, "README.md"));
  const packed = execFileSync(
    "npm",
    ["pack", "--json", "--offline", "--loglevel=error", "--pack-destination", folder],
    {
      cwd: content,
      encoding: "utf8",
    },
  );
  const [{ filename } = { filename: "" }] = JSON.parse(packed) as { filename: string }[];
  return join(folder, filename);
}

/** Pulumi's packages are the team's own: two copies of an SDK in one program would be loaded twice. */
function manifestOf({ version, license, engines, dependencies }: Manifest) {
  const of = (name: string) => dependencies[name] ?? "";
  return {
    name: "bulwark-baseline",
    version,
    description: "The security baseline of an AWS account as a Pulumi component",
    license,
    type: "module",
    engines,
    exports: { ".": { types: "./programs/component/baseline.d.ts", default: "./programs/component/baseline.js" } },
    peerDependencies: { "@pulumi/aws": `^${of("@pulumi/aws")}`, "@pulumi/pulumi": `^${of("@pulumi/pulumi")}` },
    dependencies: { zod: of("zod") },
  };
}

if (import.meta.main) console.log(packComponent(join(ROOT, ".bulwark/component")));
