import { createHash } from "node:crypto";
import { mkdir, readdir, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type ZippableFile, zipSync } from "fflate";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What packages that are no modules ask for. */
const REQUIRE = `import { createRequire as bulwarkCreateRequire } from "node:module";const require = bulwarkCreateRequire(import.meta.url);`;

/** A function's code as Lambda takes it. */
export interface LambdaZip {
  /** The function's, and the file's without `.zip`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Base64 of its SHA-256, as Lambda tells it (`CodeSha256`). */
  readonly sha256: string;
}

/**
 * Packs a function: its entry, whose export `handler` Lambda calls, with all that it imports and nothing else of the packages, and its source map (for
 * `NODE_OPTIONS=--enable-source-maps`). The same sources give the same bytes, wherever and whenever they are packed: a zip that is the same is no
 * change to deploy.
 *
 * @param root the folder of the sources; paths in the map are relative to it
 */
export async function lambdaZip(name: string, entry: string, root = ROOT): Promise<LambdaZip> {
  const { outputFiles } = await build({
    entryPoints: [join(root, entry)],
    absWorkingDir: root,
    outdir: join(root, "lambda"),
    entryNames: "index",
    outExtension: { ".js": ".mjs" },
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "esm",
    // Modules before CommonJS, of which nothing can be left out.
    mainFields: ["module", "main"],
    minifyWhitespace: true,
    minifySyntax: true,
    // The SDK names errors and services by their classes.
    keepNames: true,
    sourcemap: "linked",
    // Lines and names are enough to read a stack; the sources are at the commit that the function's tags name.
    sourcesContent: false,
    legalComments: "none",
    banner: { js: REQUIRE },
    logLevel: "silent",
  });
  const files = outputFiles
    .map(({ path, contents }) => [basename(path), contents] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  const bytes = zipSync(Object.fromEntries(files.map(([path, contents]) => [path, zipped(contents)])));
  return { name, bytes, sha256: createHash("sha256").update(bytes).digest("base64") };
}

/** Readable for everyone, as Lambda asks for (Lambda Developer Guide, "Creating and updating Node.js Lambda functions using .zip files"). */
const MODE = 0o100644;
/** The operating system in a zip's entries whose attributes are those of Unix (APPNOTE.TXT, 4.4.2). */
const UNIX = 3;

/** In a zip the time is local and begins in 1980 (APPNOTE.TXT, 4.4.6). */
function zipped(contents: Uint8Array): ZippableFile {
  return [contents, { level: 9, mtime: new Date(1980, 0, 1), os: UNIX, attrs: MODE << 16 }];
}

/** Packs every function of the response into `folder`, each as `<function>.zip`. */
export async function packFunctions(folder: string): Promise<readonly LambdaZip[]> {
  await mkdir(folder, { recursive: true });
  const functions = "remediation/functions";
  const entries = await readdir(join(ROOT, functions), { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const zips = await Promise.all(names.sort().map((name) => lambdaZip(name, `${functions}/${name}/index.ts`)));
  for (const { name, bytes } of zips) {
    const file = join(folder, `${name}.zip`);
    // In place of the old one: somebody may be deploying it right now.
    await writeFile(`${file}.new`, bytes);
    await rename(`${file}.new`, file);
  }
  return zips;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { name, bytes, sha256 } of await packFunctions(join(ROOT, ".bulwark/lambda"))) {
    console.log(`${name}.zip  ${bytes.length} bytes  ${sha256}`);
  }
}
